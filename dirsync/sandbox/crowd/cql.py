r"""Crowd Query Language: `email = *@example.org AND (active = true OR name = "svc desk")`.

Operators `=`, `>`, `<`; AND, OR, parentheses; `*` at either end of a value of `=`; no negation (CWD-5699).
Quotes keep spaces; a backslash in quotes keeps the next character, so that `\*` is a star.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dirsync.sandbox.crowd.refusals import Refusal, illegal_argument
from dirsync.sandbox.crowd.restriction import comparison, everybody, joined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dirsync.sandbox.crowd.restriction import Restriction

TOKEN = re.compile(
    r"""\s*(?:(?P<operator>[=<>])|(?P<bracket>[()])|"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^'\\]|\\.)*)'"""
    r"""|(?P<word>[^\s=<>()"'!]+))""",
    re.DOTALL,
)
ESCAPE = re.compile(r"\\(.)", re.DOTALL)
STAR = "\0"
"""Stands for a star that was escaped: a name can't contain it."""
MODES = {">": "GREATER_THAN", "<": "LESS_THAN"}
DEEPEST = 50


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a query: kind `operator`, `bracket`, `word` or `quoted`."""

    kind: str
    text: str


def parse(query: str) -> Restriction:
    """Return the restriction a query describes; an empty one restricts nothing. Raises ILLEGAL_ARGUMENT."""
    if not query.strip():
        return everybody
    reader = _Reader(list(_tokens(query)), query)
    restriction = reader.any_of()
    if reader.rest:
        raise reader.confused()
    return restriction


def _tokens(query: str) -> Iterator[Token]:
    position, end = 0, len(query.rstrip())
    while position < end:
        match = TOKEN.match(query, position)
        if match is None:
            raise illegal_argument(f"Can't parse the restriction <{query}> from character {position + 1} on")
        kind = str(match.lastgroup)
        is_quoted = kind in {"double", "single"}
        text = (
            ESCAPE.sub(lambda found: STAR if found[1] == "*" else found[1], match[kind]) if is_quoted else match[kind]
        )
        yield Token("quoted" if is_quoted else kind, text)
        position = match.end()


class _Reader:
    """Reads tokens by recursive descent: OR binds weaker than AND."""

    def __init__(self, tokens: list[Token], query: str) -> None:
        self.rest = tokens[::-1]
        self.query = query
        self.depth = 0

    def confused(self) -> Refusal:
        where = f"at '{self.rest[-1].text}'" if self.rest else "at its end"
        return illegal_argument(f"Can't parse the restriction <{self.query}> {where}")

    def any_of(self) -> Restriction:
        return self._joined_by("or", lambda: self._joined_by("and", self._one))

    def _joined_by(self, word: str, read: Callable[[], Restriction]) -> Restriction:
        parts = [read()]
        while self.rest and self.rest[-1].kind == "word" and self.rest[-1].text.lower() == word:
            self.rest.pop()
            parts.append(read())
        return joined(word, parts) if len(parts) > 1 else parts[0]

    def _one(self) -> Restriction:
        if self.rest and self.rest[-1] == Token("bracket", "("):
            return self._bracketed()
        field = self._take("word", "quoted").text
        operator = self._take("operator").text
        value = self._take("word", "quoted").text
        if operator != "=":
            return comparison(field, MODES[operator], value.replace(STAR, "*"))
        before, after = value.startswith("*"), value.endswith("*") and len(value) > 1
        bare = value[1 if before else 0 : -1 if after else None].replace(STAR, "*")
        mode = {(True, True): "CONTAINS", (True, False): "ENDS_WITH", (False, True): "STARTS_WITH"}
        return comparison(field, mode.get((before, after), "EXACTLY_MATCHES"), bare)

    def _bracketed(self) -> Restriction:
        self.depth += 1
        if self.depth > DEEPEST:
            raise illegal_argument(f"The restriction is nested deeper than {DEEPEST} brackets")
        self.rest.pop()
        inner = self.any_of()
        if self._take("bracket").text != ")":
            raise self.confused()
        self.depth -= 1
        return inner

    def _take(self, *kinds: str) -> Token:
        if not self.rest or self.rest[-1].kind not in kinds:
            raise self.confused()
        return self.rest.pop()
