"""What Jira's group picker tells of every group by a label: that it is administrative, or grants access.

The label's `type` says which; its text is in the language of the account (jira-jsm.md 2.4).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from dirsync.errors import ReadIncomplete
from dirsync.facts.jira_answers import is_record_list, malformed, whole_number
from dirsync.facts.jira_questions import ACCOUNT_PERMISSIONS, API, APPLICATIONS
from dirsync.facts.jira_refusals import ADMINISTER, SYSTEM_ADMIN, accepted
from dirsync.facts.ways_to_know import to_declare

if TYPE_CHECKING:
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
    held = questions.value(ACCOUNT_PERMISSIONS) or ()
    sees_labels = ADMINISTER in held or SYSTEM_ADMIN in held
    readings = {
        ADMINISTRATIVE_GROUPS: partial(_labelled, ADMINISTRATIVE, sees_labels),
        GROUPS_WITH_ACCESS: partial(_labelled, WITH_ACCESS, sees_labels),
    }
    questions.ask(
        f"{API}/groups/picker",
        {"query": "", "maxResults": str(ASKED_FOR)},
        readings,
        otherwise={
            ADMINISTRATIVE_GROUPS: to_declare(ADMINISTRATIVE_GROUPS),
            GROUPS_WITH_ACCESS: to_declare(APPLICATIONS),
        },
    )


def _labelled(types: frozenset[str], sees_labels: bool, answer: Answer) -> tuple[str, ...]:  # noqa: FBT001 - partial
    groups = {group["name"]: _types(group) for group in _all_groups(accepted(answer))}
    if not sees_labels and not any(carried & ADMINISTRATIVE for carried in groups.values()):
        # Nobody has said that Jira shows labels to everybody (jira-jsm.md, unknown 4).
        raise ReadIncomplete(
            f"{answer.question}: Jira labels none of {len(groups):,} groups as administrative, and one always is. It "
            "may hide labels from this account, which is not known to be an administrator's.",
            "Give this account the global permission 'Jira Administrators'.",
        )
    return tuple(name for name, carried in groups.items() if carried & types)


def _types(group: dict[str, Any]) -> frozenset[str]:
    types = (label.get("type") for label in group["labels"] if isinstance(label, dict))
    return frozenset(kind for kind in types if isinstance(kind, str))


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
