"""What to ask: two searches for each distinct base and filter, whatever the number of mappings, groups and members."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from dirsync.directories.ldap.decoding import DISPLAY_NAME_FALLBACK, attributes_to_ask_for
from dirsync.directories.ldap.dn import check_dn, normal
from dirsync.directories.ldap.filter import check_filter
from dirsync.errors import ConfigurationInvalid, Mistake

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dirsync.directories.interface import Selection
    from dirsync.directories.ldap.decoding import Decoder


class Kind(StrEnum):
    """What a search looks for."""

    USERS = "users"
    GROUPS = "groups"


@dataclass(frozen=True, slots=True)
class Search:
    """One question to the server, over the whole subtree, and the selections that share its answer."""

    kind: Kind
    base: str
    filter: str
    attributes: tuple[str, ...]
    selections: tuple[Selection, ...]

    def __str__(self) -> str:
        """Return the question as evidence and messages show it."""
        return f"{self.base or 'the root'} {self.filter}"


def searches_for(selections: Sequence[Selection], decoder: Decoder) -> list[Search]:
    """Return the searches that read these selections, groups first.

    Groups come first since only they tell whether names (memberUid) must be looked out for among the users.
    Raises ConfigurationInvalid for bases and filters no server could understand.
    """
    _check(selections)
    groups = [(base, s.group_filter, s) for s in selections if s.wants_groups for base in s.group_bases]
    users = [(base, s.user_filter, s) for s in selections for base in s.user_bases]
    return [
        *_merged(Kind.GROUPS, groups, decoder.dialect.group_filter, decoder),
        *_merged(Kind.USERS, users, decoder.dialect.user_filter, decoder),
    ]


def _merged(
    kind: Kind, wanted: list[tuple[str, str, Selection]], default_filter: str, decoder: Decoder
) -> Iterator[Search]:
    shared: dict[tuple[str, str], list[Selection]] = {}
    written: dict[tuple[str, str], str] = {}
    for base, search_filter, selection in wanted:
        key = normal(base), search_filter.strip() or default_filter
        written.setdefault(key, base.strip())
        sharing = shared.setdefault(key, [])
        if selection not in sharing:
            sharing.append(selection)
    for key, sharing in shared.items():
        yield Search(kind, written[key], key[1], _attributes(kind, sharing, decoder), tuple(sharing))


def _attributes(kind: Kind, sharing: Sequence[Selection], decoder: Decoder) -> tuple[str, ...]:
    primary_group = decoder.dialect.primary_group
    if kind is Kind.GROUPS:
        named = attributes_to_ask_for([decoder.group_meaning(s.group_attributes) for s in sharing])
        extra = {decoder.dialect.version_attribute} - {""}
        extra.update(primary_group.group_attributes if primary_group else ())
    else:
        meanings = [decoder.user_meaning(s.attributes) for s in sharing]
        chosen_by = [name for s in sharing if s.conditions for name in s.conditions.attributes]
        named = attributes_to_ask_for(meanings, chosen_by)
        # memberUid names people by uid (RFC 2307, 2.2), whatever attribute a mapping takes usernames from
        extra = {DISPLAY_NAME_FALLBACK, "uid"}
        extra.update(primary_group.user_attributes if primary_group else ())
        if any(not meaning.active for meaning in meanings):
            extra.update(decoder.dialect.activity_attributes)
    known = {name.lower() for name in named}
    return (*named, *sorted(name for name in extra if name.lower() not in known))


def _check(selections: Sequence[Selection]) -> None:
    mistakes: list[Mistake] = []
    for selection in selections:
        where = f"mapping {selection.name!r}" if selection.name else "the whole directory"
        for role, bases in (("users", selection.user_bases), ("groups", selection.group_bases)):
            mistakes.extend(
                Mistake(where, f"{role}.base {base!r} is not a distinguished name: {why}")
                for base in bases
                if (why := check_dn(base))
            )
        for role, text in (("users", selection.user_filter), ("groups", selection.group_filter)):
            if text.strip() and (why := check_filter(text.strip())):
                mistakes.append(Mistake(where, f"{role}.filter {text!r} is not a filter: {why}"))
    if mistakes:
        raise ConfigurationInvalid(mistakes)
