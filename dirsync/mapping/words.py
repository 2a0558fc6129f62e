"""The words that all parts of an admin's file share, and what any of its values may be."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError


def one_or_many(given: object) -> object:
    """Let one word stand for a list of one."""
    return [given] if isinstance(given, str) else given


def _written_as_a_day(given: object) -> object:
    """Refuse numbers, which pydantic takes for seconds since 1970."""
    if not isinstance(given, date) and not (isinstance(given, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", given)):
        raise PydanticCustomError("date_type", "a date")
    return given


OneOrMany = Annotated[tuple[str, ...], BeforeValidator(one_or_many, json_schema_input_type=str | tuple[str, ...])]
Name = Annotated[str, Field(min_length=1)]
Day = Annotated[
    date,
    BeforeValidator(_written_as_a_day),
    WithJsonSchema({"type": "string", "format": "date", "pattern": r"^\d{4}-\d\d-\d\d$"}),
]


class Words(BaseModel):
    """What all parts of an admin's file share: nothing unknown is accepted, nothing changes afterwards.

    The text below each field is what editors show of it; see `mappings/*.schema.json`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)
