"""Pydantic's complaints in the admin's words: which value it is, what it must be, and what was probably meant."""

from __future__ import annotations

import re
from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pydantic_core import ErrorDetails

MUST_BE = {
    "string_type": "text",
    "string_too_short": "filled in",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a number",
    "greater_than": "more than {gt:g}",
    "greater_than_equal": "{ge:g} or more",
    "less_than": "less than {lt:g}",
    "less_than_equal": "{le:g} or less",
    "date_type": "a date such as 2027-01-31",
    "date_parsing": "a date such as 2027-01-31",
    "date_from_datetime_parsing": "a date such as 2027-01-31",
    "date_from_datetime_inexact": "a date such as 2027-01-31, without a time",
}
"""What a value must be, by pydantic's name for what it isn't."""
MAPPING_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
PRODUCT_VERSION = r"^\d+(\.\d+)*"
FINDING_ID = r"^([0-9a-f]{16})?$"
PATTERNS = {
    MAPPING_NAME: "letters, digits, '.', '_' and '-', and begin with a letter or digit",
    PRODUCT_VERSION: "a version such as 9.12",
    FINDING_ID: "the id of a finding as reports give it: 16 characters out of 0-9 and a-f",
}
"""What a text must be, by the pattern its field has."""
LISTS = frozenset({"tuple_type", "list_type"})
SECTIONS = frozenset({"dict_type", "model_type", "model_attributes_type"})
SHOWN = 60
"""So many characters of a wrong value are repeated."""


def in_words(detail: ErrorDetails, model: type[BaseModel], *, has_types: bool = True) -> str:
    """Say what is wrong with a value, what it must be, and what was probably meant.

    Without `has_types`, as in the environment, every value is text, so that quotes are never what is wrong.
    """
    location, given, kind = detail["loc"], detail.get("input"), detail["type"]
    context: Mapping[str, Any] = detail.get("ctx", {})
    name = next((str(step) for step in reversed(location) if isinstance(step, str)), "")
    if kind == "extra_forbidden":
        return _unknown_key(name, _fields_beside(location, model))
    if kind == "missing":
        return f"'{name}' is missing"
    if kind in {"literal_error", "enum"}:
        return _unknown_choice(name, given, str(context.get("expected", "")))
    if kind == "value_error":
        return str(context.get("error", detail["msg"]))
    subject = f"'{name}'" if name else "the file"
    if location and isinstance(location[-1], int):
        subject = f"an entry of {subject}"
    return f"{subject} must {_must(detail, model)}, not {_shown(given)}{_quotes(kind, given) if has_types else ''}"


def _must(detail: ErrorDetails, model: type[BaseModel]) -> str:
    kind, given, context = detail["type"], detail.get("input"), detail.get("ctx", {})
    if kind in LISTS:
        return f"be a list, such as [{given if isinstance(given, str) else '…'}]"
    if kind in SECTIONS:
        keys = ", ".join(_fields_beside((*detail["loc"], ""), model)) if kind != "dict_type" else ""
        return f"hold keys of its own{f' ({keys})' if keys else ''}"
    if kind == "string_pattern_mismatch":
        return f"be {PATTERNS.get(context['pattern'], 'of the form ' + context['pattern'])}"
    return f"be {MUST_BE.get(kind, detail['msg'].removeprefix('Input should be ')).format(**context)}"


def did_you_mean(given: str, choices: Iterable[str]) -> str:
    """Return `, did you mean 'x'?` when one of the choices is close, else nothing."""
    close = get_close_matches(given, list(choices), n=1, cutoff=0.6)
    return f", did you mean '{close[0]}'?" if close else ""


def _unknown_key(name: str, choices: Sequence[str]) -> str:
    if name == "<<":
        return "'<<' (merged keys) is not part of YAML 1.2; write the keys out"
    known = ", ".join(choices)
    return f"unknown key '{name}'{did_you_mean(name, choices) or f'; there are {known}'}"


def _unknown_choice(name: str, given: object, expected: str) -> str:
    # an Enum is shown as <DirectoryType.CROWD: 'crowd'>, a word as 'crowd', a number as 1
    choices = re.findall(r"'([^']*)'", expected) or [expected]
    *first, last = [repr(choice) for choice in choices] if "'" in expected else choices
    must_be = f"{', '.join(first)} or {last}" if first else last
    if not isinstance(given, str) or given in choices:
        return f"'{name}' must be {must_be}, not {_shown(given)}{_quotes('', given)}"
    hint = did_you_mean(given, choices) or f"; it must be {must_be}"
    return f"unknown {name.replace('_', ' ')} '{_cut(given)}'{hint}"


def _shown(given: object) -> str:
    if isinstance(given, dict):
        return "keys and values"
    if isinstance(given, list):
        return "a list"
    if isinstance(given, bool):
        return str(given).lower()
    if isinstance(given, date):
        return given.isoformat()
    if given is None or given == "":
        return "empty"
    return f"'{_cut(given)}'" if isinstance(given, str) else str(given)


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _quotes(kind: str, given: object) -> str:
    """Say when it is only the quotes that are wrong."""
    if kind == "string_type" and isinstance(given, float):
        return ' (a number loses its last zeros); put it in quotes, such as "9.10"'
    if kind == "string_type" and isinstance(given, int | date):
        return "; put it in quotes"
    if isinstance(given, str) and (given in {"true", "false"} or re.fullmatch(r"-?\d{1,18}(\.\d+)?", given)):
        return "; leave out the quotes"
    return ""


def _fields_beside(location: Sequence[str | int], model: type[BaseModel]) -> list[str]:
    """Return the keys that are allowed where an unknown one stands."""
    models: list[type[BaseModel]] = [model]
    for step in location[:-1]:
        found = [
            inner
            for outer in models
            if isinstance(step, str) and step in (fields := _by_key(outer))
            for inner in _models_in(fields[step])
        ]
        models = found or models
    return [key for outer in models for key in _by_key(outer)]


def _by_key(model: type[BaseModel]) -> dict[str, Any]:
    return {info.alias or name: info.annotation for name, info in model.model_fields.items()}


def _models_in(annotation: Any) -> Iterable[type[BaseModel]]:  # noqa: ANN401 - any annotation
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)
