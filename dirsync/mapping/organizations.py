"""What a mapping may say of organisations in Jira Service Management, and what must be there for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.errors import Mistake
from dirsync.model.estate import Audience

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Mapping as MappingType

    from dirsync.mapping.checked import Mapping

TELL_ORGANIZATIONS = frozenset({"ldap", "ldif"})
"""Kinds of which any attribute can be read; Crowd and Jira send a fixed set with each person."""


def wrong_organizations(mapping: Mapping, kinds: MappingType[str, str]) -> Iterator[Mistake]:
    """Yield why the people of a mapping can't be put into organisations."""
    place = mapping.document.place
    if mapping.content.target is None or mapping.content.target.organizations is None:
        return
    if mapping.content.audience is not Audience.CUSTOMERS:
        what = "organisations are of customers, and this mapping is for agents; leave 'organizations' out"
        yield Mistake(place("target", "organizations", of_key=True), what)
    kind = kinds.get(mapping.source, "")
    if kind and kind not in TELL_ORGANIZATIONS:
        what = (
            f"'{mapping.source}' is of kind {kind}, of which no such attribute can be read; "
            "take the people from an LDAP or LDIF directory, or leave 'organizations' out"
        )
        yield Mistake(place("target", "organizations", "attribute"), what)


def organizations_without_jira(mappings: Sequence[Mapping]) -> Iterator[Mistake]:
    """Yield for each mapping with organisations what to set; asked only where nothing says where Jira is."""
    for mapping in mappings:
        if mapping.content.target and mapping.content.target.organizations:
            what = (
                "organisations are written in Jira, and nothing says where it is; set DIRSYNC_JIRA__URL, and "
                "DIRSYNC_JIRA__TOKEN_FILE of an agent of these service projects who may administer Jira"
            )
            yield Mistake(mapping.document.place("target", "organizations", of_key=True), what)
