"""The page of each rule: its docstring, with id, severity and version. There is no second copy."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dirsync.audit.rules.interface import Rule


def title(rule: Rule) -> str:
    """Return the problem as one sentence, without the full stop."""
    return _docstring(rule).split("\n", maxsplit=1)[0].removesuffix(".")


def explanation(rule: Rule) -> str:
    """Return how the problem comes about, its remedy and the sources: all paragraphs but the title."""
    return _docstring(rule).partition("\n\n")[2]


def page(rule: Rule) -> str:
    """Return the rule's whole page as plain text: id, problem, how it comes about, remedy, sources."""
    decides = "; left undecided, it makes the exit code 12" if rule.decides_seats else ""
    return f"{rule.id}\nseverity: {rule.severity}, since {rule.since}{decides}\n\n{_docstring(rule)}\n"


def _docstring(rule: Rule) -> str:
    return inspect.cleandoc(type(rule).__doc__ or rule.id)
