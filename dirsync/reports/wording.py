"""Numbers and lists in English, the same in every report."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def number(value: int) -> str:
    """Return `12,431`."""
    return f"{value:,}"


def counted(value: int, singular: str, plural: str = "") -> str:
    """Return `1 change` or `12,431 changes`; the plural is given where it is not the singular with an s."""
    return f"{number(value)} {singular if value == 1 else plural or singular + 's'}"


def verb(value: int, singular: str, plural: str) -> str:
    """Return the form of a verb that fits a count."""
    return singular if value == 1 else plural


def in_words(items: Sequence[str]) -> str:
    """Return `a`, `a and b`, `a, b and c`."""
    if len(items) < 2:  # noqa: PLR2004 - it takes two for an "and"
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def without_name(reason: str, directory: str) -> str:
    """Return why a Directory was not read, without its name: the reason also stands alone and so begins with it."""
    return reason.removeprefix(f"{directory}: ").removeprefix(f"Directory '{directory}': ")


def at_least(value: int, *, is_decided: bool) -> str:
    """Return a count that may be more, as far as that is known: `3`, `3+`, or `?` where nothing is proven at all."""
    if is_decided:
        return number(value)
    return f"{number(value)}+" if value else "?"


def a_few(items: Sequence[str], at_most: int, total: int | None = None) -> str:
    """Return the first items and how many more there are: `ana, bert, carl and 37 more`.

    `total` is given when `items` is already cut. One more name is shown instead of "and 1 more".
    """
    total = len(items) if total is None else total
    if total <= at_most + 1 and len(items) == total:
        return in_words(items)
    shown = items[:at_most]
    return f"{', '.join(shown)} and {number(total - len(shown))} more"


def sentence(text: str) -> str:
    """Return the text as a sentence: trimmed, first letter large, closed by a full stop."""
    text = text.strip()
    if not text:
        return ""
    closed = text if text.endswith((".", "!", "?", ".)", "…")) else f"{text}."
    return closed[0].upper() + closed[1:]
