"""The way into the emulated Crowd's administrative interfaces: for users who administer Crowd, not for applications.

Statuses: 401 for a name or password nobody knows, 403 for a user who does not administer Crowd, 404 for what this
version does not serve (the seed's `crowd.admin.unserved`). Nothing can be changed here.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from dirsync.sandbox.crowd.admin_calls import ADMIN, OLDER, PLUGIN, POSTED, AdminCall
from dirsync.sandbox.crowd.directory import compared
from dirsync.sandbox.crowd.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from dirsync.sandbox.crowd.admin_calls import Handler
    from dirsync.sandbox.crowd.directory import User
    from dirsync.sandbox.seed import SeedCrowd
    from dirsync.sandbox.state import SandboxState

FIRST_ADMIN = (3, 1)
"""Crowd's public reference has the interface `admin` since then."""


@dataclass(frozen=True)
class AdminDoor:
    """Answers requests to the paths below one base, such as `/crowd/rest/admin/1.0/{path}`."""

    state: SandboxState
    seed: SeedCrowd
    routes: Mapping[str, tuple[str, tuple[int, ...], Handler]]
    first_version: tuple[int, ...] = ()
    is_there: bool = True

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        await request.body()
        try:
            with self.state.lock:
                self._refuse_strangers(request.headers.get("Authorization", ""))
                response = self._dispatched(request, request.path_params["path"])
        except Refusal as refusal:
            body = {"reason": refusal.reason, "message": refusal.message}
            response = JSONResponse(body, refusal.status)
        response.headers["X-Embedded-Crowd-Version"] = f"Crowd/{self.state.crowd_version}"
        return response

    def _refuse_strangers(self, header: str) -> None:
        scheme, _, encoded = header.partition(" ")
        try:
            username, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            username = password = ""
        admin = self.seed.admin
        if scheme.lower() == "basic" and compared(username) == compared(admin.username):
            if hmac.compare_digest(admin.password.encode(), password.encode()):
                return
        elif scheme.lower() == "basic" and (user := self._person(username, password)):
            if compared(admin.group) in user.groups:
                return
            raise Refusal(403, "PERMISSION_DENIED", f"User <{user.name}> does not administer Crowd")
        raise Refusal(401, "INVALID_USER_AUTHENTICATION", "Client must be authenticated to access this resource")

    def _person(self, username: str, password: str) -> User | None:
        """Return the first active user of that name with that password."""
        for directory in self.state.directories.values():
            user = directory.find_user(username)
            if (
                user
                and user.active
                and user.password
                and hmac.compare_digest(user.password.encode(), password.encode())
            ):
                return user
        return None

    def _dispatched(self, request: Request, path: str) -> Response:
        for pattern, (name, first, handler) in self.routes.items():
            found = re.fullmatch(pattern.replace("{}", "([^/]+)"), path)
            if found is None or not self._serves(name, first):
                continue
            if request.method != ("POST" if pattern in POSTED else "GET"):
                raise Refusal(405, "UNSUPPORTED_OPERATION", f"{request.method} is not possible in the sandbox")
            call = AdminCall(
                self.state, self.seed, request.query_params, f"{request.base_url}crowd", tuple(found.groups())
            )
            return JSONResponse(handler(call))
        raise Refusal(404, "OPERATION_FAILED", f"Nothing is here: {path}")

    def _serves(self, name: str, first: tuple[int, ...]) -> bool:
        is_new_enough = self.state.crowd_number >= max(first, self.first_version)
        return self.is_there and is_new_enough and name not in self.seed.admin.unserved


def admin_doors(state: SandboxState, seed: SeedCrowd) -> dict[str, AdminDoor]:
    """Return the doors by the address below which each answers."""
    admin = AdminDoor(state, seed, ADMIN, FIRST_ADMIN)
    return {
        "/crowd/rest/admin/1.0": admin,
        "/crowd/rest/admin/latest": admin,
        "/crowd/rest/appmanagement/1": AdminDoor(state, seed, OLDER),
        **{
            f"/crowd/rest/{plugin}/1": AdminDoor(state, seed, PLUGIN, is_there=seed.admin.plugin == plugin)
            for plugin in ("bootstrapi", "confapi")
        },
    }
