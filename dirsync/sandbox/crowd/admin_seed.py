"""What a seed says about Crowd's administrative interfaces: who may ask them, and which version's manners they have."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Unserved = Literal[
    "server-info",
    "application",
    "directory-mapping",
    "directory-mapping/single",
    "access-based-synchronization",
    "directory",
    "licensing",
    "appmanagement",
]


class SeedCrowdAdmin(BaseModel):
    """The administrator of Crowd besides its own people, and how the administrative interfaces answer."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    username: Annotated[str, Field(min_length=1, max_length=255)] = "admin"
    password: Annotated[str, Field(min_length=1, repr=False)] = "sandbox-crowd-admin"
    group: Annotated[str, Field(min_length=1, max_length=255)] = "crowd-administrators"
    """Whose members, in any of Crowd's directories, administer it too."""
    shape: Literal["bare", "wrapped"] = "bare"
    """Whether each element stands in the name of its class, with hyphens in the names of fields."""
    unserved: list[Unserved] = []
    """What this version answers with 404."""
    page_size: Annotated[int, Field(ge=1)] = 50
    """The longest page, whatever is asked for."""
    licensing: bool = False
    """Whether Crowd watches who takes seats in Jira."""
    plugin: Literal["none", "bootstrapi", "confapi"] = "none"
