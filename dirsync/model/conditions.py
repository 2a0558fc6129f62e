"""By what a Mapping includes and excludes people: values of their attributes, and groups they are in.

Each condition that is stated leaves out who does not meet it, whatever the others say; so none can let somebody in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import translate
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from dirsync.model.names import fold

if TYPE_CHECKING:
    from dirsync.model.entries import Quarantined

Values: TypeAlias = Callable[[str], Iterable[str]]
"""Gives the values that somebody has of an attribute."""


@dataclass(frozen=True, slots=True)
class GroupConditions:
    """Names of groups, or patterns of them: of each list one group is enough."""

    include: tuple[str, ...] = ()
    """Who is in none of these is left out. Empty: nobody is on that ground."""
    exclude: tuple[str, ...] = ()
    """Who is in one of these is left out."""
    is_nested: bool = False
    """Whether members of member groups count as members."""

    def __bool__(self) -> bool:
        """Say whether groups decide anything."""
        return bool(self.include or self.exclude)


@dataclass(frozen=True, slots=True)
class Conditions:
    """All conditions of one Mapping. Of an attribute with several values, one that fits is enough."""

    include: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Attribute and patterns: who has no value that fits is left out."""
    exclude: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Attribute and patterns: who has a value that fits is left out."""
    groups: GroupConditions = GroupConditions()

    @property
    def attributes(self) -> tuple[str, ...]:
        """The attributes that have to be read for them."""
        return tuple(attribute for attribute, _ in (*self.include, *self.exclude))

    def left_out_by(self, values: Values) -> str:
        """Return why somebody with these values is left out, in words that go on after 'the mapping'; empty if not."""
        for attribute, patterns in self.include:
            if not any(fits(patterns, value) for value in values(attribute)):
                has = next(iter(values(attribute)), "")
                return f"includes only people whose {attribute} is {told(patterns)}, and theirs is {has or 'empty'}"
        for attribute, patterns in self.exclude:
            for value in values(attribute):
                if fits(patterns, value):
                    return f"excludes people whose {attribute} is {told(patterns)}, and theirs is {value}"
        return ""


@dataclass(frozen=True, slots=True)
class GroupsMeant:
    """Which groups the patterns of a Mapping mean, by id, and what stands in the way of knowing."""

    include: frozenset[str]
    exclude: frozenset[str]
    trouble: str = ""
    """Why it can't be said who is in them; empty where it can."""


def groups_meant(
    mapping: str, conditions: GroupConditions, groups: Iterable[tuple[str, str]], doubtful: Iterable[str] = ()
) -> GroupsMeant:
    """Find the groups that are meant among (id, name) of those the Mapping looks at.

    `doubtful` are the names of groups that were left out, so that nobody is known to be in them. A pattern that means
    no group at all is a trouble: it would silently take everybody, or nobody.
    """
    included, excluded, met = set[str](), set[str](), set[str]()
    for group_id, name in groups:
        for patterns, among in ((conditions.include, included), (conditions.exclude, excluded)):
            fitting = [pattern for pattern in patterns if fits((pattern,), name)]
            met.update(fitting)
            if fitting:
                among.add(group_id)
    every = (*conditions.include, *conditions.exclude)
    unclear = sorted(name for name in doubtful if fits(every, name))
    # a pattern may mean just those that were left out
    known = [*met, *(pattern for pattern in every if any(fits((pattern,), name) for name in unclear))]
    unmet = [f"'{pattern}'" for pattern in dict.fromkeys(every) if pattern not in known]
    troubles = []
    meant = f"mapping '{mapping}' includes or excludes the members of"
    if unclear:
        troubles.append(f"{meant} '{unclear[0]}', a group that was left out")
    if unmet:
        troubles.append(f"{meant} {' and of '.join(unmet)}, and there is no such group among those it looks at")
    return GroupsMeant(frozenset(included), frozenset(excluded), "; ".join(troubles))


def left_out_inside(
    mapping: str, conditions: GroupConditions, entries: Iterable[Quarantined], is_inside: Callable[[Quarantined], bool]
) -> str:
    """Return why it can't be said who is in the groups that are meant, though each was found; empty where it can.

    `entries` are the groups of which something was left out: a member, or all of it. One without an id has no name
    that was kept either, so it goes by its DN. `is_inside` tells of an entry whether it is one of the groups meant, or
    stands in one of them where these are taken with the groups inside.
    """
    every = (*conditions.include, *conditions.exclude)
    unread = [one.entry for one in entries if is_inside(one) or (not one.id and _may_be_called(every, one.entry))]
    if not unread:
        return ""
    return f"mapping '{mapping}' includes or excludes the members of a group that can't be read whole: {min(unread)}"


def _may_be_called(patterns: Sequence[str], entry: str) -> bool:
    """Say whether a DN may be of a group so called; servers write some signs with a backslash, or as a code."""
    plain = re.sub(r"\\([0-9A-Fa-f]{2})", lambda code: chr(int(code[1], 16)), entry).replace("\\", "")
    return fits([form for one in patterns for form in (one, f"*={one}", f"*={one},*", f"*={one}+*")], plain)


def without_effect(mapping: str, conditions: Conditions, carried: Collection[str]) -> Iterator[str]:
    """Yield which condition takes everybody, or nobody, since none of those looked at carries its attribute.

    A name with a slip looks like this, and so does an attribute that may not be read any more.
    """
    for part, stated in (("include", conditions.include), ("exclude", conditions.exclude)):
        for attribute, _ in stated:
            if attribute not in carried:
                yield f"mapping '{mapping}' {part}s people by '{attribute}', and nobody it looks at has any"


CARRIED_BY_NOBODY = (
    "Correct the attribute's name under source.users.include or source.users.exclude, let the account read it, or take "
    "it out there if nobody has it."
)
REMEDY = (
    "Correct the name under source.users.include or source.users.exclude, or see that source.groups (base, filter) "
    "holds the group and all groups inside it, that its id is its own and that each of its members can be read."
)
"""What to do where it can't be said who is in a group."""


def fits(patterns: Sequence[str], value: str) -> bool:
    """Say whether a value fits one of the patterns, compared as directories compare names."""
    folded = fold(value)
    return any(_compiled(pattern)(folded) for pattern in patterns)


def told(patterns: Sequence[str]) -> str:
    """Return patterns as a message names them."""
    return " or ".join(f"'{pattern}'" for pattern in patterns)


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> Callable[[str], re.Match[str] | None]:
    # brackets are just brackets, as in `dirsync.model.names.matches`
    return re.compile(translate(fold(pattern).replace("[", "[[]"))).match
