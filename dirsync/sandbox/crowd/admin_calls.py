"""The questions that Crowd's administrative interfaces and the plug-in answer, by path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dirsync.sandbox.crowd import admin_replies as replies
from dirsync.sandbox.crowd.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from dirsync.sandbox.crowd.directory import Directory
    from dirsync.sandbox.seed import SeedCrowd, SeedCrowdApplication, SeedCrowdMapping
    from dirsync.sandbox.state import SandboxState

    Handler = Callable[["AdminCall"], object]

FIRST_SERVER_INFO = (4, 1)
FIRST_LICENSING = (4, 3)


@dataclass(frozen=True)
class AdminCall:
    """One authenticated question; `parts` is what the path holds where its pattern leaves a gap."""

    state: SandboxState
    seed: SeedCrowd
    query: Mapping[str, str]
    base: str
    parts: tuple[str, ...] = ()

    def page(self, records: Sequence[replies.Data], entity: str = "") -> object:
        """Return the wanted page; in the wrapped shape its elements stand in the name of their class."""
        limit = min(self._number("limit", self.seed.admin.page_size), self.seed.admin.page_size)
        drawn = replies.page(records, self._number("start", 0), limit)
        return {**drawn, "values": self.shaped(drawn["values"], entity)}

    def shaped(self, drawn: object, entity: str) -> object:
        """Return an element or a list in the shape that the seed wants."""
        return replies.wrapped(drawn, entity) if entity and self.seed.admin.shape == "wrapped" else drawn

    def application(self) -> tuple[int, SeedCrowdApplication]:
        """Return the application that the path names, or refuse."""
        for number, application in self.applications():
            if str(number) == self.parts[0]:
                return number, application
        raise Refusal(404, "APPLICATION_NOT_FOUND", f"Application with id <{self.parts[0]}> does not exist")

    def applications(self) -> Iterator[tuple[int, SeedCrowdApplication]]:
        """Yield all applications with their numbers."""
        yield from enumerate(self.seed.applications, replies.FIRST_APPLICATION)

    def mappings(self, application: SeedCrowdApplication) -> list[tuple[Directory, SeedCrowdMapping]]:
        """Return the directories of an application, in its order."""
        return [(self.state.directory(each.directory), each) for each in application.directories]

    def _number(self, name: str, default: int) -> int:
        given = self.query.get(name, "")
        return int(given) if given.isdecimal() else default


def _server_info(call: AdminCall) -> object:
    return replies.server_info(call.state.crowd_version, call.base)


def _applications(call: AdminCall) -> object:
    return call.page([replies.application(*known) for known in call.applications()], "ApplicationEntity")


def _application(call: AdminCall) -> object:
    return call.shaped(replies.application(*call.application()), "ApplicationEntity")


def _mappings(call: AdminCall) -> object:
    mappings = call.mappings(call.application()[1])
    return call.page([replies.mapping(*mapped) for mapped in mappings], "DirectoryMappingEntity")


def _mapping(call: AdminCall) -> object:
    for directory, mapped in call.mappings(call.application()[1]):
        if str(directory.number) == call.parts[1]:
            return call.shaped(replies.mapping(directory, mapped), "DirectoryMappingEntity")
    raise Refusal(404, "DIRECTORY_NOT_FOUND", f"Directory with id <{call.parts[1]}> does not exist")


def _filtering(call: AdminCall) -> object:
    return replies.access_based_synchronization(call.application()[1])


def _directories(call: AdminCall) -> object:
    drawn = [replies.directory(call.state.directory(each.name), each) for each in call.seed.directories]
    return call.page(drawn, "DirectoryEntity")


def _older_applications(call: AdminCall) -> object:
    drawn = [replies.older_application(*known, call.mappings(known[1])) for known in call.applications()]
    return {"applications": replies.wrapped(drawn, "ApplicationEntity")}


def _older_application(call: AdminCall) -> object:
    number, application = call.application()
    return replies.hyphenated(replies.older_application(number, application, call.mappings(application)))


def _jira_types(call: AdminCall) -> object:
    _watched(call)
    return call.page(
        [{"id": each.key, "name": each.name or each.key} for each in call.state.jira.settings.applications]
    )


def _summary(call: AdminCall) -> object:
    _watched(call)
    jira, wanted = call.state.jira, call.query.get("jiraType", "")
    known = [each for each in jira.settings.applications if wanted in {"", each.key}]
    limits = [-1 if each.is_unlimited else each.seats or 0 for each in known]
    used = sum(jira.seats_taken(each) for each in known)
    return {"totalUsers": used, "maxUserLimit": -1 if -1 in limits else sum(limits), "totalCrowdUsers": used}


def _licensed_users(call: AdminCall) -> object:
    _watched(call)
    jira = call.state.jira
    holders = [user for user in jira.users() if user.active and jira.applications_of(user)]
    homes = {user.name: jira.home_of(user.name) for user in holders}
    return call.page(
        [{"username": user.name, "directoryName": home.name if (home := homes[user.name]) else ""} for user in holders]
    )


def _watched(call: AdminCall) -> None:
    _, application = call.application()
    if not call.seed.admin.licensing or application.type != "JIRA":
        raise Refusal(404, "APPLICATION_NOT_FOUND", f"Licensing is not configured for application <{application.name}>")


def _plugin_applications(call: AdminCall) -> object:
    drawn = [replies.plugin_application(*known, call.mappings(known[1])) for known in call.applications()]
    return {"applications": drawn} if call.seed.admin.plugin == "confapi" else drawn


def _plugin_directories(call: AdminCall) -> object:
    drawn = [replies.plugin_directory(call.state.directory(each.name), each) for each in call.seed.directories]
    return {"directories": drawn} if call.seed.admin.plugin == "confapi" else {each["name"]: each for each in drawn}


ADMIN: Mapping[str, tuple[str, tuple[int, ...], Handler]] = {
    "server-info": ("server-info", FIRST_SERVER_INFO, _server_info),
    "application": ("application", (), _applications),
    "application/{}": ("application", (), _application),
    "application/{}/directory-mapping": ("directory-mapping", (), _mappings),
    "application/{}/directory-mapping/{}": ("directory-mapping/single", (), _mapping),
    "application/{}/access-based-synchronization": ("access-based-synchronization", (), _filtering),
    "directory/detailed": ("directory", (), _directories),
    "licensing/{}/jira-types": ("licensing", FIRST_LICENSING, _jira_types),
    "licensing/{}/summary": ("licensing", FIRST_LICENSING, _summary),
    "licensing/{}/licensed-users/search": ("licensing", FIRST_LICENSING, _licensed_users),
}
"""Below `/rest/admin/1.0`: path to what `unserved` calls it, the first version that serves it, and what answers."""
OLDER: Mapping[str, tuple[str, tuple[int, ...], Handler]] = {
    "application": ("appmanagement", (), _older_applications),
    "application/{}": ("appmanagement", (), _older_application),
}
"""Below `/rest/appmanagement/1`."""
PLUGIN: Mapping[str, tuple[str, tuple[int, ...], Handler]] = {
    "applications": ("", (), _plugin_applications),
    "directories": ("", (), _plugin_directories),
}
"""Below `/rest/bootstrapi/1` and `/rest/confapi/1`."""
POSTED = frozenset({"licensing/{}/licensed-users/search"})
