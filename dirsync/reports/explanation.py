"""`dirsync explain USER` as plain data: schema `dirsync.explanation/1`; within /1 fields are only added."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dirsync.reports.plain import plain

if TYPE_CHECKING:
    from dirsync.model.explained import Explanation, Person
    from dirsync.model.run import DirectoryRead

SCHEMA = "dirsync.explanation/1"


def explanation_document(explanation: Explanation) -> dict[str, Any]:
    """Return the whole answer as JSON-serialisable data; findings and changes have the ids they have in reports."""
    return {
        "schema": SCHEMA,
        "asked": explanation.asked,
        "directories": [_directory(read) for read in explanation.directories],
        "looked": plain(explanation.looked),
        "troubles": list(explanation.troubles),
        "without_groups": list(explanation.without_groups),
        "guards": [plain(refusal) for refusal in explanation.refusals],
        "people": [_person(person) for person in explanation.people],
    }


def _directory(read: DirectoryRead) -> dict[str, Any]:
    return {
        "name": read.name,
        "kind": read.kind,
        "complete": read.completeness.is_complete,
        "reason": read.completeness.reason,
        "remedy": read.completeness.remedy,
        "users": read.counts.users,
        "groups": read.counts.groups,
    }


def _person(person: Person) -> dict[str, Any]:
    told: dict[str, Any] = plain(person)
    told["groups"] = [plain(group) | {"is_direct": group.is_direct} for group in person.groups]
    told["findings"] = [plain(finding) | {"id": finding.id} for finding in person.findings]
    told["tonight"]["changes"] = [plain(change) | {"id": change.id} for change in person.tonight.changes]
    return told
