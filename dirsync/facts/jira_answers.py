"""Jira's answers as facts' values; every shape is checked, because what is missing must not look like "none"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, TypeGuard

from dirsync.errors import AnswerMalformed, ReadIncomplete
from dirsync.model.products import JiraApplication

if TYPE_CHECKING:
    from dirsync.http import Answer

UNLIMITED = -1
"""What Jira puts into seat counts where a licence has no limit (jira-jsm.md 1.2)."""
PROXY_REMEDY = "See what stands between dirsync and Jira."


def version_from(answer: Answer) -> str:
    """Return `9.12.8` out of serverInfo."""
    body = answer.json()
    version = body.get("version") if isinstance(body, dict) else None
    if not isinstance(version, str) or not version:
        malformed(answer, "names no version")
    return version


def applications_from(answer: Answer) -> tuple[JiraApplication, ...]:
    """Return the licensed applications out of applicationrole; all but key and groups may be missing."""
    body = answer.json()
    if not isinstance(body, list) or not all(isinstance(role, dict) for role in body):
        malformed(answer, "is not a list of applications")
    return tuple(_application(answer, role) for role in body)


def _application(answer: Answer, role: dict[str, Any]) -> JiraApplication:
    key, groups = role.get("key"), role.get("groups")
    if not isinstance(key, str) or not key:
        malformed(answer, "has an application without a key")
    if not _is_names(groups):
        malformed(answer, f"does not say which groups have access to {key}")
    defaults, selected = role.get("defaultGroups"), role.get("selectedByDefault")
    seats, unlimited = _number(role.get("numberOfSeats")), role.get("hasUnlimitedSeats")
    is_unlimited = unlimited is True or (unlimited is None and UNLIMITED in (seats, role.get("remainingSeats")))
    name = role.get("name")
    return JiraApplication(
        key=key,
        groups=tuple(groups),
        default_groups=tuple(defaults) if _is_names(defaults) else None,
        selected_by_default=selected if isinstance(selected, bool) else None,
        name=name if isinstance(name, str) else "",
        seats=None if is_unlimited or seats is None or seats < 0 else seats,
        used=_number(role.get("userCount")),
        is_unlimited=is_unlimited,
    )


@dataclass(frozen=True, slots=True)
class MembersPage:
    """One page of group/member: names of active users, number of records, and whether it is the last."""

    names: tuple[str, ...]
    everybody: frozenset[str]
    """The inactive ones too, where Jira sends them all the same."""
    records: int
    is_last: bool


def members_page_from(answer: Answer, start: int) -> MembersPage:
    """Return one page; Jira may send fewer records than were asked for and still have more."""
    body = answer.json()
    records = body.get("values") if isinstance(body, dict) else None
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        malformed(answer, "is not a page of members")
    if not all(isinstance(record.get("name"), str) for record in records):
        malformed(answer, "has a member without a username")
    total, is_last = _number(body.get("total")), body.get("isLast")
    if not isinstance(is_last, bool):
        if total is None:
            malformed(answer, "does not say whether more members follow")
        is_last = start + len(records) >= total
    # Asked for active ones only; a Jira that sends all the same must not make them look like seats.
    names = tuple(record["name"] for record in records if record.get("active") is not False)
    return MembersPage(names, frozenset(record["name"] for record in records), len(records), is_last)


def administrative_groups_from(answer: Answer) -> tuple[str, ...]:
    """Return the groups that groups/picker labels as administrative; raise `ReadIncomplete` when it was cut short."""
    body = answer.json()
    groups = body.get("groups") if isinstance(body, dict) else None
    if not isinstance(groups, list) or not all(_is_labelled(group) for group in groups):
        malformed(answer, "is not a list of groups with labels")
    total = _number(body.get("total"))
    if not groups:
        raise ReadIncomplete(
            f"{answer.question}: Jira lists no group at all, and has always at least one.",
            "Give this account the global permission to browse users and groups.",
        )
    if total is None or total > len(groups):
        of_all = f"{len(groups):,} of {total:,}" if total is not None else f"{len(groups):,} of nobody knows how many"
        raise ReadIncomplete(
            f"{answer.question}: Jira lists {of_all} groups.",
            "Declare jira.permissions in mappings/estate.yaml.",
        )
    return tuple(
        group["name"]
        for group in groups
        if any(isinstance(label, dict) and label.get("type") == "ADMIN" for label in group["labels"])
    )


def _is_labelled(group: object) -> bool:
    return isinstance(group, dict) and isinstance(group.get("name"), str) and isinstance(group.get("labels"), list)


def _is_names(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def malformed(answer: Answer, what: str) -> NoReturn:
    """Raise that an answer has not the shape Jira documents."""
    raise AnswerMalformed(f"{answer.question}: the answer {what}.", PROXY_REMEDY)
