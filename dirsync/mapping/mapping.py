"""A Mapping: which Directory feeds which, for which audience (design, section 5)."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    field_validator,
)
from pydantic_core import PydanticCustomError

from dirsync.mapping.wording import MAPPING_NAME
from dirsync.model.estate import Audience  # noqa: TC001 - pydantic reads the annotations


def _one_or_many(given: object) -> object:
    return [given] if isinstance(given, str) else given


def _written_as_a_day(given: object) -> object:
    """Refuse numbers, which pydantic takes for seconds since 1970."""
    if not isinstance(given, date) and not (isinstance(given, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", given)):
        raise PydanticCustomError("date_type", "a date")
    return given


def _whole_names(bases: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse `[ou=people,dc=example]` without quotes, which YAML cuts at its commas: `dc=example` is everybody."""
    is_cut = len(bases) > 1 and all("," not in base and "=" in base for base in bases)
    if is_cut and any(base.strip().lower().startswith(("ou=", "cn=", "dc=")) for base in bases):
        raise ValueError("these look like one name that YAML has cut at its commas; put each base in quotes")
    return bases


OneOrMany = Annotated[tuple[str, ...], BeforeValidator(_one_or_many)]
Bases = Annotated[OneOrMany, AfterValidator(_whole_names)]
Name = Annotated[str, Field(min_length=1)]
Day = Annotated[date, BeforeValidator(_written_as_a_day)]
Missing = Literal["keep", "deactivate", "remove"]


class Words(BaseModel):
    """What all parts of an admin's file share: nothing unknown is accepted, nothing changes afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class UserAttributes(Words):
    """Which attribute means what; what is left out has the kind's own default."""

    id: str = ""
    username: str = ""
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    display_name: str = ""
    active: str = ""


class GroupAttributes(Words):
    """As `UserAttributes`, for groups."""

    id: str = ""
    name: str = ""
    description: str = ""
    member: OneOrMany = ()


class UsersTaken(Words):
    """Which users the Mapping takes."""

    base: Bases = ()
    filter: str = ""
    except_mapping: str = ""
    """Everybody but those that this other Mapping takes."""
    attributes: UserAttributes = UserAttributes()


class GroupsTaken(Words):
    """Which groups the Mapping looks at."""

    base: Bases = ()
    filter: str = ""
    nested: StrictBool = False
    """Members of member groups count as members."""
    attributes: GroupAttributes = GroupAttributes()


class Source(Words):
    """Where the people come from."""

    directory: Name
    users: UsersTaken = UsersTaken()
    groups: GroupsTaken | None = None


class Destination(Words):
    """Where they are carried to."""

    directory: Name
    groups: dict[str, str] = {}
    """Source group pattern to target group name; the n-th `*` on the right is what the n-th on the left matched."""
    missing: Missing = "keep"
    missing_after: Annotated[StrictInt, Field(ge=1)] = 2
    missing_groups: Literal["keep", "remove"] = "keep"
    new_password: Literal["random", "none"] = "random"

    @field_validator("groups")
    @classmethod
    def stars_are_matched(cls, groups: dict[str, str]) -> dict[str, str]:
        """Refuse a right side with more `*` than its left side gives it."""
        for pattern, name in groups.items():
            if name.count("*") > pattern.count("*"):
                message = f"group '{name}' has more '*' than its pattern '{pattern}'"
                raise ValueError(message)
            if not name.strip():
                message = f"the groups matching '{pattern}' need a name in the target"
                raise ValueError(message)
        return groups


class GuardLimits(Words):
    """How much one plan may do; the number or the share refuses."""

    max_removals: Annotated[StrictInt, Field(ge=0)] = 50
    max_removal_share: Annotated[float, Field(strict=True, ge=0, le=1)] = 0.10
    max_creations: Annotated[StrictInt, Field(ge=0)] = 500
    max_member_removals: Annotated[StrictInt, Field(ge=0)] = 50
    protect_users: tuple[str, ...] = ("svc-*",)
    protect_groups: tuple[str, ...] = ("jira-administrators",)


class WaiverEntry(Words):
    """A finding that a named person accepts until a date; subjects are exact names."""

    rule: Name
    reason: Name
    owner: Name
    expires: Day
    user: str = ""
    group: str = ""
    directory: str = ""
    application: str = ""
    mapping: str = ""


class MappingFile(Words):
    """The whole of one mapping file."""

    version: Literal[1]
    name: Annotated[str, Field(pattern=MAPPING_NAME)]
    audience: Audience
    source: Source
    target: Destination | None = None
    default_groups: tuple[Name, ...] = ()
    public_signup: Literal["wanted", "off"] | None = None
    guards: GuardLimits = GuardLimits()
    waivers: tuple[WaiverEntry, ...] = ()


class WaiverFile(Words):
    """The whole of `mappings/waivers.yaml`: waivers kept apart from the mappings, so that others may own them."""

    version: Literal[1] = 1
    waivers: tuple[WaiverEntry, ...] = ()
