"""What a handler of the emulated Crowd gets and gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from dirsync.sandbox.crowd.refusals import illegal_argument

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dirsync.sandbox.crowd.application import Application
    from dirsync.sandbox.crowd.representation import Representation
    from dirsync.sandbox.state import SandboxState

Item = TypeVar("Item")

DEFAULT_PAGE = 1000
"""Silently cut off here, as Crowd does: forgetting `max-results` is a mistake made in the wild."""


@dataclass(frozen=True)
class Answer:
    """What to send: an entity named `root` (how XML calls it), a stream of XML, or nothing."""

    status: int = 200
    root: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    location: str = ""
    stream: Iterator[str] | None = None


NO_CONTENT = Answer(204)


@dataclass(frozen=True)
class Call:
    """One authenticated request."""

    state: SandboxState
    application: Application
    query: Mapping[str, str]
    body: Mapping[str, Any]
    draw: Representation
    token: str = ""
    """The last part of `/session/{token}` and `/event/{token}`."""

    def required(self, name: str) -> str:
        """Return a query parameter, or raise ILLEGAL_ARGUMENT."""
        if value := self.query.get(name, ""):
            return value
        raise illegal_argument(f"{name} query parameter must be given")

    def expand(self) -> Sequence[str]:
        """Return what is to be shown whole."""
        return [part.strip() for part in self.query.get("expand", "").split(",")]

    def page(self, items: Sequence[Item]) -> Sequence[Item]:
        """Return the wanted part of a list; `max-results=-1` means all."""
        start = max(self.number("start-index", 0), 0)
        most = self.number("max-results", DEFAULT_PAGE)
        return items[start:] if most < 0 else items[start : start + most]

    def number(self, name: str, default: int) -> int:
        """Return a query parameter that is a number."""
        given = self.query.get(name, "")
        try:
            return int(given) if given else default
        except ValueError:
            raise illegal_argument(f"{name} must be a number, not <{given}>") from None

    def text(self, name: str) -> str:
        """Return a text of the body; empty when it isn't there."""
        value = self.body.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise illegal_argument(f"{name} must be a text")
        return value

    def name(self) -> str:
        """Return the name that the body must carry."""
        if name := self.text("name"):
            return name
        raise illegal_argument("The body must name somebody or something")

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a yes or no of the body."""
        value = self.body.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise illegal_argument(f"{name} must be true or false")
        return value

    def password(self) -> str | None:
        """Return the password inside a user's body."""
        given = self.body.get("password")
        value = given.get("value") if isinstance(given, dict) else None
        return value if isinstance(value, str) else None

    def factors(self, name: str = "") -> dict[str, str]:
        """Return the validation factors in the body, or in a part of it; none when they aren't there."""
        given = self.body.get(name) if name else self.body
        listed = given.get("validationFactors", []) if isinstance(given, dict) else []
        try:
            return {str(each["name"]): str(each["value"]) for each in listed}
        except (TypeError, KeyError):
            raise illegal_argument("validationFactors must be a list of names with values") from None

    def attributes(self) -> dict[str, list[str]]:
        """Return the attributes in the body; the misspelt `attribute` of Atlassian's own samples works too."""
        given: Any = self.body.get("attributes", self.body.get("attribute", []))
        if isinstance(given, dict):
            given = given.get("attributes", given.get("attribute", []))
        try:
            return {str(each["name"]): [_text_of(value) for value in each["values"]] for each in given}
        except (TypeError, KeyError):
            raise illegal_argument("attributes must be a list of names with values") from None


def _text_of(value: object) -> str:
    """Return a value as Crowd keeps it: all of them are texts, a JSON `true` too."""
    return str(value).lower() if isinstance(value, bool) else str(value)
