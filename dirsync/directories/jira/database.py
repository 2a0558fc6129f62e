"""Jira's own tables of one user directory: people, groups and memberships at one instant (databases.md, "Jira").

The id of a user or a group is `cwd_user.id` or `cwd_group.id`: it is there for every kind of directory, and a rename
keeps the row. `external_id` would be what the directory behind Jira calls somebody: it is not told of internal
directories. Memberships name their ends by the lower-case names of their own directory, in which a name is unique.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from dirsync.database.door import reading
from dirsync.database.jira_tables import (
    DIRECTORIES,
    DIRECTORY_ATTRIBUTES,
    GROUPS,
    MEMBERSHIPS,
    NESTED_GROUPS,
    PEOPLE_TABLES,
    USERS,
)
from dirsync.database.rows import text, truth
from dirsync.errors import AnswerMalformed, DirectoryUnreadable, NotThatProduct
from dirsync.model.entries import Group, MemberKind, Quarantined, User
from dirsync.model.names import same
from dirsync.model.snapshot import SearchProof

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.database.address import DatabaseAddress
    from dirsync.database.door import DatabaseReader
    from dirsync.database.rows import Row
    from dirsync.database.tables import NamedTable
    from dirsync.directories.jira.directory import Reading

IN_GROUP, GROUP_IN_GROUP = "GROUP_USER", "GROUP_GROUP"
TO_ITS_END: Final = "read to its end, in one repeatable-read transaction"


@dataclass(frozen=True, slots=True)
class Found:
    """A user directory in Jira's database."""

    database: str
    """As messages call it."""
    number: Any
    """`cwd_directory.id`, as the driver has it."""
    name: str
    """As Jira spells it."""
    is_active: bool


def found_in_database(directory: str, jira_directory: str, address: DatabaseAddress) -> Found:
    """Find a user directory by name, without reading anybody; `directory` is its Directory, for messages.

    Raises `DirectoryUnreadable`, with every grant that is missing.
    """
    with reading(address) as reader:
        return _found(directory, jira_directory, reader)


def read_from_database(into: Reading, address: DatabaseAddress) -> None:
    """Read it whole. Raises `DirectoryUnreadable`: before the first row with every grant that is missing."""
    with reading(address) as reader:
        into.requests += 1
        found = _found(into.directory, into.jira_directory, reader)
        into.server, into.jira_directory = found.database, found.name
        if not found.is_active:
            into.notices.append(f"'{found.name}' is switched off in Jira, so that Jira sees nobody in it.")
        _People(into, reader, found.number).read()


