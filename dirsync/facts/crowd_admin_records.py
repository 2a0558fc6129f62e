"""Crowd's administrative answers as records, taken as tolerantly as their shapes are unsure.

Elements come bare or wrapped in the name of a class (`{"ApplicationEntity": {…}}`), fields as `directoryId` or
`directory-id`, lists plain or inside an element of their own (crowd-rest.md 8.2 and 13.3). Tolerance ends where
something that is missing would look like "none": such a field is None.

Answers may hold passwords (of applications, of LDAP binds). They are dropped while the JSON is parsed, and no error
quotes an answer.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NoReturn

from dirsync.errors import AnswerMalformed
from dirsync.facts.jira_pages import Page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dirsync.http import Answer

Json = object
SECRETS = ("password", "passwd", "secret", "credential", "token", "privatekey")
"""What the name of a field that holds a secret contains, however it is written."""
WRAPPERS = ("Entity", "Bean", "Model")
"""How the names of classes end in which Crowd and its plug-ins wrap an element."""
LISTS = ("values", "applications", "directories", "directorymappings", "users", "licensedusers")
"""What lists are called; `values` is the page of Crowd's admin REST (crowd-rest.md 8.3)."""
SHOWN, LONGEST_SHOWN = 20, 40
"""How many names of fields a message shows, and how much of each."""
LONGEST_NUMBER = 20
"""int() raises for thousands of digits, and nothing here is counted beyond 64 bits."""
NAMED = ("name", "groupname", "group", "displayname", "username")
"""Where an element of a list of names has its name."""


class Record:
    """A JSON object whose fields are found however their names are written. Each reader takes all names of a field."""

    def __init__(self, fields: Mapping[str, Json]) -> None:
        self._fields = {_spelt(name): value for name, value in fields.items()}

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of its first fields, without their values, as a message may show them."""
        return tuple(name[:LONGEST_SHOWN] for name in sorted(self._fields) if name.isprintable())[:SHOWN]

    def value(self, *names: str) -> Json:
        """Return the first field that is there and not null, as it is; None when there is none."""
        found = (self._fields.get(_spelt(name)) for name in names)
        return next((value for value in found if value is not None), None)

    def text(self, *names: str) -> str:
        """Return a text, or a number as text (Crowd writes ids as both); empty when there is none."""
        value = self.value(*names)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        return value.strip() if isinstance(value, str) else ""

    def flag(self, *names: str) -> bool | None:
        """Return a yes or no; None when there is none."""
        value = self.value(*names)
        if isinstance(value, str):
            return {"true": True, "false": False}.get(value.strip().lower())
        return value if isinstance(value, bool) else None

    def number(self, *names: str) -> int | None:
        """Return a whole number; None when there is none."""
        text = self.text(*names)
        is_number = text.removeprefix("-").isdecimal() and text.isascii() and len(text) <= LONGEST_NUMBER
        return int(text) if is_number else None

    def record(self, *names: str) -> Record | None:
        """Return an object inside; None when there is none."""
        value = unwrapped(self.value(*names))
        return Record(value) if isinstance(value, dict) else None

    def records(self, *names: str) -> tuple[Record, ...] | None:
        """Return a list of objects, or None when there is none or not every element is an object."""
        return _all_records(_list_in(self.value(*names)))

    def names(self, *names: str) -> tuple[str, ...] | None:
        """Return a list of names, or None when there is none or not every element has a name."""
        elements = _list_in(self.value(*names))
        if elements is None:
            return None
        found = [_name_in(element) for element in elements]
        return None if "" in found else tuple(dict.fromkeys(found))


def _spelt(name: str) -> str:
    return name.replace("-", "").replace("_", "").lower()


def _list_in(value: Json) -> list[Json] | None:
    """Return a list, also one inside a single element of its own, where Crowd writes a single entry without brackets.

    `{"allowed-operations": {"allowed-operation": "CREATE_USER"}}`; an empty wrapper is not known to mean "none".
    """
    if isinstance(value, dict) and len(value) == 1:
        inner = next(iter(value.values()))
        return inner if isinstance(inner, list) else [inner]
    return value if isinstance(value, list) else None


def _name_in(element: Json) -> str:
    if isinstance(element, str):
        return element.strip()
    inner = unwrapped(element)
    return Record(inner).text(*NAMED) if isinstance(inner, dict) else ""


def unwrapped(element: Json) -> Json:
    """Take an element out of the name of its class."""
    if isinstance(element, dict) and len(element) == 1:
        ((name, inner),) = element.items()
        if name.endswith(WRAPPERS) and isinstance(inner, dict):
            return inner
    return element


def _all_records(elements: list[Json] | None) -> tuple[Record, ...] | None:
    if elements is None:
        return None
    inner = [unwrapped(element) for element in elements]
    records = tuple(Record(element) for element in inner if isinstance(element, dict))
    return records if len(records) == len(inner) else None


def body_of(answer: Answer) -> Json:
    """Return the parsed body without its secrets; raise `AnswerMalformed` for what isn't JSON, quoting nothing."""
    is_whole, body = _parsed(answer.body)
    if not is_whole:
        size, kind = len(answer.body), answer.content_type() or "no content type"
        malformed(answer, f"of {size:,} bytes ({kind}) is not whole JSON")
    return body


