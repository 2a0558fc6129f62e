"""Words that all parts of a seed share: names, versions, users and groups."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Name = Annotated[str, Field(min_length=1, max_length=255)]
Names = list[Name]


class SeedPart(BaseModel):
    """What every part of a seed has in common: no unknown keys, no conversion of types, no change afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _number_as_text(given: object) -> object:
    """Read an unquoted number as text where a version stands, since `version: 9.12` is what people write."""
    return str(given) if isinstance(given, int | float) and not isinstance(given, bool) else given


Version = Annotated[str, BeforeValidator(_number_as_text), Field(pattern=r"^\d+(\.\d+)*$")]


class SeedUser(SeedPart):
    """One account. Without a password nobody can authenticate as it."""

    username: Name
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    display_name: str = ""
    active: bool = True
    password: str | None = Field(None, repr=False)
    groups: Names = []
    attributes: dict[str, list[str]] = {}


class SeedGroup(SeedPart):
    """One group; `groups` are its children."""

    name: Name
    description: str = ""
    active: bool = True
    groups: Names = []


class People(SeedPart):
    """Users and groups of one directory."""

    users: list[SeedUser] = []
    groups: list[SeedGroup] = []
