"""Of a message, what dirsync's own source says; for everything else in it something stands.

A message holds names in any place and spelling. So none is looked for: the message is compared with the texts in
dirsync's source, and only what stands there is told. What comes in between is replaced, and what fits nothing is
withheld whole. Numbers are told where the source can only mean a number.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Final

from dirsync.operations.support.setting_lines import setting_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from dirsync.operations.support.disguise import Disguise

WITHHELD: Final = "[withheld]"
_MADE_UP = ("sandbox", "demo")
"""Folders whose texts are about made-up people, who may be named like somebody."""
_LEAST_LETTERS = 4
"""Of its own that a text must have; shorter ones fit anything."""
_DEEPEST = 4
_LONGEST = 4000
"""Characters of a message that are looked at: a regular expression may take long over what was made to slow it."""
_COUNTING = frozenset({"counted", "number", "len", "round", "int", "min", "max", "sum"})
_NUMBERS = frozenset({"status", "days", "seconds", "version", "port", "line", "exit_code", "attempt"})
_NUMBER = re.compile(r"-?\d[\d.,:T+Z-]*")
_LETTER = re.compile(r"[A-Za-z]")
_SENTENCE_END = re.compile(r"(?<=[.:;]) +|\n+")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_SETTING = re.compile(r"DIRSYNC_[A-Z0-9_]+")


@dataclass(frozen=True)
class Hole:
    """What a text of the source leaves to be filled in."""

    is_number: bool = False
    nouns: tuple[str, ...] = ()
    """With a number: the nouns that may follow it."""

    def takes(self, text: str) -> bool:
        """Say whether a text can stand there."""
        if not self.is_number:
            return True
        digits, _, noun = text.partition(" ")
        return _NUMBER.fullmatch(digits) is not None and (not noun or noun in self.nouns)


@dataclass(frozen=True)
class OwnText:
    """A text of the source: what it says itself, and its holes between."""

    pieces: tuple[str | Hole, ...]

    @cached_property
    def constants(self) -> tuple[str, ...]:
        """What it says itself, the longest first: so most texts that do not fit are told by one look."""
        return tuple(sorted((piece for piece in self.pieces if isinstance(piece, str)), key=len, reverse=True))

    @cached_property
    def letters(self) -> int:
        """How much it says itself."""
        return len(_LETTER.findall("".join(self.constants)))

    def fits(self, text: str) -> tuple[str, ...] | None:
        """Return what a message fills the holes with, each as short as can be; None where it does not fit.

        No regular expression: with several holes one takes for ever over a message that was made to slow it.
        """
        filling: list[str] = []
        at, is_open = 0, False
        for place, piece in enumerate(self.pieces, 1):
            if isinstance(piece, Hole):
                filling += [""] if is_open else []  # of two in a row the second takes all
                is_open = True
                continue
            start = at
            if is_open:
                start = text.find(piece, at) if place < len(self.pieces) else max(at, len(text) - len(piece))
                filling.append(text[at:start])
            if start < 0 or not text.startswith(piece, start):
                return None
            at, is_open = start + len(piece), False
        if is_open:
            filling.append(text[at:])
        elif at != len(text):
            return None
        holes = (piece for piece in self.pieces if isinstance(piece, Hole))
        return tuple(filling) if all(map(Hole.takes, holes, filling)) else None


@dataclass(frozen=True)
class OwnWords:
    """Everything the source says."""

    texts: tuple[OwnText, ...]
    disguise: Disguise
    words: frozenset[str] = frozenset()
    """Single words that are dirsync's own wherever they stand, such as the ids of its rules."""

    @cached_property
    def _by_longest(self) -> tuple[tuple[str, OwnText], ...]:
        return tuple((one.constants[0], one) for one in self.texts)

    def told(self, message: str, depth: int = 0) -> str:
        """Return a message as far as it is ours."""
        text = message[:_LONGEST]
        if not text.strip():
            return text
        if text.rstrip(".") in self.words:
            return text
        # a sentence is often put together without its full stop; the texts that say most stand first
        for said, end in ((text, ""), *([(text[:-1], ".")] if text.endswith(".") else [])):
            likely = (one for longest, one in self._by_longest if longest in said)
            best = next(((one, found) for one in likely if (found := one.fits(said)) is not None), None)
            if best is not None:
                return "".join(self._filled(*best, depth)) + end
        parts = [part for part in _SENTENCE_END.split(text) if part]
        if len(parts) > 1 and depth < _DEEPEST:
            return " ".join(self.told(part, depth + 1) for part in parts)
        return WITHHELD if depth == 0 else self.in_a_hole(text)

    def _filled(self, text: OwnText, found: tuple[str, ...], depth: int) -> Iterator[str]:
        filling = iter(found)
        for piece in text.pieces:
            if isinstance(piece, str):
                yield piece
            elif piece.is_number:
                yield next(filling)
            else:
                inside = next(filling)
                yield self.told(inside, depth + 1) if depth < _DEEPEST else self.in_a_hole(inside)

    def in_a_hole(self, text: str) -> str:
        """Return what stands for a part that the source does not say."""
        bare = text.strip("'\"., ")
        if not bare or bare in self.words or _DAY.fullmatch(bare):
            return bare
        if _SETTING.fullmatch(bare):
            return setting_name(bare, self.disguise)
        return self.disguise.pseudonyms.exact("text", bare)


def own_words(package: Path, disguise: Disguise, words: Iterable[str] = ()) -> OwnWords:
    """Read the source of dirsync; where it is not there (only compiled), everything is withheld."""
    return OwnWords(_texts_of(package), disguise, frozenset(words))


@cache
def _texts_of(package: Path) -> tuple[OwnText, ...]:
    texts: set[OwnText] = set()
    for path in sorted(package.rglob("*.py")):
        if not set(path.relative_to(package).parts) & set(_MADE_UP):
            texts.update(_texts_in(ast.parse(path.read_text(encoding="utf-8"))))
    return tuple(sorted(texts, key=lambda one: (-one.letters, one.constants)))


def _texts_in(tree: ast.Module) -> Iterator[OwnText]:
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        made = None
        if isinstance(node, ast.JoinedStr):
            made = OwnText(tuple(_pieces(node)))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            made = OwnText((node.value,)) if " " in node.value.strip() else None
        if made is not None and made.letters >= _LEAST_LETTERS and " " in "".join(made.constants):
            yield made


def _pieces(node: ast.JoinedStr) -> Iterator[str | Hole]:
    for part in node.values:
        if isinstance(part, ast.Constant):
            yield str(part.value)
        elif isinstance(part, ast.FormattedValue):
            yield _hole(part)


def _hole(part: ast.FormattedValue) -> Hole:
    value = part.value
    shape = ast.unparse(part.format_spec) if part.format_spec else ""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in _COUNTING:
        nouns = [one.value for one in value.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        return Hole(is_number=True, nouns=tuple(sorted({*nouns, *(f"{noun}s" for noun in nouns)})))
    name = value.attr if isinstance(value, ast.Attribute) else value.id if isinstance(value, ast.Name) else ""
    return Hole(is_number=name in _NUMBERS or bool(re.search(r"[,fd]'$|%[YmdH]", shape)))
