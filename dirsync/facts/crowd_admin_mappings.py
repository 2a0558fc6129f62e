"""Which directories each application of Crowd shows, in its order, and what it may do there.

What these answers look like is not established (crowd-rest.md 8.2 and 13.3), and not every version serves all of
them: several places are tried, and what none of them tells is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from dirsync.errors import AnswerMalformed, DirectoryUnreadable, NotThatProduct
from dirsync.facts.crowd_admin_paths import ADMIN, ASKED_FOR, OLDER
from dirsync.facts.crowd_admin_records import malformed, page_of, record_of
from dirsync.facts.crowd_admin_refusals import accepted
from dirsync.facts.crowd_admin_told import ToldMapping
from dirsync.facts.jira_pages import all_records
from dirsync.facts.jira_questions import Noted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dirsync.facts.crowd_admin_records import Record
    from dirsync.facts.crowd_admin_told import ToldApplication
    from dirsync.facts.jira_pages import Page
    from dirsync.facts.jira_questions import Questions

NUMBER = ("directoryId", "directory-id")
NAME = ("directoryName",)
TOLD_SINGLY = ("name", "allow_all_to_authenticate", "authorised_groups", "default_groups", "allowed_operations")
Mappings = tuple[ToldMapping, ...]


def mapping_from(record: Record) -> ToldMapping | None:
    """Return a mapping; None where the record does not say of which directory.

    A bare `id` may be the mapping's own, so that it counts only inside the directory.
    """
    directory = record.record("directory")
    number = record.text(*NUMBER) or (directory.text("id", *NUMBER) if directory else "")
    name = record.text(*NAME) or (directory.text("name", "directoryName", "displayName") if directory else "")
    if not number and not name:
        return None
    allows_all = record.flag("authenticateAll", "allowAllToAuthenticate", "authenticationAllowAll", "allowAll")
    groups = record.names(
        "authorisedGroups",
        "authorizedGroups",
        "authorisedGroupNames",
        "authenticationGroups",
        "groupMappings",
        "groups",
    )
    return ToldMapping(
        number=number,
        name=name,
        allow_all_to_authenticate=allows_all,
        # Where all may authenticate, Crowd ignores the list (9.3) and some routes leave it out.
        authorised_groups=None if allows_all and not groups else groups,
        default_groups=record.names("autoAssignmentGroups", "defaultGroups", "defaultGroupNames"),
        allowed_operations=record.names("allowedOperations"),
        directory_allowed_operations=directory.names("allowedOperations") if directory else None,
    )


def mappings_in(records: Sequence[Record] | None) -> Mappings | None:
    """Return mappings in order; None where there are none to read, or one is of no known directory."""
    if records is None:
        return None
    found = [mapping_from(record) for record in records]
    told = tuple(mapping for mapping in found if mapping is not None)
    return told if len(told) == len(found) else None


def mappings_of(application: ToldApplication) -> str:
    """Return what the answer to `ask_mappings` is kept under."""
    return f"crowd.admin.mappings[{application.name}]"


@dataclass(slots=True)
class MappingQuestions:
    """Asks for the directories of one application after the other, where they may be told."""

    questions: Questions
    _serves_single: bool = True
    """Whether Crowd may still serve a single mapping, which may tell more than the list of them."""

    def ask(self, application: ToldApplication) -> None:
        """Ask for the directories of an application."""
        self.questions.work_out(
            mappings_of(application),
            self.questions.source(_path(application)),
            partial(self._mappings, application),
            otherwise=f"declare the directories of '{application.name}' under crowd.applications in "
            "mappings/estate.yaml",
        )

    def _mappings(self, application: ToldApplication) -> Noted:
        places: tuple[tuple[str, Callable[[str], Mappings]], ...] = (
            (_path(application), self._listed),
            (f"{ADMIN}/application/{application.number}", self._inside),
            (f"{OLDER}/application/{application.number}", self._inside),
        )
        tried: list[str] = []
        for path, ask in places:
            try:
                mappings = ask(path)
            except (NotThatProduct, AnswerMalformed) as problem:
                tried.append(problem.message)
                continue
            instead = f"{tried[0]} Told by {self.questions.source(path)} instead" if tried else "in this order"
            return Noted(tuple(self._in_detail(application, mapping) for mapping in mappings), instead)
        if application.mappings is not None:
            return Noted(application.mappings, f"{tried[0]} Told by the list of applications instead")
        raise NotThatProduct(" ".join(tried), "See Crowd's version.")

    def _listed(self, path: str) -> Mappings:
        def page_from(start: int) -> Page[Record]:
            answer = accepted(self.questions.get(path, {"start": str(start), "limit": str(ASKED_FOR)}))
            return page_of(answer, ASKED_FOR, "directory mappings", _identity)

        source = self.questions.source(path)
        records = all_records(page_from, source, "directory mappings", "start", "Crowd")
        return tuple(mapping for record in records.values() if (mapping := mapping_from(record)))

    def _inside(self, path: str) -> Mappings:
        answer = accepted(self.questions.get(path))
        mappings = mappings_in(record_of(answer).records("directoryMappings"))
        if mappings is None:
            malformed(answer, "does not tell the directories of the application")
        return mappings

    def _in_detail(self, application: ToldApplication, mapping: ToldMapping) -> ToldMapping:
        """Return what a single mapping adds to what the list tells of it."""
        lacks = [name for name in TOLD_SINGLY if getattr(mapping, name) is None]
        if not lacks or not mapping.number or not self._serves_single:
            return mapping
        try:
            answer = self.questions.get(f"{_path(application)}/{mapping.number}")
            more = mapping_from(record_of(accepted(answer)))
        except DirectoryUnreadable:
            # What it might have added stays unknown; the list has been told all the same.
            self._serves_single = False
            return mapping
        if more is None or more.number not in {"", mapping.number}:
            return mapping
        return replace(mapping, **{name: getattr(more, name) for name in lacks})


def _path(application: ToldApplication) -> str:
    return f"{ADMIN}/application/{application.number}/directory-mapping"


def _identity(record: Record) -> str:
    mapping = mapping_from(record)
    return (mapping.number or mapping.name) if mapping else ""
