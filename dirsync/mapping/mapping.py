"""A Mapping: which Directory feeds which, for which audience (design, section 5)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictInt

from dirsync.mapping.destination import Destination  # noqa: TC001 - pydantic reads the annotations
from dirsync.mapping.source import Source  # noqa: TC001 - as above
from dirsync.mapping.waiver_entry import WaiverEntry  # noqa: TC001 - as above
from dirsync.mapping.wording import MAPPING_NAME
from dirsync.mapping.words import Name, Words
from dirsync.model.estate import Audience  # noqa: TC001 - as above


class GuardLimits(Words):
    """How much one plan may do; the number or the share refuses."""

    max_removals: Annotated[StrictInt, Field(ge=0)] = 50
    """People removed or deactivated by one plan."""
    max_removal_share: Annotated[float, Field(strict=True, ge=0, le=1)] = 0.10
    """The same as a share of the people carried over, how far the source may shrink, or how many may be left without an
    organisation; counts from 20 people up."""
    max_creations: Annotated[StrictInt, Field(ge=0)] = 500
    """Accounts made by one plan, and organisations."""
    max_adoptions: Annotated[StrictInt, Field(ge=0)] = 20
    """Accounts taken over by one plan: dirsync did not make them, and they bear the name of somebody in the source."""
    max_member_removals: Annotated[StrictInt, Field(ge=0)] = 50
    """Memberships ended by one plan, those in organisations too."""
    protect_users: tuple[str, ...] = ("svc-*",)
    """Usernames; * stands for anything. They may be created and put into groups, nothing else."""
    protect_groups: tuple[str, ...] = ("jira-administrators",)
    """Groups that no plan may touch, not even their members; * stands for anything."""
    require_users: tuple[Name, ...] = ()
    """Usernames that must be there and active in the target once a plan is carried out."""
    require_groups: tuple[Name, ...] = ()
    """Groups that must be there once a plan is carried out, with at least one active member, directly."""


class MappingFile(Words):
    """The whole of one mapping file."""

    version: Literal[1]
    """Of the file format."""
    name: Annotated[str, Field(pattern=MAPPING_NAME)]
    """The mapping's name: letters, digits, '.', '_' and '-'. Reports and --only call it that."""
    audience: Audience
    """Who these people are. Agents take a paid seat, customers must not."""
    source: Source
    """Where the people come from."""
    target: Destination | None = None
    """Where they are carried to. Left out: the mapping is audited only."""
    default_groups: tuple[Name, ...] = ()
    """Every user of this mapping is put into these groups of the target."""
    public_signup: Literal["wanted", "off"] | None = None
    """Whether people may register themselves. Left out: not said, so findings about it may be undecided."""
    guards: GuardLimits = GuardLimits()
    """How much one plan may do before it is refused."""
    waivers: tuple[WaiverEntry, ...] = ()
    """Findings that a named person accepts until a date; or in waivers.yaml, so that somebody else may own them."""
