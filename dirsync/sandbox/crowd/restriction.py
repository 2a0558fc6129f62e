"""Search restrictions: what `/search` filters by, made of comparisons joined with AND and OR.

Fields and match modes: Atlassian's Crowd Query Language page and the reference notes, 5. Matching ignores case.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dirsync.sandbox.crowd.directory import Group, User, compared
from dirsync.sandbox.crowd.refusals import illegal_argument

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Entry = User | Group
Restriction = Callable[[Entry], bool]

TEXT_FIELDS = {
    "name": "name",
    "email": "email",
    "firstName": "first_name",
    "lastName": "last_name",
    "displayName": "display_name",
    "description": "description",
}
DATE_FIELDS = {"createdDate": "created", "updatedDate": "updated"}
TEXT_MODES: dict[str, Callable[[str, str], bool]] = {
    "EXACTLY_MATCHES": lambda held, wanted: held == wanted,
    "STARTS_WITH": lambda held, wanted: held.startswith(wanted),
    "ENDS_WITH": lambda held, wanted: held.endswith(wanted),
    "CONTAINS": lambda held, wanted: wanted in held,
    "GREATER_THAN": lambda held, wanted: held > wanted,
    "LESS_THAN": lambda held, wanted: held < wanted,
}
DATE_MODES: dict[str, Callable[[int, int], bool]] = {
    "EXACTLY_MATCHES": lambda held, wanted: held == wanted,
    "GREATER_THAN": lambda held, wanted: held > wanted,
    "LESS_THAN": lambda held, wanted: held < wanted,
}


def everybody(entry: Entry) -> bool:
    """Restrict nothing."""
    del entry
    return True


def comparison(field: str, mode: str, value: str) -> Restriction:
    """Compare one field, or one attribute: every name that is no field is an attribute's."""
    if mode == "NULL":
        return lambda entry: not any(_texts(entry, field))
    if field == "active":
        return _active(mode, value)
    if field in DATE_FIELDS:
        return _date(DATE_FIELDS[field], mode, value)
    if mode not in TEXT_MODES:
        raise illegal_argument(f"Unknown match mode <{mode}>")
    match, wanted = TEXT_MODES[mode], compared(value)
    return lambda entry: any(match(compared(held), wanted) for held in _texts(entry, field))


def joined(logic: str, parts: Sequence[Restriction]) -> Restriction:
    """Join restrictions with `and` or `or`, in any case."""
    if logic.lower() == "and":
        return lambda entry: all(part(entry) for part in parts)
    if logic.lower() == "or":
        return lambda entry: any(part(entry) for part in parts)
    raise illegal_argument(f"Unknown boolean logic <{logic}>")


def from_body(body: Mapping[str, Any]) -> Restriction:
    """Build a restriction from the body of POST /search.

    `body` is the JSON form, which names its kind under `restriction-type`; XML is brought into it beforehand.
    Both are accepted, though only the XML form is established.
    """
    kind = body.get("restriction-type")
    if kind == "null-search-restriction" or not body:
        return everybody
    if kind == "boolean-search-restriction":
        parts = [from_body(part) for part in body.get("restrictions", [])]
        return joined(str(body.get("boolean-logic", "")), parts)
    field = (body.get("property") or {}).get("name")
    mode = body.get("match-mode")
    if kind != "property-search-restriction" or not field or not mode:
        raise illegal_argument("The search restriction can't be understood")
    return comparison(str(field), str(mode), str(body.get("value") or ""))


def _texts(entry: Entry, field: str) -> Sequence[str]:
    if field in TEXT_FIELDS:
        return (getattr(entry, TEXT_FIELDS[field], ""),)
    return entry.attributes.get(field, ())


def _active(mode: str, value: str) -> Restriction:
    if mode != "EXACTLY_MATCHES" or value.lower() not in {"true", "false"}:
        raise illegal_argument("active can only be compared for being equal to true or false")
    wanted = value.lower() == "true"
    return lambda entry: entry.active is wanted


def _date(field: str, mode: str, value: str) -> Restriction:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise illegal_argument(f"<{value}> is no date such as 2026-01-31") from None
    if mode not in DATE_MODES:
        raise illegal_argument(f"Dates can't be compared with <{mode}>")
    wanted = int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
    match = DATE_MODES[mode]
    return lambda entry: match(getattr(entry, field), wanted)
