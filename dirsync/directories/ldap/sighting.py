"""An entry told to somebody who asks for it by name: read leniently, since it may be one that can't be used."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from dirsync.directories.ldap.activity import read_active
from dirsync.directories.ldap.decoding import EntryUnusable
from dirsync.directories.ldap.dn import check_dn, is_below, normal
from dirsync.directories.ldap.entry import values_for
from dirsync.directories.ldap.text_forms import assertion_of, text_of
from dirsync.directories.sightings import Fit, Sighting
from dirsync.mapping.templates import attributes_in, is_template, template

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dirsync.directories.interface import Attributes, Selection
    from dirsync.directories.ldap.decoding import Decoder
    from dirsync.directories.ldap.entry import Entry


def distinguished_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return those of the names that can be names of entries."""
    return tuple(name for name in names if "=" in name and check_dn(name) is None)


def wanted_filter(names: Sequence[str], decoder: Decoder, selections: Sequence[Selection]) -> str:
    """Return the filter for entries that have one of the names where the Mappings read a username, mail or id."""
    meanings = [decoder.user_meaning(selection.attributes) for selection in selections]
    told = [text for one in meanings for text in (one.username, one.email, one.id)]
    telling = {attribute for text in told for attribute in attributes_in(text)}
    parts: list[str] = []
    for attribute in sorted(telling):
        for name in names:
            # a name that is no text of this attribute is nobody's value of it
            with suppress(ValueError):
                parts.append(f"({attribute}={assertion_of(attribute, name)})")
    return f"(|{''.join(parts)})"


def filter_of(selection: Selection, decoder: Decoder) -> str:
    """Return the filter for users that a selection is read with."""
    return selection.user_filter.strip() or decoder.dialect.user_filter


def sighting_of(
    entry: Entry,
    decoder: Decoder,
    selections: Sequence[Selection],
    matches: Callable[[Entry, str], tuple[bool | None, str]],
) -> Sighting:
    """Return what can be said of an entry; `matches` says whether a filter fits it, and if that can't be told, why."""
    meanings = [decoder.user_meaning(selection.attributes) for selection in selections]
    active = _active(entry, decoder, selections)
    return Sighting(
        entry=entry.dn,
        ref=entry.ref,
        id=_first(entry, [meaning.id for meaning in meanings]),
        username=_first(entry, [meaning.username for meaning in meanings]),
        email=_first(entry, [meaning.email for meaning in meanings]),
        active=active,
        disabled_because=_disabling(entry, decoder, meanings) if active is False else "",
        fits={
            selection.name: _fit(entry, selection, filter_of(selection, decoder), matches) for selection in selections
        },
    )


def _fit(
    entry: Entry, selection: Selection, filter_text: str, matches: Callable[[Entry, str], tuple[bool | None, str]]
) -> Fit:
    is_below_base = any(is_below(entry.ref, normal(base)) for base in selection.user_bases or ("",))
    does_match, trouble = matches(entry, filter_text)
    left_out_by = ""
    with suppress(ValueError):  # such an entry is left out of the read, which says so
        left_out_by = selection.conditions.left_out_by(values_for(entry)) if selection.conditions else ""
    return Fit(is_below_base, filter_text, does_match, trouble, left_out_by)


def _active(entry: Entry, decoder: Decoder, selections: Sequence[Selection]) -> bool | None:
    for selection in selections:
        try:
            return decoder.user(entry, selection.attributes).active
        except EntryUnusable:
            continue
    return None


def _first(entry: Entry, attributes: Sequence[str]) -> str:
    for told in attributes:
        if is_template(told):
            text = template(told).filled(lambda attribute: _first(entry, [attribute]))
        else:
            text = next((_readable(told, value) for value in entry.values(told)), "") if told else ""
        if text:
            return text
    return ""


def _readable(attribute: str, value: bytes) -> str:
    try:
        return text_of(attribute, value)
    except ValueError:
        return value.decode("utf-8", "backslashreplace")


def _disabling(entry: Entry, decoder: Decoder, meanings: Sequence[Attributes]) -> str:
    """Return the attributes that say so, with their values."""
    mapped = [meaning.active for meaning in meanings if meaning.active_values]
    if mapped:
        return ", ".join(f"{attribute} is {_first(entry, [attribute])}" for attribute in dict.fromkeys(mapped))
    named = [meaning.active for meaning in meanings if meaning.active]
    looked_at = {attribute: _first(entry, [attribute]) for attribute in named or decoder.dialect.activity_attributes}
    return ", ".join(
        f"{attribute} is {value}" for attribute, value in looked_at.items() if _disables(attribute, value, decoder)
    )


def _disables(attribute: str, value: str, decoder: Decoder) -> bool:
    try:
        return not read_active(attribute, value, decoder.read_at)
    except ValueError:
        return False
