"""What Jira's group picker tells of every group by a label: that it is administrative, or grants access.

The label's `type` says which; its text is in the language of the account (jira-jsm.md 2.4).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from dirsync.errors import ReadIncomplete
from dirsync.facts.jira_answers import is_record_list, malformed, whole_number
from dirsync.facts.jira_questions import API
from dirsync.facts.jira_refusals import accepted

if TYPE_CHECKING:
    from collections.abc import Collection

    from dirsync.facts.jira_questions import Questions
    from dirsync.http import Answer

ADMINISTRATIVE_GROUPS: Final = "jira.administrative_groups"
GROUPS_WITH_ACCESS: Final = "jira.groups_with_access"
ASKED_FOR = 1000
ADMINISTRATIVE = frozenset({"ADMIN"})
WITH_ACCESS = frozenset({"SINGLE", "MULTIPLE"})
"""One Jira application, or several."""


def ask_group_labels(questions: Questions) -> None:
    """Ask the group picker for all groups; a list cut short leaves both facts unknown."""
    readings = {
        ADMINISTRATIVE_GROUPS: partial(_labelled, ADMINISTRATIVE),
        GROUPS_WITH_ACCESS: partial(_labelled, WITH_ACCESS),
    }
    questions.ask(
        f"{API}/groups/picker",
        {"query": "", "maxResults": str(ASKED_FOR)},
        readings,
        otherwise="declare jira.permissions and jira.applications in mappings/estate.yaml",
    )


def _labelled(types: Collection[str], answer: Answer) -> tuple[str, ...]:
    return tuple(
        group["name"]
        for group in _all_groups(accepted(answer))
        if any(isinstance(label, dict) and label.get("type") in types for label in group["labels"])
    )


def _all_groups(answer: Answer) -> list[dict[str, Any]]:
    body = answer.json()
    groups = body.get("groups") if isinstance(body, dict) else None
    if not is_record_list(groups) or not all(
        isinstance(group.get("name"), str) and isinstance(group.get("labels"), list) for group in groups
    ):
        malformed(answer, "is not a list of groups with labels")
    if not groups:
        raise ReadIncomplete(
            f"{answer.question}: Jira lists no group at all, and has always at least one.",
            "Give this account the global permission to browse users and groups.",
        )
    total = whole_number(body.get("total"))
    if total is None or total > len(groups):
        of_all = f"{len(groups):,} of {total:,}" if total is not None else f"{len(groups):,} of nobody knows how many"
        raise ReadIncomplete(f"{answer.question}: Jira lists {of_all} groups.")
    return groups
