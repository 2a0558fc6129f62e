"""What a route or a declaration left open about a Jira application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.model.facts import unknown

if TYPE_CHECKING:
    from dirsync.model.facts import Fact
    from dirsync.model.products import JiraApplication


def defaults_untold(application: JiraApplication) -> Fact[None]:
    """Return what is missing of an application whose default groups nobody told."""
    return _untold(application, "default_groups", f"nobody says what the default groups of {application.key} are")


def choice_untold(application: JiraApplication) -> Fact[None]:
    """Return what is missing of an application of which nobody told whether it is selected by default."""
    why = f"nobody says whether {application.key} is selected by default for users whom Jira creates"
    return _untold(application, "selected_by_default", why)


def _untold(application: JiraApplication, field: str, why: str) -> Fact[None]:
    return unknown(
        f"jira.applications[{application.key}].{field}",
        why,
        f"Let dirsync ask Jira (DIRSYNC_JIRA__URL), or declare {field} under jira.applications.",
    )