def _parsed(body: bytes) -> tuple[bool, Json]:
    """Say whether it is JSON; nothing is raised from here, because the parser's own error holds the whole body."""
    try:
        return True, json.loads(body, object_pairs_hook=_without_secrets)
    except (ValueError, RecursionError):
        return False, None


def _without_secrets(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    return {name: value for name, value in pairs if not any(secret in _spelt(name) for secret in SECRETS)}


def record_of(answer: Answer) -> Record:
    """Return the body as one record."""
    body = unwrapped(body_of(answer))
    if not isinstance(body, dict):
        malformed(answer, "is not a JSON object")
    return Record(body)


def records_of(answer: Answer, what: str) -> tuple[Record, ...]:
    """Return a list that comes whole: bare, under its name, or (BootstrAPI's directories) as objects by their name."""
    body = body_of(answer)
    records = _all_records(body if isinstance(body, list) else _list_under_its_name(body) or _values_by_name(body))
    if records is None:
        malformed(answer, f"is not a list of {what}")
    return records


def page_of(answer: Answer, asked_for: int, what: str, identity: Callable[[Record], str]) -> Page[Record]:
    """Return one page of a list; what comes without an envelope is taken for the whole list unless it is just full.

    `identity` tells records apart. Raises `AnswerMalformed` when one has none, and when the envelope does not say
    whether more follows.
    """
    body = body_of(answer)
    records = _all_records(body if isinstance(body, list) else _list_under_its_name(body))
    if records is None:
        malformed(answer, f"is not a list of {what}")
    found = {identity(record): record for record in records}
    if "" in found:
        malformed(answer, f"has an entry among its {what} that does not say which one it is")
    envelope = Record(body) if isinstance(body, dict) else Record({})
    is_last, limit = envelope.flag("isLastPage"), envelope.number("limit")
    if is_last is None and limit is None and envelope.value("values") is not None:
        malformed(answer, f"does not say whether more {what} follow")
    if is_last is None:
        is_last = len(records) < min(limit, asked_for) if limit is not None else len(records) != asked_for
    return Page(found, len(records), is_last)


def _list_under_its_name(body: Json) -> list[Json] | None:
    if not isinstance(body, dict):
        return None
    lists = [value for name, value in body.items() if _spelt(name) in LISTS and isinstance(value, list)]
    return lists[0] if len(lists) == 1 else None


def _values_by_name(body: Json) -> list[Json] | None:
    """Return objects that are given by name, each with that name; an object without fields is none."""
    if not isinstance(body, dict) or not all(isinstance(value, dict) and value for value in body.values()):
        return None
    if any(_spelt(name) in LISTS for name in body):
        return None
    return [{"name": name, **value} for name, value in body.items() if isinstance(value, dict)]


def malformed(answer: Answer, what: str) -> NoReturn:
    """Raise that an answer has none of the shapes that are known."""
    raise AnswerMalformed(
        f"{answer.question}: the answer {what}.", "See what stands between dirsync and Crowd, and Crowd's version."
    )
