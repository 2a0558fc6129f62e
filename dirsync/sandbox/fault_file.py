"""The faults file: the rules of `faults` in YAML, for trying out what a client does when things go wrong.

Such as::

    faults:
      - {path: /search, first: 2, times: 3, status: 503}        # the second to the fourth search
      - {path: /rest/api/, status: 429, headers: {Retry-After: "5"}}
      - {path: /event, latency: 2.5, times: always}
      - {method: POST, drop: after}                              # it has acted, and nobody hears of it
      - {path: /group/membership, cut_body_after: 2000}          # of the bytes that were promised
      - {path: /search, shorten_body_to: 500}                    # and says that this is all
      - {path: /group/membership, wrong_case: true, times: always}
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from dirsync.mapping.document import read_document, validate
from dirsync.sandbox.faults import Fault
from dirsync.sandbox.seed_words import SeedPart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

EFFECTS = frozenset(
    {
        *("latency", "status", "headers", "without_headers", "body", "content_type", "drop", "cut_body_after"),
        *("shorten_body_to", "wrong_case"),
    }
)
NAME_IN_XML = re.compile(rb'(?<=[\s"])(?:name|group)="[^"]*"')
ENTITY = re.compile(rb"(&[^;]*;)")


class FaultRule(SeedPart):
    """One rule; a word left out has no effect, and `path` and `method` left out fit every request."""

    path: str = ".*"
    method: str = ".*"
    first: Annotated[int, Field(ge=1)] = 1
    times: int | Literal["always"] = 1
    latency: Annotated[float, Field(ge=0, le=3600, strict=False)] = 0.0
    status: Annotated[int, Field(ge=200, le=599)] | None = None
    headers: dict[str, str] = {}
    without_headers: list[str] = []
    body: str | None = None
    content_type: str | None = None
    drop: Literal["before", "after"] | None = None
    cut_body_after: Annotated[int, Field(ge=0)] | None = None
    shorten_body_to: Annotated[int, Field(ge=0)] | None = None
    wrong_case: bool = False

    @field_validator("times", mode="plain")
    @classmethod
    def times_can_be_counted(cls, given: object) -> object:
        """Refuse what is neither a number nor `always`; said once, not for each of both."""
        is_number = isinstance(given, int) and not isinstance(given, bool) and given >= 1
        if not is_number and given != "always":
            message = f"'times' must be a whole number from 1 on, or 'always', not '{given}'"
            raise ValueError(message)
        return given

    @field_validator("path", "method")
    @classmethod
    def patterns_can_be_read(cls, given: str) -> str:
        """Refuse what is no regular expression."""
        try:
            re.compile(given)
        except re.error as error:
            message = f"'{given}' is no regular expression: {error}"
            raise ValueError(message) from None
        return given

    @model_validator(mode="after")
    def has_an_effect(self) -> FaultRule:
        """Refuse a rule that does nothing."""
        if not self.model_fields_set & EFFECTS:
            message = f"a rule needs an effect: {', '.join(sorted(EFFECTS))}"
            raise ValueError(message)
        return self

    def fault(self) -> Fault:
        """Return the rule as the sandbox carries it out."""
        edits: list[Callable[[bytes], bytes]] = [_wrong_case] if self.wrong_case else []
        if self.shorten_body_to is not None:
            edits.append(_shortened_to(self.shorten_body_to))
        return Fault(
            path=self.path,
            method=self.method,
            first=self.first,
            times=None if self.times == "always" else self.times,
            latency=self.latency,
            status=self.status,
            headers=self.headers,
            without_headers=frozenset(self.without_headers),
            body=None if self.body is None else self.body.encode(),
            edit_body=_one_after_another(edits) if edits else None,
            content_type=self.content_type,
            drop=self.drop or "",
            cut_body_after=self.cut_body_after,
        )


class FaultFile(SeedPart):
    """The whole file."""

    faults: list[FaultRule]


def parse_faults(text: str, name: str) -> list[Fault]:
    """Read a faults file; `name` is what messages call it.

    Raises `ConfigurationInvalid` with every mistake and its `file:line:column`.
    """
    return [rule.fault() for rule in validate(read_document(text, name), FaultFile).faults]


def _one_after_another(edits: Iterable[Callable[[bytes], bytes]]) -> Callable[[bytes], bytes]:
    def edit(body: bytes) -> bytes:
        for each in edits:
            body = each(body)
        return body

    return edit


def _shortened_to(length: int) -> Callable[[bytes], bytes]:
    return lambda body: body[:length]


def _wrong_case(body: bytes) -> bytes:
    """Swap the case of all names of users and groups, as Crowd's answers on memberships do for some directories."""
    if body[:1] in {b"{", b"["}:
        return json.dumps(_swapped(json.loads(body)), ensure_ascii=False).encode()
    return NAME_IN_XML.sub(lambda found: _swapped_attribute(found[0]), body)


def _swapped_attribute(text: bytes) -> bytes:
    attribute, _, value = text.partition(b"=")
    pieces = ENTITY.split(value)
    return attribute + b"=" + b"".join(piece if ENTITY.fullmatch(piece) else piece.swapcase() for piece in pieces)


def _swapped(data: Any) -> Any:  # noqa: ANN401 - walks through any answer
    if isinstance(data, dict):
        return {
            key: value.swapcase()
            if key == "name" and isinstance(value, str)
            else value
            if key == "attributes"
            else _swapped(value)
            for key, value in data.items()
        }
    return [_swapped(each) for each in data] if isinstance(data, list) else data