class _People:
    """What one user directory holds, streamed into the spool; only the names of its groups are in memory."""

    def __init__(self, into: Reading, reader: DatabaseReader, number: Any) -> None:  # noqa: ANN401 - as the driver has it
        self._into = into
        self._reader = reader
        self._number = number
        self._group_ids: dict[str, str] = {}
        """By name in lower case."""

    def read(self) -> None:
        into = self._into
        self._note(USERS, 0, "begun")
        for row in self._rows(USERS):
            self._take_user(row)
        self._note(USERS, into.users, TO_ITS_END)
        into.tell("users", into.users)
        if not into.wants_groups:
            return
        for row in self._rows(GROUPS):
            self._take_group(row)
        self._note(GROUPS, len(self._group_ids), TO_ITS_END)
        kinds = {IN_GROUP: MemberKind.USER, GROUP_IN_GROUP: MemberKind.GROUP}
        if self._nesting_is_off():
            del kinds[GROUP_IN_GROUP]
        memberships = 0
        for row in self._rows(MEMBERSHIPS, membership_type=list(kinds)):
            self._take_membership(row, kinds[row["membership_type"]])
            memberships += 1
        self._note(MEMBERSHIPS, memberships, TO_ITS_END)
        into.tell("memberships", memberships)

    def _rows(self, table: NamedTable, **only: list[str]) -> Iterator[Row]:
        self._into.requests += 1
        return self._reader.stream(table, {"directory_id": [self._number], **only})

    def _note(self, table: NamedTable, entries: int, result: str) -> None:
        what = f"{table.name} of directory {self._number}"
        self._into.proofs = [proof for proof in self._into.proofs if proof.what != what]
        self._into.proofs.append(SearchProof(what, 1, entries, result))

    def _take_user(self, row: Row) -> None:
        name, ref = _name(row, "user_name"), _name(row, "lower_user_name")
        if not (name and ref and _id(row)):
            entry = name or f"user with the id {_id(row) or 'NULL'}"
            self._into.spool.quarantine(Quarantined(entry, "Jira has no name or no id for it", _id(row)))
            return
        try:
            is_active = truth(row, "active")
        except AnswerMalformed:
            why = f"nothing says whether it is active (cwd_user.active is {row['active']!r})"
            self._into.spool.quarantine(Quarantined(name, why, _id(row)))
            return
        self._into.take_user(
            User(
                id=_id(row),
                ref=ref,
                username=name,
                email=text(row, "email_address"),
                first_name=text(row, "first_name"),
                last_name=text(row, "last_name"),
                display_name=text(row, "display_name"),
                active=is_active,
            )
        )

    def _take_group(self, row: Row) -> None:
        name, ref = _name(row, "group_name"), _name(row, "lower_group_name")
        if not (name and ref and _id(row)):
            entry = name or f"group with the id {_id(row) or 'NULL'}"
            why = "Jira has no name or no id for it"
            self._into.spool.quarantine(Quarantined(entry, why, _id(row), is_group=True))
            return
        self._group_ids[ref] = _id(row)
        self._into.take_group(Group(_id(row), ref, name, text(row, "description")))

    def _take_membership(self, row: Row, kind: MemberKind) -> None:
        group = _name(row, "lower_parent_name")
        group_id = self._group_ids.get(group)
        if group_id is None:
            why = "memberships name it, and the directory has no such group"
            self._into.spool.quarantine(Quarantined(f"group '{group}'", why, is_group=True))
            return
        self._into.spool.add_member(group_id, _name(row, "lower_child_name"), kind)

    def _nesting_is_off(self) -> bool:
        """Say whether Jira looks at no group inside another one here: a setting of each directory (jira-jsm.md 3.1).

        Where it is not told, nesting counts as it stands in the table: nobody is cleared by what is not known.
        """
        only = {"directory_id": [self._number], "attribute_name": [NESTED_GROUPS]}
        self._into.requests += 1
        contents = self._reader.read(DIRECTORY_ATTRIBUTES, only)
        is_off = any(text(row, "attribute_value").lower() == "false" for row in contents.rows if not contents.lacking)
        if is_off:
            said = f"nested groups are off in '{self._into.jira_directory}' ({NESTED_GROUPS}), so none is followed."
            self._into.notices.append(said)
        return is_off


def _found(directory: str, jira_directory: str, reader: DatabaseReader) -> Found:
    _refuse_missing_columns(directory, reader)
    rows = reader.read(DIRECTORIES).rows
    named = [row for row in rows if same(text(row, "directory_name"), jira_directory)]
    if not named:
        there = ", ".join(sorted(f"'{text(row, 'directory_name')}'" for row in rows)) or "none at all"
        raise NotThatProduct(
            f"{directory}: Jira has no user directory '{jira_directory}'; it has {there}.",
            f"Correct DIRSYNC_DIRECTORIES__{directory.upper()}__JIRA_DIRECTORY.",
        )
    if len(named) > 1:
        numbers = ", ".join(sorted(str(row["id"]) for row in named))
        raise NotThatProduct(
            f"{directory}: Jira has {len(named)} user directories called '{jira_directory}' (cwd_directory.id "
            f"{numbers}), and nothing says which one is meant.",
            "Give one of them another name under Jira administration > User management > User directories.",
        )
    [row] = named
    return Found(reader.told.database, row["id"], text(row, "directory_name"), truth(row, "active"))


def _refuse_missing_columns(directory: str, reader: DatabaseReader) -> None:
    lacking: list[DirectoryUnreadable] = []
    for table in (DIRECTORIES, *PEOPLE_TABLES):
        reader.look_at(table)
        try:
            reader.told.rows(table.name, *table.columns)
        except DirectoryUnreadable as problem:
            lacking.append(problem)
    if lacking:
        refused = {
            table.name: [column for column, why in reader.told.contents[table.name].lacking.items() if why.needs_grant]
            for table in (DIRECTORIES, *PEOPLE_TABLES)
        }
        grants = [reader.told.grants.statement(table, columns) for table, columns in refused.items() if columns]
        raise DirectoryUnreadable(
            f"{directory}: {' '.join(problem.message for problem in lacking)}",
            f"Let its owner run: {' '.join(grants)}" if grants else lacking[0].remedy,
        )


def _id(row: Row) -> str:
    return "" if row["id"] is None else str(row["id"])


def _name(row: Row, column: str) -> str:
    """Return a name as it is: in it blanks count, other than in texts."""
    return "" if row[column] is None else str(row[column])
