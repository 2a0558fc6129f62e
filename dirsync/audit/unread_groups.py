"""Groups that may stand in the part of a Directory's groups that nobody reads, and what would come of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dirsync.audit.evidence import listed
from dirsync.model.facts import Fact, FactState, unknown
from dirsync.model.names import fold
from dirsync.model.outer_groups import groups_above, groups_inside

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dirsync.model.estate import Estate
    from dirsync.model.outer_groups import OuterGroup


def groups_unread(estate: Estate, directory: str, groups: Iterable[str]) -> Iterator[Fact[Any]]:
    """Yield what keeps open who is in the groups of a Directory of which only part of the groups is read.

    One fact for those that may be in the other part, and one for each that was read and holds a group of that part.
    """
    snapshot = estate.snapshots.get(directory)
    if snapshot is None or directory not in estate.groups_in_part:
        return
    asked = list(groups)
    unread = [group for group in asked if snapshot.group_named(group) is None]
    if unread:
        is_among = "is not among them" if len(unread) == 1 else "are not among them"
        yield unknown(
            f"directories[{directory}].groups[{', '.join(unread)}]",
            f"only part of the groups of {directory} is read, and {listed(unread)} {is_among}",
            f"{_widen(directory)}, or let dirsync ask Jira who is in the group (DIRSYNC_JIRA__URL).",
        )
    for group in asked:
        yield from _unread_inside(estate, directory, group)


def grants_unread(estate: Estate, directory: str, group: str, granting: Iterable[str]) -> Iterator[Fact[Any]]:
    """Yield what keeps open whether a group of a Directory is inside one of those that grant something.

    A membership of a group is kept by the outer group, so one that was not read may hold any that was, by way of
    others that were not read either. Only a look over the whole Directory, from the inner group outwards, rules that
    out: that Jira lists who is in the outer group today says nothing of an inner one that is still empty.
    """
    if directory not in estate.snapshots or directory not in estate.groups_in_part:
        return
    name = groups_above(directory, group)
    fact = estate.facts.get(name)
    if fact is None:
        why = f"only part of the groups of {directory} is read, and any other one may hold '{group}'"
        yield unknown(name, why, f"{_widen(directory)}.")
    elif fact.state is FactState.UNKNOWN:
        yield fact
    else:
        wanted = {fold(each) for each in granting}
        found = [outer for outer in fact.value if fold(outer.name) in wanted]
        if found:
            yield _found_outside(name, f"'{group}' is inside {_shown(found)}", directory)


def _unread_inside(estate: Estate, directory: str, group: str) -> Iterator[Fact[Any]]:
    name = groups_inside(directory, group)
    fact = estate.facts.get(name)
    if fact is None or fact.state is FactState.UNKNOWN:
        yield from (fact,) if fact else ()
    elif fact.value:
        yield _found_outside(name, f"'{group}' holds {_shown(fact.value)}", directory)


def _found_outside(name: str, what: str, directory: str) -> Fact[None]:
    why = f"only part of the groups of {directory} is read, and outside that part {what}"
    return unknown(name, why, f"{_widen(directory)}, so that these are read too.")


def _widen(directory: str) -> str:
    return f"Widen source.groups.base and source.groups.filter of the mapping that reads {directory}"


def _shown(groups: Iterable[OuterGroup]) -> str:
    return ", ".join(map(str, groups))
