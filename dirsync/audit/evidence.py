"""What findings show as proof, and how they say that something is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from dirsync.model.facts import Evidence, FactState, unknown
from dirsync.model.findings import Confidence, Finding, Subject, SubjectKind, Verdict
from dirsync.model.products import (
    CrowdApplication,
    CrowdDirectory,
    DuplicateAccount,
    JiraApplication,
    JiraDirectory,
    ProjectPermission,
    ProjectRole,
    ServiceProject,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from dirsync.audit.rules.interface import Rule
    from dirsync.model.estate import Estate, Population
    from dirsync.model.facts import Fact
    from dirsync.model.snapshot import Snapshot


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return `1 user`, `1,204 users`, `2 entries`."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def listed(names: Iterable[str]) -> str:
    """Return names in quotes, with commas."""
    return ", ".join(f"'{name}'" for name in names)


def listed_few(names: Sequence[str], number: int) -> str:
    """Return the first names in quotes, and how many more there are of `number`."""
    more = f" and {number - len(names):,} more" if number > len(names) else ""
    return f"{listed(names)}{more}"


def sentences(parts: Iterable[str]) -> str:
    """Join parts into sentences, each said once."""
    said = dict.fromkeys(part.strip().rstrip(".") for part in parts if part.strip())
    return " ".join(f"{part[0].upper()}{part[1:]}." for part in said)


def read_of(snapshot: Snapshot) -> Evidence:
    """Return the read of a Directory as evidence: how much it gave, and whether that was all."""
    counts, proof = snapshot.counts(), snapshot.completeness
    extent = "read whole" if proof.is_complete else f"read in part ({proof.reason})"
    what = f"{snapshot.directory}: {counted(counts.users, 'user')}, {counted(counts.groups, 'group')} {extent}"
    return Evidence(proof.server or snapshot.directory, proof.read_at, what)


def reads_of(estate: Estate, *directories: str) -> tuple[Evidence, ...]:
    """Return the reads of those Directories that were read at all."""
    return tuple(
        read_of(snapshot)
        for name in directories
        if name in estate.snapshots
        for snapshot in estate.parts.get(name, (estate.snapshots[name],))
    )


def mapping_says(population: Population, shown: str) -> Evidence:
    """Return a line of a mapping file as evidence."""
    return Evidence(population.where or f"mapping {population.mapping}", "", shown)


def rest_on(finding: Finding, facts: Iterable[Fact[Any]], evidence: Iterable[Evidence] = ()) -> Finding:
    """Return a finding with facts (each once) and other evidence; one declared fact makes it declared."""
    known = {fact.name: fact for fact in facts}.values()
    is_declared = any(fact.state is FactState.DECLARED for fact in known)
    return replace(
        finding,
        evidence=(*finding.evidence, *(fact.evidence(_shown(fact)) for fact in known), *evidence),
        confidence=Confidence.DECLARED if is_declared else finding.confidence,
    )


def told_by_routes(fact: Fact[Any]) -> tuple[Evidence, ...]:
    """Return what every route told of a fact, the one that is trusted most first."""
    return tuple(
        told.evidence(f"{shown} ({told.route})" if (shown := _shown(told) or told.evidence().value) else "")
        for told in (fact, *fact.contradicted_by, *fact.confirmed_by)
    )


def sayings(fact: Fact[Any]) -> str:
    """Return the same as a sentence's part: each value, with the routes that tell it."""
    return "; ".join(f"{said.value} in {said.source}" for said in told_by_routes(fact))


def only_some_mappings() -> Fact[None]:
    """Return what is missing to answer for the whole estate where a run looks at some mappings (`--only`)."""
    why = "this run looked only at some of the mappings (--only)"
    return unknown("mappings", why, "Run 'dirsync audit' without --only.")


def no_customers(rule: Rule) -> Finding:
    """Return a rule's answer where it has nobody to ask about."""
    why = "No mapping has the audience 'customers'."
    return Finding(rule.id, Verdict.NOT_APPLICABLE, rule.severity, Subject(SubjectKind.ESTATE, "estate"), why)


