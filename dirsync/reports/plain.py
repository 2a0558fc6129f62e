"""Any value as JSON knows it: what the facts of a report hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any


def plain(value: object) -> Any:  # noqa: ANN401, PLR0911 - JSON has no closed type in Python; one line per kind of value
    """Return a value as JSON knows it: dataclasses become objects, enums their values, sets sorted lists."""
    match value:
        case Enum():
            return value.value
        case None | bool() | int() | float() | str():
            return value
        case Mapping():
            return {
                str(plain(key)): plain(item) for key, item in sorted(value.items(), key=lambda entry: str(entry[0]))
            }
        case set() | frozenset():
            return sorted((plain(item) for item in value), key=str)
        case list() | tuple():
            return [plain(item) for item in value]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
        case _:
            return value.isoformat() if isinstance(value, date) else str(value)
