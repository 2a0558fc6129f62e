"""The plan and its outcomes without names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dirsync.reports.redacted_words import WITHHELD, moment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dirsync.reports.redacted_words import Words

    Item = Mapping[str, Any]

_ATTRIBUTES = {
    "username": "user",
    "name": "group",
    "email": "email",
    "first_name": "first-name",
    "last_name": "last-name",
    "display_name": "display-name",
    "description": "description",
    "service_project": "project",
}
"""What `before` and `after` of a Change hold (`dirsync.model.plans`), and what its pseudonym begins with."""


def redacted_plan(plan: Item, words: Words) -> dict[str, Any]:
    """Return a plan in which two Changes about one account are still seen to be that."""
    made = words.pseudonyms
    return {
        "digest": made.digest(plan["digest"] or "") or None,
        "base": {words.place(name): made.exact("cursor", cursor) for name, cursor in plan["base"].items()},
        "changes": [_change(change, words) for change in plan["changes"]],
        "adopted": [
            {
                **_places(one, words),
                "user": made.name("user", one["user"]),
                "user_id": made.exact("id", one["user_id"]),
                "source_id": made.exact("id", one["source_id"]),
            }
            for one in plan.get("adopted", ())
        ],
        "adopted_counts": [
            {**_places(one, words), "accounts": one["accounts"], "digest": made.digest(one["digest"])}
            for one in plan.get("adopted_counts", ())
        ],
        "guards": [
            {
                **_places(guard, words),
                "guard": guard["guard"],
                "refused": guard["refused"],
                "message": "Refused." if guard["refused"] else "Not refused.",
            }
            for guard in plan["guards"]
        ],
        "obstacles": [
            {**_places(left_out, words), "name": made.name("entry", left_out["name"]), "reason": WITHHELD}
            for left_out in plan["obstacles"]
        ],
        "conflicts": [_conflict(conflict, words) for conflict in plan.get("conflicts", ())],
        "conflict_counts": dict(plan.get("conflict_counts", {})),
        "unappliable": {words.place(name): WITHHELD for name in plan["unappliable"]},
    }


def redacted_outcome(outcome: Item, words: Words) -> dict[str, Any]:
    """Return what became of a Change, under the id that the Change has in the redacted plan."""
    return {
        "change": words.pseudonyms.digest(outcome["change"]),
        "outcome": outcome["outcome"],
        "message": WITHHELD if outcome["message"] else "",
        "at": moment(outcome["at"]),
        "target_id": words.pseudonyms.exact("id", outcome["target_id"]),
    }


def _change(change: Item, words: Words) -> dict[str, Any]:
    made = words.pseudonyms
    return {
        **_places(change, words),
        "id": made.digest(change["id"]),
        "op": change["op"],
        "user": made.name("user", change["user"]),
        "user_id": made.exact("id", change["user_id"]),
        "group": made.name("group", change["group"]),
        "group_id": made.exact("id", change["group_id"]),
        "child_group": made.name("group", change["child_group"]),
        "before": _attributes(change["before"], words),
        "after": _attributes(change["after"], words),
        "reason": WITHHELD if change["reason"] else "",
        "source_id": made.exact("id", change["source_id"]),
    }


def _attributes(values: Item, words: Words) -> dict[str, Any]:
    made = words.pseudonyms
    return {
        name: value if isinstance(value, bool) else made.name(_ATTRIBUTES[name], value)
        for name, value in values.items()
        if isinstance(value, bool) or name in _ATTRIBUTES
    }


def _conflict(conflict: Item, words: Words) -> dict[str, Any]:
    made = words.pseudonyms
    return {
        "by": list(conflict["by"]),
        "name": made.name("user", conflict["name"]),
        "claims": [
            {
                **_places(claim, words),
                "source": words.place(claim["source"]),
                "user": made.name("user", claim["user"]),
                "user_id": made.exact("id", claim["user_id"]),
                "answers": claim["answers"],
            }
            for claim in conflict["claims"]
        ],
        "in_jira": words.place(conflict["in_jira"]),
        "wins": WITHHELD,
        "flips": "",
    }


def _places(item: Item, words: Words) -> dict[str, str]:
    return {"directory": words.place(item["directory"]), "mapping": words.place(item["mapping"])}