def lacking(finding: Finding, missing: Sequence[Fact[Any]]) -> Finding:
    """Return an unknown finding with what is missing: why in the message, how to know in the remedy."""
    why = sentences(fact.why for fact in missing)
    ways = sentences(fact.remedy or _way_to_know(fact.name) for fact in missing)
    return replace(
        finding,
        message=f"{finding.message} {why}".strip(),
        remedy=finding.remedy or ways,
        missing=tuple(dict.fromkeys(fact.name for fact in missing)),
    )


def to_be_read(directory: str) -> str:
    """Return how to let dirsync read a Directory, or a user directory of Jira for which nobody names one."""
    return (
        f"Let a mapping read '{directory}'; if it is a user directory that Jira holds itself, add a directory of kind "
        "jira with its name as JIRA_DIRECTORY to the settings, and set DIRSYNC_JIRA__DATABASE_URL."
    )


def _way_to_know(name: str) -> str:
    if name.startswith(_DIRECTORY):  # what a Directory holds is read, and can't be declared
        return to_be_read(name.removeprefix(_DIRECTORY).split("]", 1)[0])
    return f"Declare {name} in mappings/estate.yaml"


def _shown(fact: Fact[Any]) -> str:
    """Return a fact's value as the reviewer reads it; structures by what they are about, the rest as it is."""
    if isinstance(fact.value, Mapping):
        held = "; ".join(f"{key}: {_held(fact.value[key])}" for key in sorted(fact.value))
        return f"{fact.name} = {held or 'none'}"
    if isinstance(fact.value, tuple) and all(type(part) in _STRUCTURES for part in fact.value):
        return f"{fact.name} = {'; '.join(map(_structure, fact.value)) or 'none'}"
    return ""


def _held(value: Any) -> str:  # noqa: ANN401 - a fact's mapping holds a switch, names or structures
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"[{', '.join(sorted(map(_structure, value)))}]"


def _structure(part: Any) -> str:  # noqa: ANN401 - as _held
    return _STRUCTURES[type(part)](part) if type(part) in _STRUCTURES else str(part)


def _names(names: Iterable[str]) -> str:
    return f"[{', '.join(sorted(names))}]"


def _jira_application(known: JiraApplication) -> str:
    default = "" if known.default_groups is None else f", default groups {_names(known.default_groups)}"
    selected = ", selected by default" if known.selected_by_default else ""
    return f"{known.key}: groups {_names(known.groups)}{default}{selected}"


def _jira_directory(known: JiraDirectory) -> str:
    held = f", as {known.held_in} reads it out of Jira" if known.held_in else ""
    return (
        f"{known.name} ({known.type}) shows {known.crowd_application or known.directory or 'nobody knows what'}{held}"
    )


def _crowd_application(known: CrowdApplication) -> str:
    return f"{known.name} shows {'nobody knows what' if known.directories is None else _names(known.directories)}"


def _crowd_directory(known: CrowdDirectory) -> str:
    return f"{known.name} ({known.type or 'of some type'}) shows {known.directory or 'nobody knows what'}"


def _duplicate_account(known: DuplicateAccount) -> str:
    return f"{known.directory} ({'active' if known.is_active else 'inactive'})"


def _project_role(known: ProjectRole) -> str:
    return f"{known.name}: groups {_names(known.groups)}, users {_names(known.users)}"


def _project_permission(known: ProjectPermission) -> str:
    return f"{known.name}: groups {_names(known.groups)}, roles {_names(known.roles)}"


def _service_project(known: ServiceProject) -> str:
    return f"{known.key} ({known.name})" if known.name else known.key


_DIRECTORY: Final = "directories["
_STRUCTURES: dict[type, Callable[[Any], str]] = {
    JiraApplication: _jira_application,
    JiraDirectory: _jira_directory,
    CrowdApplication: _crowd_application,
    CrowdDirectory: _crowd_directory,
    DuplicateAccount: _duplicate_account,
    ProjectPermission: _project_permission,
    ProjectRole: _project_role,
    ServiceProject: _service_project,
}
