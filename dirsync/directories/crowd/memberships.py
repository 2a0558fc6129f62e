"""All direct memberships from Crowd's one streamed XML answer (crowd-rest.md 4), never held as a whole.

<memberships>
  <membership group="agents">
    <users><user name="ada"/></users>
    <groups><group name="agents-emea"/></groups>
  </membership>
</memberships>
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.parsers import expat

from dirsync.directories.crowd.guarded_xml import guarded_parser
from dirsync.errors import AnswerMalformed
from dirsync.model.entries import MemberKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Membership = tuple[str, MemberKind, str]
"""Group's name, kind of member, member's name; names in the case Crowd sent, which may differ from /search."""

DEEPEST = 16
"""The answer is four elements deep; more is not this answer."""
LONGEST_TOKEN = 1024 * 1024
"""Bytes without an element: expat would otherwise collect one endless name in memory."""
MEMBERS = {
    ("memberships", "membership", "users", "user"): MemberKind.USER,
    ("memberships", "membership", "groups", "group"): MemberKind.GROUP,
}


@dataclass(slots=True)
class _Reader:
    """What the parser's handlers share."""

    question: str
    path: list[str] = field(default_factory=list)
    group: str = ""
    found: list[Membership] = field(default_factory=list)
    groups: int = 0
    elements: int = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        self.path.append(name)
        if len(self.path) > DEEPEST:
            raise self.malformed(f"is nested more than {DEEPEST} deep")
        if len(self.path) == 1 and name != "memberships":
            raise self.malformed(f"begins with <{name[:40]}> instead of <memberships>")
        where = tuple(self.path)
        if where == ("memberships", "membership"):
            self.group = self.named(name, "group", attributes)
            self.groups += 1
        elif where in MEMBERS:
            self.found.append((self.group, MEMBERS[where], self.named(name, "name", attributes)))

    def end(self, _name: str) -> None:
        self.elements += 1
        self.path.pop()

    def named(self, element: str, attribute: str, attributes: dict[str, str]) -> str:
        if attribute not in attributes:
            raise self.malformed(f"has a <{element}> without {attribute}=")
        return attributes[attribute]

    def malformed(self, what: str) -> AnswerMalformed:
        return AnswerMalformed(f"{self.question}: the XML {what}.", "See what stands between dirsync and Crowd.")


def read_memberships(chunks: Iterable[bytes], question: str) -> Iterator[Membership]:
    """Yield the memberships in an XML answer that comes in pieces; memory does not grow with it.

    `question` names the request in messages. Raises `AnswerMalformed` for XML that is cut off, not
    well-formed, of another kind, or declares a DTD or entities.
    """
    reader = _Reader(question)
    parser = guarded_parser(question)
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    came = silent = 0
    try:
        for chunk in chunks:
            came, before = came + len(chunk), reader.elements
            parser.Parse(chunk, False)
            silent = 0 if reader.elements > before else silent + len(chunk)
            if silent > LONGEST_TOKEN:
                raise reader.malformed(f"has {silent:,} bytes without an element")
            yield from reader.found
            reader.found.clear()
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise AnswerMalformed(
            f"{question}: the XML is not whole: {expat.ErrorString(error.code)} at line {error.lineno}, "
            f"after {came:,} bytes and {reader.groups:,} groups.",
            "Try again; if it stays so, look for a proxy that cuts answers off.",
        ) from None
