"""Reads an example: a small world in YAML, and the findings that a rule must have about it.

The keys of `estate` and `mappings` are those of the admin's own files, read by the same code.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from dirsync.directories.selections import exceptions
from dirsync.facts.declared import declaration_fact, declared_facts
from dirsync.facts.routes import Route, merged
from dirsync.mapping.checked import DeclaredEstate, Mapping
from dirsync.mapping.document import Document, validate
from dirsync.mapping.estate_file import EstateFile
from dirsync.mapping.mapping import MappingFile
from dirsync.mapping.waiver_entry import WaiverFile
from dirsync.model.entries import Group, MemberKind, Quarantined, User
from dirsync.model.estate import Estate
from dirsync.model.facts import FactState, observed, unknown
from dirsync.model.findings import Finding, Verdict
from dirsync.model.memory import MemorySpool
from dirsync.model.memory_snapshot import MemorySnapshot
from dirsync.model.names import directory_key
from dirsync.model.outer_groups import OuterGroup
from dirsync.model.products import DuplicateAccount
from dirsync.model.snapshot import WHOLE, Completeness
from dirsync.model.waivers import Waiver

EXAMPLES = Path(__file__).parents[2] / "examples"
KEYS = {
    "about",
    "today",
    "mappings",
    "estate",
    "asked",
    "observed",
    "refused",
    "routes",
    "duplicated",
    "directories",
    "waivers",
    "only",
    "expect",
    "never",
}
DIRECTORY_KEYS = {
    "kind",
    "users",
    "groups",
    "groups_in_part",
    "incomplete",
    "remedy",
    "unread",
    "quarantined",
    "quarantined_groups",
}
READ_AT = "2026-11-20T01:00:00Z"
VOUCHED = {"by": "owner@example.org", "on": date(2026, 11, 20), "valid_until": date(2027, 11, 20)}


def _outer(value: Any) -> Any:
    """A group that a look over a whole Directory found is written as its name and its entry."""
    return OuterGroup(**value) if isinstance(value, dict) and value.keys() == {"name", "entry"} else value


class Example:
    """One file. Unknown keys are refused, so that a mistyped one can't make an example empty."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.data: dict[str, Any] = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        assert set(self.data) <= KEYS, f"{path}: unknown keys {set(self.data) - KEYS}"
        self.expected: list[dict[str, Any]] = self.data["expect"]
        self.never = {Verdict(verdict) for verdict in self.data.get("never", [])}
        """Verdicts that no finding of the rule may have; of a pass too many nothing else would tell."""

    def estate(self) -> Estate:
        mappings = [self._mapping(number, given) for number, given in enumerate(self.data.get("mappings", []))]
        directories = {directory_key(name): given or {} for name, given in self.data.get("directories", {}).items()}
        for name, given in directories.items():
            assert set(given) <= DIRECTORY_KEYS, f"{self.path}, {name}: unknown keys"
        populations = tuple(mapping.population() for mapping in mappings)
        return Estate(
            {
                name: self._snapshot(name, given, mappings)
                for name, given in directories.items()
                if "unread" not in given
            },
            populations,
            self._facts({mapping.name: mapping.population().directory for mapping in mappings}),
            self._today,
            kinds={name: given.get("kind", "crowd") for name, given in directories.items()},
            waivers=tuple(self._waivers()),
            is_partial=self.data.get("only", False),
            groups_in_part=frozenset(name for name, given in directories.items() if given.get("groups_in_part")),
        )

    def _waivers(self) -> list[Waiver]:
        document = Document(str(self.path), {"waivers": self.data.get("waivers", [])})
        return [Waiver(**entry.model_dump(), source=str(self.path)) for entry in validate(document, WaiverFile).waivers]

    @property
    def _today(self) -> date:
        return self.data.get("today", date(2026, 11, 20))

    def _mapping(self, number: int, given: dict[str, Any]) -> Mapping:
        document = Document(f"{self.path.name}#mappings[{number}]", {"version": 1, **given})
        return Mapping(validate(document, MappingFile), document)

    def _facts(self, shows: dict[str, str]) -> dict[str, Any]:
        given = {"version": 1, "declared": VOUCHED, **self.data.get("estate", {})}
        document = Document(f"{self.path.name}#estate", given)
        facts = declared_facts(DeclaredEstate(validate(document, EstateFile), document), shows, self._today)
        if self.data.get("asked"):  # the products themselves were asked
            facts = {
                name: fact if fact.state is FactState.UNKNOWN else replace(fact, state=FactState.OBSERVED)
                for name, fact in facts.items()
            }
        for name, value in self.data.get("observed", {}).items():
            held = tuple(map(_outer, value)) if isinstance(value, list) else value
            facts[name] = observed(name, held, "https://jira.example.org", "2026-11-20T01:00:00Z")
        for name in self.data.get("refused", []):  # asked for, and not answered
            facts[name] = unknown(name, f"Jira refused to tell {name}", "Ask with an account that may know.")
        if "duplicated" in self.data:  # username to Jira's user directories, each with whether it is active there
            facts["jira.duplicated_users"] = observed(
                "jira.duplicated_users",
                {
                    username: tuple(DuplicateAccount(None, name, active) for name, active in told.items())
                    for username, told in self.data["duplicated"].items()
                },
                "https://jira.example.org",
                "2026-11-20T01:00:00Z",
            )
        if "estate" in self.data:
            facts |= declaration_fact(DeclaredEstate(validate(document, EstateFile), document))
        return facts | self._by_other_routes(facts)

    def _by_other_routes(self, declared: dict[str, Any]) -> dict[str, Any]:
        """Merge what the example's `routes` tell of plain facts with what it declares, as a run does."""
        told = {
            Route(route): {
                name: observed(name, tuple(value) if isinstance(value, list) else value, f"asked by {route}", READ_AT)
                for name, value in given.items()
            }
            for route, given in self.data.get("routes", {}).items()
        }
        return merged({**told, Route.DECLARED: declared}) if told else {}

    @staticmethod
    def _snapshot(name: str, given: dict[str, Any], mappings: list[Mapping]) -> MemorySnapshot:
        """Build what was read. Members of a group are users, unless a group has that name."""
        reading = [mapping for mapping in mappings if mapping.source == name]
        spool = MemorySpool(name, exceptions(reading))
        asking = [mapping.name for mapping in reading]
        asking += [WHOLE] if not asking or any(mapping.target == name for mapping in mappings) else []
        users, groups = given.get("users", {}), given.get("groups", {})
        for username, told in users.items():
            about = told or {}
            email, active = about.get("email", ""), about.get("active", True)
            user = User(f"id-{username}", f"u-{username}", username, email, active=active)
            for selection in about.get("selected_by", asking):
                spool.add_user(user, selection)
        for group, told in groups.items():
            about = told if isinstance(told, dict) else {"members": told}
            assert set(about) <= {"members", "email"}, f"{name}, {group}: unknown keys"
            for selection in asking:
                spool.add_group(Group(f"id-{group}", f"g-{group}", group, email=about.get("email", "")), selection)
            for member in about.get("members") or []:
                kind = MemberKind.GROUP if member in groups else MemberKind.USER
                assert member in groups or member in users, f"{name}: nobody is called {member}"
                spool.add_member(f"id-{group}", f"{'g' if member in groups else 'u'}-{member}", kind)
        for entry in given.get("quarantined", []):
            spool.quarantine(Quarantined(entry, "it has no id"))
        for entry in given.get("quarantined_groups", []):
            spool.quarantine(Quarantined(entry, "it has no id", is_group=True))
        reason = given.get("incomplete", "")
        server = f"https://{name.replace('_', '-')}.example.org"
        return spool.finish(
            Completeness(not reason, reason, given.get("remedy", ""), server, read_at="2026-11-20T01:00:00Z")
        )


def fits(finding: Finding, fragment: dict[str, Any]) -> bool:
    """Say whether a finding has everything a fragment says: texts exactly, `message` and `remedy` in part."""
    shown = {
        "verdict": finding.verdict.value,
        "subject": finding.subject.name,
        "kind": finding.subject.kind.value,
        "directory": finding.subject.directory,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "mechanism": finding.mechanism.value if finding.mechanism else "",
        "application": finding.application,
        "mapping": finding.mapping,
        "path": " > ".join(finding.path),
        "count": finding.count,
        "waived_by": finding.waiver.owner if finding.waiver else "",
    }
    for name, expected in fragment.items():
        if name in {"message", "remedy", "evidence"}:
            text = {
                "message": finding.message,
                "remedy": finding.remedy,
                "evidence": "\n".join(f"{known.source}: {known.value}" for known in finding.evidence),
            }[name]
            if expected not in text:
                return False
        elif name == "missing":
            if not set(expected) <= set(finding.missing):
                return False
        elif shown[name] != expected:
            return False
    return True
