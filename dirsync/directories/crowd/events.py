"""What Crowd says has happened since a token (`/event`, crowd-rest.md 7), and every reason not to go by it.

Nobody has published what an event looks like inside: names of attributes and elements differ between those who wrote
about it. So an event is only a hint at whose account, and at whether groups and memberships are to be read again; what
they are like is asked in the way of any other read. Whatever can't be understood means that everything is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from dirsync.directories.crowd.refusals import crowd_error, refuse_errors_of_crowd
from dirsync.directories.crowd.representations import UNSTORABLE
from dirsync.errors import AnswerMalformed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dirsync.directories.crowd.client import CrowdClient
    from dirsync.http import Answer

MOST_TOUCHED = 1000
"""Where more accounts changed, reading them all by pages is quicker."""
_MEMBERSHIP_KEYS = frozenset({"childuser", "parentgroups", "childgroup", "childgroups"})
_OF_WHO_IS_GONE = frozenset({"name", "link"})
"""All that Crowd tells of a deleted user."""
_NUMBERED = re.compile("(?P<log>.*?)0*(?P<number>[0-9]+)", re.DOTALL)
_REFUSED_LOGIN = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


class WholeReadNeeded(Exception):
    """The events are of no use; the message says why, for the report."""


@dataclass(slots=True)
class Happened:
    """What is to be read again."""

    token: str
    """Where the next question begins."""
    events: int = 0
    users: set[str] = field(default_factory=set)
    """By the names they had at some time since."""
    keys: set[str] = field(default_factory=set)
    """Keys of those users: somebody may have been renamed, and then be gone."""
    touches_groups: bool = False
    touches_memberships: bool = False


def newest_token(client: CrowdClient) -> str:
    """Return the token from which on events will tell what changed. Raises WholeReadNeeded where none will."""
    return _token(_asked(client))


def since(client: CrowdClient, token: str) -> Happened:
    """Ask what has happened since a token. Raises WholeReadNeeded, DirectoryUnreadable."""
    body = _asked(client, token)
    happened = Happened(_token(body))
    _refuse_older(token, happened.token)
    events = body.get("events", [])
    if not isinstance(events, list):
        raise WholeReadNeeded("what Crowd calls events is no list")
    for event in events:
        happened.events += 1
        _note(event, happened)
    if len(happened.users) > MOST_TOUCHED:
        raise WholeReadNeeded(f"more than {MOST_TOUCHED:,} accounts changed")
    return happened


def _asked(client: CrowdClient, token: str = "") -> Mapping[str, Any]:
    answer = client.events(token)
    if answer.status in _REFUSED_LOGIN:
        refuse_errors_of_crowd(answer)
    if not answer.is_success:
        raise WholeReadNeeded(_why(answer))
    try:
        body = answer.json()
    except AnswerMalformed:
        body = None
    if not isinstance(body, dict):
        raise WholeReadNeeded("what Crowd answers about events is not understood")
    return body


def _why(answer: Answer) -> str:
    """Say why Crowd does not tell. By its reason, since the status is not established (crowd-rest.md 7, 3.)."""
    if answer.status == HTTPStatus.NOT_FOUND:
        return "this Crowd tells of no events"
    error = crowd_error(answer)
    return ": ".join(part for part in (f"HTTP {answer.status}", error.reason, error.message) if part)


def _token(body: Mapping[str, Any]) -> str:
    token = body.get("newEventToken")
    # left out, or false: Crowd's own clients do a full read then (crowd-rest.md 7, 1.)
    if body.get("incrementalSynchronisationAvailable") is not True:
        raise WholeReadNeeded("Crowd says that incremental synchronisation is not available")
    if not isinstance(token, str) or not token.strip() or not token.isascii():
        raise WholeReadNeeded("Crowd gave no token for the next time")
    return token


def _refuse_older(last: str, now: str) -> None:
    """Raise where Crowd counts on from before the last read, as one does that was restored from a backup.

    A token is Crowd's own affair; all that are known end in a number that grows (crowd-rest.md 7, 1.).
    """
    before, after = _NUMBERED.fullmatch(last), _NUMBERED.fullmatch(now)
    if before and after and before["log"] == after["log"] and _is_less(after["number"], before["number"]):
        raise WholeReadNeeded("Crowd's events are older than the last read, as after a restored backup")


def _is_less(one: str, other: str) -> bool:
    """Compare numbers of any length: int() refuses very long ones."""
    return (len(one), one) < (len(other), other)


def _note(event: object, happened: Happened) -> None:
    told = list(_walk(event))
    keys = dict(told)
    if len(keys) < len(told):
        raise WholeReadNeeded("an event of Crowd is about several things at once")
    user = keys.get("user")
    users = [*_names(user), *_names(keys.get("childuser"))]
    if user is not None and not (isinstance(user, dict) and user.keys() <= _OF_WHO_IS_GONE and _is_gone(keys)):
        happened.keys.add(_key(user))
    is_membership = bool(_MEMBERSHIP_KEYS & keys.keys())
    is_group = "group" in keys and not is_membership
    if not users and not is_membership and not is_group:
        raise WholeReadNeeded("Crowd tells of something that is neither about users nor about groups")
    happened.users.update(users)
    happened.touches_memberships |= is_membership
    happened.touches_groups |= is_group


def _walk(event: object) -> Iterator[tuple[str, object]]:
    """Yield keys and values, in one spelling; an event may be wrapped in its kind, and that be written in any way."""
    if not isinstance(event, dict):
        raise WholeReadNeeded("an event of Crowd is not understood")
    for key, value in event.items():
        spelled = str(key).replace("-", "").lower()
        if spelled.endswith("event") and isinstance(value, dict):
            yield from _walk(value)
        else:
            yield spelled, value


def _is_gone(keys: Mapping[str, object]) -> bool:
    return str(keys.get("operation", "")).upper() == "DELETED"


def _key(user: object) -> str:
    key = user.get("key") if isinstance(user, dict) else None
    if isinstance(key, str) and key and not UNSTORABLE.search(key):
        return key
    # a renamed user would not be known again
    raise WholeReadNeeded("this Crowd gives its users no keys")


def _names(value: object) -> Iterator[str]:
    if value is None:
        return
    name = value.get("name") if isinstance(value, dict) else value
    if not isinstance(name, str) or not name.strip() or UNSTORABLE.search(name):
        raise WholeReadNeeded("Crowd does not name the user an event is about")
    yield name
