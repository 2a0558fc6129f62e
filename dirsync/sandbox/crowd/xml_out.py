"""The XML form of what `representation` draws: `name` and `expand` are attributes, all else child elements.

Shapes as in recorded answers (reference notes, 2); dates in XML are ISO 8601 with an offset.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from dirsync.sandbox.crowd.representation import Listing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
AS_ATTRIBUTE = ("name", "expand")
ATTRIBUTES_OF: Mapping[str, Sequence[str]] = {
    "link": ("rel", "href"),
    "cookie-config": (),
    "events": ("newEventToken", "incrementalSynchronisationAvailable"),
}
"""Elements with attributes of their own."""
DATES = frozenset({"created-date", "updated-date", "expiry-date"})
ITEMS = {
    "users": "user",
    "groups": "group",
    "attributes": "attribute",
    "values": "value",
    "deletedAttributes": "attribute",
    "deleted-attributes": "attribute",
}
CONTAINERS = {
    "parentGroups": "groups",
    "parent-groups": "groups",
    "childGroups": "groups",
    "child-groups": "groups",
    "storedAttributes": "attributes",
    "stored-attributes": "attributes",
}
"""Elements that hold the items of a list which JSON nests once more, and the list's name there."""
SPECIAL = re.compile(r'[&<>"\r\n\t]')
"""Most texts have none of these, and looking first is quicker than escaping all."""
LINE_END = {"\r": "&#13;"}
"""A raw carriage return would reach the reader as a line feed (XML 1.0, 2.11)."""


class InTag(str):
    """A text that XML writes as an attribute of the element around it."""

    __slots__ = ()


def document(root: str, data: Mapping[str, Any]) -> Iterator[str]:
    """Yield an XML document with `data` under the element `root`; a `Listing` in it is drawn item by item."""
    listed = next((key for key, value in data.items() if isinstance(value, Listing)), None)
    if listed is None:
        yield DECLARATION + element(root, data)
        return
    end = f"</{root}>"
    yield DECLARATION + element(root, {**data, listed: []}).removesuffix(end)
    for item in data[listed]:
        yield element(ITEMS[listed], item)
    yield end


def element(tag: str, value: object) -> str:
    """Return an element; a list's items are named after the list, in the singular."""
    if isinstance(value, dict):
        return _object(tag, value)
    if isinstance(value, list):
        return f"<{tag}>{''.join(element(ITEMS[tag], item) for item in value)}</{tag}>"
    text = _text(tag, value)
    return f"<{tag}>{escape(text, LINE_END) if SPECIAL.search(text) else text}</{tag}>"


def _object(tag: str, data: Mapping[str, Any]) -> str:
    in_tag = (*ATTRIBUTES_OF.get(tag, AS_ATTRIBUTE), *(key for key in data if isinstance(data[key], InTag)))
    given = "".join(f" {key}={_quoted(_text(key, data[key]))}" for key in in_tag if key in data)
    inside = [_inside(tag, key, value) for key, value in data.items() if key not in in_tag]
    return f"<{tag}{given}>{''.join(inside)}</{tag}>"


def _inside(tag: str, key: str, value: object) -> str:
    # JSON nests the list once more than XML: {"users": [...]} is the element <users> itself.
    if isinstance(value, list) and key == "events":
        return "".join(element(kind, what) for event in value for kind, what in event.items())
    if isinstance(value, list) and key == CONTAINERS.get(tag, tag):
        return "".join(element(ITEMS[key], item) for item in value)
    return element(key, value)


def membership(group: str, users: Sequence[str], groups: Sequence[str]) -> Iterator[str]:
    """Yield one group of `/group/membership`: direct members only, empty containers where there are none."""
    yield f"<membership group={_quoted(group)}><users>"
    yield from (f"<user name={_quoted(name)}/>" for name in users)
    yield "</users><groups>"
    yield from (f"<group name={_quoted(name)}/>" for name in groups)
    yield "</groups></membership>"


def _quoted(text: str) -> str:
    return quoteattr(text, LINE_END) if SPECIAL.search(text) else f'"{text}"'


def _text(tag: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if tag in DATES and isinstance(value, int):
        return datetime.fromtimestamp(value / 1000, UTC).isoformat(timespec="milliseconds")
    return str(value)
