"""Whether a user whom no name leads to is still there: asked by the key, which outlives names."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

from dirsync.directories.crowd.events import WholeReadNeeded
from dirsync.directories.crowd.refusals import crowd_error
from dirsync.directories.crowd.representations import unusable_name, user_id
from dirsync.errors import AnswerMalformed

if TYPE_CHECKING:
    from dirsync.directories.crowd.client import CrowdClient


@dataclass(frozen=True, slots=True)
class FoundByKey:
    """Asks for users by their keys, for each just once."""

    client: CrowdClient
    _names: dict[str, str] = field(default_factory=dict)

    def name(self, key: str) -> str:
        """Return what a user is called now, or an empty string for one who is gone.

        Raises WholeReadNeeded where Crowd does not say the one or the other; DirectoryUnreadable.
        """
        if key not in self._names:
            self._names[key] = self._asked(key)
        return self._names[key]

    def _asked(self, key: str) -> str:
        answer = self.client.send("GET", "/user", {"key": key})
        if answer.status == HTTPStatus.NOT_FOUND and crowd_error(answer).reason == "USER_NOT_FOUND":
            return ""
        try:
            record = answer.json() if answer.is_success else None
        except AnswerMalformed:
            record = None
        if not isinstance(record, dict) or unusable_name(record) or user_id(record) != key:
            raise WholeReadNeeded("Crowd does not say who is still there by the key")
        return str(record["name"])
