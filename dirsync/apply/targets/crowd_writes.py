"""One write to Crowd and what became of it: whatever was said or lost on the way, how it is now decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from dirsync.apply.targets.endings import Ending, failed, refused
from dirsync.directories.crowd.refusals import crowd_error, refusal_of_crowd
from dirsync.errors import AnswerMalformed
from dirsync.http import Answer, AnswerLost
from dirsync.model.plans import Change, Op, Result

if TYPE_CHECKING:
    from dirsync.directories.crowd import CrowdClient


POST_TRIES = 4
"""With many writers on a server that fails now and then, one Change may be struck more than once."""

Look = Callable[[], Ending | None]
"""Looks at Crowd: an Ending when that settles the Change (it is so, or can't become so), else None."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent; `returns` gets the immutable id of what was made out of the answer."""

    method: str
    path: str
    params: Mapping[str, str]
    body: object = None
    returns: Callable[[Answer], str] = lambda _: ""


OPERATIONS = {
    Op.CREATE_USER: ("Add User", "CREATE_USER"),
    Op.UPDATE_USER: ("Modify User", "UPDATE_USER"),
    Op.RENAME_USER: ("Modify User", "UPDATE_USER"),
    Op.DEACTIVATE_USER: ("Modify User", "UPDATE_USER"),
    Op.REACTIVATE_USER: ("Modify User", "UPDATE_USER"),
    Op.REMOVE_USER: ("Remove User", "DELETE_USER"),
    Op.CREATE_GROUP: ("Add Group", "CREATE_GROUP"),
    Op.REMOVE_GROUP: ("Remove Group", "DELETE_GROUP"),
}
"""What Crowd's console and its vocabulary call the permission; all else needs Modify Group (crowd-rest.md 3.1)."""


def write(crowd: CrowdClient, change: Change, request: Request, look: Look) -> Ending:
    """Send a request and say how the Change ended.

    A POST whose answer was lost may have acted, so Crowd is looked at before it is sent again. Raises
    what `CrowdClient.send` raises when Crowd can't be reached any more, while sending or while looking.
    """
    ending = failed("")
    # PUT and DELETE have been repeated already; a POST never is without a look in between.
    for _ in range(POST_TRIES if request.method == "POST" else 1):
        try:
            answer = crowd.send(request.method, request.path, request.params, request.body)
        except (AnswerLost, AnswerMalformed) as lost:
            ending, may_have_acted = failed(str(lost)), True
        else:
            if answer.is_success:
                return Ending(Result.DONE, target_id=request.returns(answer))
            if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
                raise refusal_of_crowd(answer)
            if answer.status == HTTPStatus.FORBIDDEN:
                return refused(_not_allowed(crowd, change, answer))
            ending = failed(_rejected(crowd, change, answer))
            may_have_acted = answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        seen = look()
        if seen is not None:
            return _acted(seen) if may_have_acted else seen
        if not may_have_acted:
            break
    return ending


def _acted(seen: Ending) -> Ending:
    """Turn "it was already so" into "done" where our own request is the likeliest reason."""
    if seen.result is not Result.ALREADY_SO:
        return seen
    return replace(seen, result=Result.DONE, message="the answer was lost, but Crowd shows that it was done")


def _rejected(crowd: CrowdClient, change: Change, answer: Answer) -> str:
    error = crowd_error(answer)
    words = ": ".join(part for part in (error.reason, error.message) if part) or answer.excerpt() or "no reason given"
    who = " / ".join(name for name in (change.user, change.group, change.child_group) if name)
    return f"{crowd.endpoint.name}: Crowd did not {change.op.replace('_', ' ')} {who!r} (HTTP {answer.status}): {words}"


def _not_allowed(crowd: CrowdClient, change: Change, answer: Answer) -> str:
    label, operation = OPERATIONS.get(change.op, ("Modify Group", "UPDATE_GROUP"))
    return (
        f"{_rejected(crowd, change, answer)}. Allow '{label}' ({operation}) in Crowd on both levels, for both must "
        "agree: in the directory's Permissions, and in the permissions of the application "
        f"'{crowd.endpoint.username}' on that directory."
    )
