"""A plan as a file: what a reviewer has seen is what `dirsync apply` carries out, Change by Change."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from dirsync.errors import PlanRefused
from dirsync.model.plans import Adoption, Change, Op, Plan

SCHEMA = "dirsync.plan/1"
VALID_FOR = timedelta(hours=24)
CLOCKS_DIFFER = timedelta(minutes=5)
"""How far the clocks of two machines may differ, that of the plan's maker and that of its applier."""


@dataclass(frozen=True)
class SavedPlan:
    """What a plan file holds."""

    changes: tuple[Change, ...]
    digest: str
    mappings_digest: str
    created_at: str
    expires_at: str
    adopted: tuple[Adoption, ...] = ()


def saved_form(plan: Plan, mappings_digest: str, now: datetime) -> bytes:
    """Return the file's content. It holds only what would be written, and says until when it may be."""
    changes, adopted = plan.appliable, tuple(plan.adoptable)
    content: dict[str, Any] = {
        "schema": SCHEMA,
        "created_at": now.isoformat(),
        "expires_at": (now + VALID_FOR).isoformat(),
        "mappings_digest": mappings_digest,
        "base": dict(plan.base),
        "digest": Plan(changes, adopted=adopted).digest,
        "changes": [{"id": change.id, **asdict(change)} for change in changes],
        "adopted": [asdict(one) for one in adopted],
    }
    content["seal"] = _seal(content)
    return (json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()


def _seal(content: dict[str, Any]) -> str:
    """Return a digest over all of a plan file but the seal itself: its expiry and reasons are reviewed too."""
    sealed = {name: value for name, value in content.items() if name != "seal"}
    return hashlib.sha256(json.dumps(sealed, sort_keys=True).encode()).hexdigest()


def read_saved(content: bytes, name: str, now: datetime) -> SavedPlan:
    """Read a plan file. Raises `PlanRefused` when it is none, was altered, or has expired."""
    again = f"Make a new one with 'dirsync plan --out {name}' and have it reviewed."
    try:
        data: dict[str, Any] = json.loads(content)
        if data["schema"] != SCHEMA:
            raise PlanRefused(f"{name} is of schema {data['schema']!r}, not {SCHEMA}.", again)
        changes = tuple(_change(values) for values in data["changes"])
        ids = [values["id"] for values in data["changes"]]
        adopted = tuple(Adoption(**values) for values in data["adopted"])
        saved = SavedPlan(
            changes, data["digest"], data["mappings_digest"], data["created_at"], data["expires_at"], adopted
        )
        expires = datetime.fromisoformat(saved.expires_at)
        made = datetime.fromisoformat(saved.created_at)
        has_expired = expires < now
        is_of_the_future = made > now + CLOCKS_DIFFER
        is_unaltered = (Plan(changes, adopted=adopted).digest, [change.id for change in changes]) == (saved.digest, ids)
        is_unaltered = is_unaltered and data["seal"] == _seal(data)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise PlanRefused(f"{name} is not a plan file ({type(error).__name__}: {error}).", again) from None
    if not is_unaltered:
        raise PlanRefused(f"{name} was altered after it was made: its content does not fit its digest.", again)
    if is_of_the_future:
        raise PlanRefused(
            f"{name} was made at {saved.created_at}, which is in the future: the clock here says {now.isoformat()}.",
            f"Set the clock of the machine that is wrong. {again}",
        )
    if has_expired:
        raise PlanRefused(f"{name} expired at {saved.expires_at}.", again)
    return saved


def _change(values: dict[str, Any]) -> Change:
    known = {name: value for name, value in values.items() if name != "id"}
    return Change(**{**known, "op": Op(known["op"])})


def differences(reviewed: SavedPlan, today: Plan) -> list[str]:
    """Return, line by line, where today's plan is not the reviewed one; empty when every Change is identical."""
    then = {change.id: change for change in reviewed.changes}
    now = {change.id: change for change in today.appliable}
    gone = [f"- {_line(then[one])}" for one in then if one not in now]
    new = [f"+ {_line(now[one])}" for one in now if one not in then]
    adopted_then, adopted_now = dict.fromkeys(reviewed.adopted), dict.fromkeys(today.adoptable)
    gone += [f"- {_adopts(one)}" for one in adopted_then if one not in adopted_now]
    new += [f"+ {_adopts(one)}" for one in adopted_now if one not in adopted_then]
    if gone or new:
        return gone + new
    if [*then] != [*now]:
        return ["the same changes in another order"]
    return []


def _adopts(one: Adoption) -> str:
    return f"adopt {one.user} in {one.directory} for mapping {one.mapping} (id {one.user_id})"


def _line(change: Change) -> str:
    what = " ".join(filter(None, (change.op, change.user, change.group, change.child_group)))
    ids = [f"{name} {value}" for name, value in (("id", change.user_id), ("group id", change.group_id)) if value]
    names = sorted({*change.before, *change.after})
    values = [f"{name}: {change.before.get(name, '')!r} -> {change.after.get(name, '')!r}" for name in names]
    told = ", ".join([*ids, *values])
    return f"{what} in {change.directory} for mapping {change.mapping}" + (f" ({told})" if told else "")
