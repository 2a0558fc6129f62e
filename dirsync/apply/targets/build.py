"""The table of kinds that can be written to; every other kind is planned for, and not written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dirsync.apply.targets.crowd import CrowdTarget
from dirsync.directories.build import crowd_endpoint
from dirsync.settings.models import CrowdSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dirsync.model.plans import Target


def build_target(name: str, settings: Any, new_passwords: Mapping[str, str]) -> Target:  # noqa: ANN401 - a union that pydantic discriminates
    """Make the Target for one Directory; ask `why_not_writable` first. `new_passwords` is per Mapping."""
    return TARGETS[type(settings)](name, settings, new_passwords)


def why_not_writable(name: str, settings: object) -> str:
    """Return why nothing can be written to a Directory of this kind, or an empty string."""
    if type(settings) in TARGETS:
        return ""
    kind = getattr(settings, "kind", "?")
    return f"{name} is of kind {kind}, which this version of dirsync can't write to; the plan shows what would change"


def _crowd(name: str, settings: CrowdSettings, new_passwords: Mapping[str, str]) -> Target:
    return CrowdTarget(crowd_endpoint(name, settings), name, new_passwords=new_passwords)


TARGETS: dict[type, Callable[[str, Any, Mapping[str, str]], Target]] = {CrowdSettings: _crowd}
