"""What only the Directories themselves can tell about a mapping: whether its bases and filters are any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.directories.ldap.attribute_names import is_description
from dirsync.directories.ldap.dn import check_dn
from dirsync.directories.ldap.filter import check_filter
from dirsync.errors import ConfigurationInvalid, Mistake
from dirsync.mapping.templates import is_template

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dirsync.mapping.checked import Mapping as CheckedMapping

SPEAK_LDAP = frozenset({"ldap", "ldif"})


def check_questions(mappings: Sequence[CheckedMapping], kinds: Mapping[str, str]) -> None:
    """Raise `ConfigurationInvalid` with the place of every base and filter that LDAP can't understand."""
    mistakes = [
        mistake
        for mapping in mappings
        if kinds[mapping.source] in SPEAK_LDAP
        for part in ("users", "groups")
        for mistake in _wrong(mapping, part)
    ]
    mistakes += [
        mistake for mapping in mappings if kinds[mapping.source] not in SPEAK_LDAP for mistake in _unreadable(mapping)
    ]
    mistakes += [mistake for mapping in mappings if mapping.target for mistake in _wrong_places(mapping)]
    if mistakes:
        raise ConfigurationInvalid(mistakes)


def _wrong(mapping: CheckedMapping, part: str) -> Iterator[Mistake]:
    taken = getattr(mapping.content.source, part)
    if taken is None:
        return
    if taken.filter and (why := check_filter(taken.filter)):
        yield Mistake(mapping.document.place("source", part, "filter"), f"'{taken.filter}' is no LDAP filter: {why}")
    for number, base in enumerate(taken.base):
        if why := check_dn(base):
            where = mapping.document.place("source", part, "base", number)
            yield Mistake(where, f"'{base}' is no name of an entry: {why}")


def _unreadable(mapping: CheckedMapping) -> Iterator[Mistake]:
    """Yield what a product that names its attributes itself would leave unheeded."""
    for name, told in mapping.content.source.users.attributes.model_dump().items():
        if isinstance(told, dict) or is_template(told):
            where = mapping.document.place("source", "users", "attributes", name)
            what = f"'{mapping.source}' is no LDAP directory, and gives '{name}' as it is; leave this out"
            yield Mistake(where, what)


def _wrong_places(mapping: CheckedMapping) -> Iterator[Mistake]:
    """Check what only targets of the kinds that speak LDAP have."""
    target = mapping.content.target
    place = mapping.document.place
    if target is None:
        return
    if target.groups_base and (why := check_dn(target.groups_base)):
        yield Mistake(place("target", "groups_base"), f"'{target.groups_base}' is no name of an entry: {why}")
    if target.users is None:
        return
    if why := check_dn(target.users.base):
        yield Mistake(place("target", "users", "base"), f"'{target.users.base}' is no name of an entry: {why}")
    if target.users.filter and (why := check_filter(target.users.filter)):
        yield Mistake(place("target", "users", "filter"), f"'{target.users.filter}' is no LDAP filter: {why}")
    named: list[tuple[tuple[str, ...], str]] = [(("rdn",), target.users.rdn)]
    named += [(("attributes", name), value) for name, value in target.users.attributes.model_dump().items()]
    for path, value in named:
        if value and not is_description(value):
            yield Mistake(place("target", "users", *path), f"'{value}' is not the name of an attribute")
