"""What was written to a target, as an event of the class that OCSF has for it.

Activities: https://schema.ocsf.io/1.8.0/classes/group_management and /classes/account_change. What they have no number
for is `Other`, with dirsync's own word as the activity's name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dirsync.model.plans import Op

if TYPE_CHECKING:
    from collections.abc import Mapping

    Item = Mapping[str, Any]

_IDENTITY_AND_ACCESS = 3
_ACCOUNT_CHANGE = 3001
_GROUP_MANAGEMENT = 3006
_OTHER = 99
_SUCCESS, _FAILURE = 1, 2
_OF_ACCOUNTS: Mapping[str, tuple[int, str]] = {
    Op.CREATE_USER: (1, "Create"),
    Op.REACTIVATE_USER: (2, "Enable"),
    Op.DEACTIVATE_USER: (5, "Disable"),
    Op.REMOVE_USER: (6, "Delete"),
    Op.UPDATE_USER: (_OTHER, "Update"),
    Op.RENAME_USER: (_OTHER, "Rename"),
}
_OF_GROUPS: Mapping[str, tuple[int, str]] = {
    Op.ADD_MEMBER: (3, "Add User"),
    Op.REMOVE_MEMBER: (4, "Remove User"),
    Op.REMOVE_GROUP: (5, "Delete"),
    Op.CREATE_GROUP: (6, "Create"),
    Op.ADD_CHILD_GROUP: (7, "Add Subgroup"),
    Op.REMOVE_CHILD_GROUP: (8, "Remove Subgroup"),
    Op.UPDATE_GROUP: (_OTHER, "Update"),
    Op.RENAME_GROUP: (_OTHER, "Rename"),
    Op.ADD_TO_ORGANIZATION: (3, "Add User"),
    Op.REMOVE_FROM_ORGANIZATION: (4, "Remove User"),
    Op.REMOVE_ORGANIZATION: (5, "Delete"),
    Op.CREATE_ORGANIZATION: (6, "Create"),
    Op.LINK_ORGANIZATION: (_OTHER, "Link"),
    Op.UNLINK_ORGANIZATION: (_OTHER, "Unlink"),
}


def change_event(change: Item, outcome: Item) -> dict[str, Any]:
    """Return what an event says of a Change that was tried; without its time, severity and metadata.

    A group of people in Jira Service Management, an organisation, counts as a group with that type.
    """
    op = change["op"]
    is_about_account = op in _OF_ACCOUNTS
    activity, name = _OF_ACCOUNTS[op] if is_about_account else _OF_GROUPS[op]
    of_class = _ACCOUNT_CHANGE if is_about_account else _GROUP_MANAGEMENT
    is_done = outcome["outcome"] == "done"
    return {
        "category_uid": _IDENTITY_AND_ACCESS,
        "class_uid": of_class,
        "activity_id": activity,
        "activity_name": name,
        "type_uid": of_class * 100 + activity,
        "status_id": _SUCCESS if is_done else _FAILURE,
        "status": "Success" if is_done else "Failure",
        "status_detail": outcome["message"],
        "message": _told(change, outcome),
        "user": _user(change, outcome),
        "group": _group(change, outcome),
        "subgroup": {"name": change["child_group"]},
        "unmapped": {
            "op": op,
            "directory": change["directory"],
            "mapping": change["mapping"],
            "reason": change["reason"],
            "before": change["before"],
            "after": change["after"],
        },
    }


def _told(change: Item, outcome: Item) -> str:
    who = " > ".join(filter(None, (change["user"], change["child_group"], change["group"])))
    return f"{change['op'].replace('_', ' ')} {who} on {change['directory']}: {outcome['outcome']}"


def _user(change: Item, outcome: Item) -> dict[str, Any]:
    if not change["user"]:
        return {}
    made = outcome["target_id"] if change["op"] == Op.CREATE_USER else ""
    return {"name": change["user"], "uid": change["user_id"] or made, "domain": change["directory"]}


def _group(change: Item, outcome: Item) -> dict[str, Any]:
    if not change["group"]:
        return {}
    made = outcome["target_id"] if change["op"] in (Op.CREATE_GROUP, Op.CREATE_ORGANIZATION) else ""
    kind = "organization" if change["op"].endswith("_organization") else "group"
    return {"name": change["group"], "uid": change["group_id"] or made, "type": kind, "domain": change["directory"]}
