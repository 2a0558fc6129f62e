"""Where a mapping has accounts and groups made: only LDAP trees have places, and there they must be named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.errors import Mistake

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Mapping as MappingType

    from dirsync.mapping.checked import Mapping

HAVE_PLACES = frozenset({"ldap", "ldif"})
PLACES = ("users", "groups_base", "group_class")


def wrong_places(mapping: Mapping, mappings: Sequence[Mapping], kinds: MappingType[str, str]) -> Iterator[Mistake]:
    """Yield what a mapping says too much or too little of the places in its target; unknown targets are told apart."""
    target, place = mapping.content.target, mapping.document.place
    kind = kinds.get(mapping.target, "")
    if target is None or not kind or mapping.target == mapping.source:
        return
    if kind not in HAVE_PLACES:
        for name in PLACES:
            if getattr(target, name):
                what = f"a directory of kind {kind} has no places and classes; leave '{name}' out"
                yield Mistake(place("target", name, of_key=True), what)
        return
    if kind == "ldap" and target.users is None:
        what = "'users' is missing under 'target': say with 'users: {base: …}' where accounts are made and looked for"
        yield Mistake(place("target", "directory"), what)
    if (target.groups or mapping.content.default_groups) and target.users and not target.groups_base:
        what = "'groups_base' is missing under 'target': say where groups are made and looked for"
        yield Mistake(place("target", "directory"), what)
    yield from _read_otherwise(mapping, mappings)
    yield from _read_as_a_source(mapping, mappings)


def _read_as_a_source(mapping: Mapping, mappings: Sequence[Mapping]) -> Iterator[Mistake]:
    """Yield where what is read of the target would hold people that another mapping takes from other places in it.

    Accounts are looked for by name in all that was read, so one of those would be taken over.
    """
    other = next((one for one in mappings if one.source == mapping.target), None)
    if other:
        there = other.document.line("source", "directory")
        what = (
            f"'{mapping.target}' is also a source ({there}); give the tree a second entry in the settings for being"
            " written to, under another name, so that what is read for that holds only what is below 'target'"
        )
        yield Mistake(mapping.document.place("target", "directory"), what)


def _read_otherwise(mapping: Mapping, mappings: Sequence[Mapping]) -> Iterator[Mistake]:
    """Yield where another mapping takes the same target's entries for something else: a target is read once."""
    users = mapping.content.target.users if mapping.content.target else None
    for other in mappings:
        others = other.content.target.users if other.content.target else None
        is_earlier = other.target == mapping.target and other.name < mapping.name
        if not (users and others and is_earlier):
            continue
        for name in ("filter", "attributes"):
            if getattr(users, name) != getattr(others, name):
                there = other.document.line("target", "users", name)
                what = (
                    f"'{name}' must be as at {there}, since both mappings feed '{mapping.target}', which is read once"
                )
                yield Mistake(mapping.document.place("target", "users", name, of_key=True), what)
        return
