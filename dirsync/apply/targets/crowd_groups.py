"""Changes on groups and memberships in Crowd. Groups have no key: the name is all there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.apply.targets.crowd_writes import Request, write
from dirsync.apply.targets.endings import Ending, already, failed, refused
from dirsync.directories.crowd.representations import GROUP_FIELDS, differences, group_body
from dirsync.model.names import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dirsync.directories.crowd import CrowdClient
    from dirsync.model.plans import Change


class Groups:
    """Carries out the Changes on groups."""

    def __init__(self, crowd: CrowdClient, directory: str) -> None:
        self._crowd, self._directory = crowd, directory

    def create_group(self, change: Change) -> Ending:
        """Make a group; one that is there already and equal counts."""
        wanted = {"name": change.group, **change.after}
        told = {attribute: value for attribute, value in wanted.items() if value != ""}

        def look() -> Ending | None:
            record = self._crowd.group(change.group)
            if record is None:
                return None
            if not differences(told, record, GROUP_FIELDS):
                return already("the group was already there", fold(record["name"]))
            return failed(
                f"{self._directory} already has a group '{record['name']}' with another description. "
                "Adopt, or remove it by hand."
            )

        request = Request("POST", "/group", {}, group_body(wanted), returns=lambda _: fold(change.group))
        return write(self._crowd, change, request, look)

    def update_group(self, change: Change) -> Ending:
        """Change the description."""
        wanted = {attribute: value for attribute, value in change.after.items() if attribute != "name"}
        record = self._crowd.group(change.group)
        if record is None:
            return failed(f"{self._directory} has no group '{change.group}'.")
        if not differences(wanted, record, GROUP_FIELDS):
            return already("it was already so")

        def look() -> Ending | None:
            now = self._crowd.group(change.group)
            return already() if now and not differences(wanted, now, GROUP_FIELDS) else None

        body = group_body(wanted, record)
        return write(self._crowd, change, Request("PUT", "/group", {"groupname": change.group}, body), look)

    def rename_group(self, change: Change) -> Ending:
        """Refuse: there is no such call."""
        return refused(
            f"Crowd can't rename the group '{change.group}': its REST interface has no such call. "
            "Create the new group and remove the old one."
        )

    def remove_group(self, change: Change) -> Ending:
        """Remove a group."""

        def look() -> Ending | None:
            return None if self._crowd.group(change.group) else already("it was already gone")

        return write(self._crowd, change, Request("DELETE", "/group", {"groupname": change.group}), look)


class Memberships:
    """Carries out the Changes on memberships."""

    def __init__(self, crowd: CrowdClient) -> None:
        self._crowd = crowd

    def add_member(self, change: Change) -> Ending:
        """Put a user into a group."""
        return self._add(change, "/group/user/direct", "username", change.user)

    def add_child_group(self, change: Change) -> Ending:
        """Put a group into a group."""
        return self._add(change, "/group/child-group/direct", "child-groupname", change.child_group)

    def remove_member(self, change: Change) -> Ending:
        """Take a user out of a group."""
        params = {"groupname": change.group, "username": change.user}
        return self._take_out(change, "/group/user/direct", params, change.user)

    def remove_child_group(self, change: Change) -> Ending:
        """Take a group out of a group."""
        params = {"groupname": change.group, "child-groupname": change.child_group}
        return self._take_out(change, "/group/child-group/direct", params, change.child_group)

    def _add(self, change: Change, path: str, member_is: str, member: str) -> Ending:
        def look() -> Ending | None:
            is_there = self._crowd.has_member(path, {"groupname": change.group, member_is: member}, member)
            return already("it was already a member") if is_there else None

        return write(self._crowd, change, Request("POST", path, {"groupname": change.group}, {"name": member}), look)

    def _take_out(self, change: Change, path: str, params: Mapping[str, str], member: str) -> Ending:
        def look() -> Ending | None:
            return None if self._crowd.has_member(path, params, member) else already("it was no member any more")

        return write(self._crowd, change, Request("DELETE", path, params), look)
