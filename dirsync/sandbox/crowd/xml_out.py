"""The XML form of what `representation` draws: `name` and `expand` are attributes, all else child elements.

Shapes as in recorded answers (reference notes, 2); dates in XML are ISO 8601 with an offset.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
AS_ATTRIBUTE = ("name", "expand")
LINK_ATTRIBUTES = ("rel", "href")
DATES = frozenset({"created-date", "updated-date", "expiry-date"})
ITEMS = {"users": "user", "groups": "group", "attributes": "attribute", "values": "value"}
WITHOUT_ATTRIBUTES = frozenset({"cookie-config"})
LINE_END = {"\r": "&#13;"}
"""A raw carriage return would reach the reader as a line feed (XML 1.0, 2.11)."""


def document(root: str, data: Mapping[str, Any]) -> str:
    """Return a whole XML document with `data` under the element `root`."""
    return DECLARATION + "".join(element(root, data))


def element(tag: str, value: object) -> Iterator[str]:
    """Yield an element in pieces; a list's items are named after the list, in the singular."""
    if isinstance(value, dict):
        yield from _object(tag, value)
    elif isinstance(value, list):
        yield f"<{tag}>"
        for item in value:
            yield from element(ITEMS[tag], item)
        yield f"</{tag}>"
    else:
        yield f"<{tag}>{escape(_text(tag, value), LINE_END)}</{tag}>"


def _object(tag: str, data: Mapping[str, Any]) -> Iterator[str]:
    in_tag = LINK_ATTRIBUTES if tag == "link" else () if tag in WITHOUT_ATTRIBUTES else AS_ATTRIBUTE
    given = "".join(f" {key}={quoteattr(str(data[key]))}" for key in in_tag if key in data)
    yield f"<{tag}{given}>"
    for key, value in data.items():
        if key in in_tag:
            continue
        # JSON nests the list once more than XML: {"users": [...]} is the element <users> itself.
        if key == tag and isinstance(value, list):
            for item in value:
                yield from element(ITEMS[key], item)
        else:
            yield from element(key, value)
    yield f"</{tag}>"


def membership(group: str, users: Sequence[str], groups: Sequence[str]) -> str:
    """Return one group of `/group/membership`: direct members only, empty containers where there are none."""
    return "".join(
        (
            f"<membership group={quoteattr(group)}><users>",
            *(f"<user name={quoteattr(name)}/>" for name in users),
            "</users><groups>",
            *(f"<group name={quoteattr(name)}/>" for name in groups),
            "</groups></membership>",
        )
    )


def _text(tag: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if tag in DATES and isinstance(value, int):
        return datetime.fromtimestamp(value / 1000, UTC).isoformat(timespec="milliseconds")
    return str(value)
