"""What the plug-in BootstrAPI (before: ConfAPI) tells of Crowd: default groups too, which Crowd's own REST lacks.

Sources: crowd-rest.md 8.4; the published description of BootstrAPI's models (`ApplicationModel`,
`ApplicationDirectoryMapping`). It knows directories by name; their numbers come with its list of directories. Its
answers hold passwords of applications and of LDAP binds: see `crowd_admin_records`, which drops them, and nothing that
it says is ever quoted.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from dirsync.errors import NotThatProduct, ReadIncomplete
from dirsync.facts.crowd_admin import PREFIX
from dirsync.facts.crowd_admin_applications import application_from
from dirsync.facts.crowd_admin_directories import directory_from
from dirsync.facts.crowd_admin_facts import facts_about
from dirsync.facts.crowd_admin_records import malformed, records_of
from dirsync.facts.crowd_admin_refusals import explained_by_crowd, refused
from dirsync.facts.crowd_admin_told import Told, untold
from dirsync.facts.jira_questions import Noted, Questions
from dirsync.http import HttpClient, utc_now
from dirsync.model.facts import FactState, observed
from dirsync.model.products import DirectoryType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from dirsync.facts.crowd_admin_attribution import CrowdView
    from dirsync.facts.crowd_admin_records import Record
    from dirsync.facts.crowd_admin_told import ToldApplication, ToldDirectory
    from dirsync.http import Answer, Endpoint
    from dirsync.model.facts import Fact

BASES: Final = ("/rest/bootstrapi/1", "/rest/confapi/1")
"""The newer one first."""
APPLICATIONS: Final = "crowd.plugin.applications"
DIRECTORIES: Final = "crowd.plugin.directories"
PLUGIN_TYPES = {
    "INTERNAL": DirectoryType.INTERNAL,
    "LDAP": DirectoryType.CONNECTOR,
    "DELEGATING": DirectoryType.DELEGATING,
    "CROWD": DirectoryType.CROWD,
}
PERMISSIONS = {
    "addUser": "CREATE_USER",
    "addGroup": "CREATE_GROUP",
    "modifyUser": "UPDATE_USER",
    "modifyGroup": "UPDATE_GROUP",
    "modifyUserAttributes": "UPDATE_USER_ATTRIBUTE",
    "modifyGroupAttributes": "UPDATE_GROUP_ATTRIBUTE",
    "removeUser": "DELETE_USER",
    "removeGroup": "DELETE_GROUP",
}
"""How BootstrAPI names what a directory allows (`DirectoryPermissions`), in Crowd's words."""


def read_crowd_plugin_facts(
    endpoint: Endpoint,
    clock: Callable[[], datetime] = utc_now,
    views: Sequence[CrowdView] = (),
    estate: Mapping[str, Fact[Any]] | None = None,
) -> dict[str, Fact[Any]]:
    """Return the facts that the plug-in tells; as `read_crowd_admin_facts`, with the same user and the same names.

    Where Crowd has no such plug-in every fact is unknown and says so.
    """
    endpoint = endpoint if endpoint.settings_prefix else replace(endpoint, settings_prefix=PREFIX)
    with HttpClient(endpoint) as http:
        questions = Questions(http, clock, explain=explained_by_crowd)
        base = _ask_applications(questions)
        _ask_directories(questions, base)
        told = _told(questions.facts[APPLICATIONS], questions.facts[DIRECTORIES])
        return facts_about(told, views, estate or {}, endpoint.url)


def _ask_applications(questions: Questions) -> str:
    """Ask for the applications, and return below which path there was an answer."""
    answered = list(BASES[:1])

    def ask() -> Noted:
        first = questions.get(f"{BASES[0]}/applications")
        answer = first
        if first.status == HTTPStatus.NOT_FOUND:
            answer = questions.get(f"{BASES[1]}/applications")
            answered[0] = BASES[1]
        if answer.status == HTTPStatus.NOT_FOUND:
            raise NotThatProduct(
                f"{first.question} and {answer.question} answered HTTP 404: Crowd has neither of the plug-ins "
                "BootstrAPI and ConfAPI.",
                "Set DIRSYNC_CROWD_ADMIN__DATABASE_URL.",
            )
        applications = tuple(application_from(record) for record in _records(answer, "applications"))
        if any(not application.name for application in applications):
            malformed(answer, "has an application without a name")
        if not applications:
            raise ReadIncomplete(f"{answer.question} lists no application, and Crowd has always its own console.")
        instead = questions.source(f"{BASES[1]}/applications")
        return Noted(applications, "BootstrAPI" if answer is first else f"HTTP 404; ConfAPI told: {instead}")

    questions.work_out(
        APPLICATIONS,
        questions.source(f"{BASES[0]}/applications"),
        ask,
        otherwise="declare crowd.applications in mappings/estate.yaml",
    )
    return answered[0]


def _ask_directories(questions: Questions, base: str) -> None:
    # Where there is no plug-in, nobody needs to hear that twice.
    known = questions.facts[APPLICATIONS]
    if known.state is FactState.UNKNOWN:
        questions.facts[DIRECTORIES] = replace(known, name=DIRECTORIES)
        return
    questions.ask(f"{base}/directories", {}, {DIRECTORIES: _directories})


def _directories(answer: Answer) -> tuple[ToldDirectory, ...]:
    found = tuple(_directory(record) for record in _records(answer, "directories"))
    if not found:
        raise ReadIncomplete(f"{answer.question} lists no directory, and Crowd always has one.")
    return found


def _directory(record: Record) -> ToldDirectory:
    known = directory_from(record, record.text("id"))
    permissions = record.record("permissions")
    switches = {name: permissions.flag(name) for name in PERMISSIONS} if permissions else {}
    is_told = bool(switches) and all(switch is not None for switch in switches.values())
    return replace(
        known,
        type=PLUGIN_TYPES.get(record.text("type").upper(), known.type),
        allowed_operations=tuple(PERMISSIONS[name] for name, switch in switches.items() if switch) if is_told else None,
    )


def _records(answer: Answer, what: str) -> tuple[Record, ...]:
    if not answer.is_success:
        raise refused(answer, quotes_crowd=False)
    return records_of(answer, what)


def _told(applications: Fact[Any], directories: Fact[Any]) -> Told:
    listed: tuple[ToldApplication, ...] = applications.value or ()
    active = [known for known in listed if known.is_active is not False]
    told = partial(_from_list, applications)
    return Told(
        applications=applications,
        directories=directories,
        mappings={known.name: told("directories", known.mappings) for known in active},
        aggregation={known.name: told("aggregate_memberships", known.aggregate_memberships) for known in active},
        filtering={known.name: told("access_based_sync", known.access_based_sync) for known in active},
    )


def _from_list(applications: Fact[Any], key: str, value: object) -> Fact[Any]:
    if value is not None:
        return observed(key, value, applications.source, applications.at)
    remedy = f"Declare {key} under crowd.applications in mappings/estate.yaml."
    return untold(key, f"{applications.source} does not tell it", remedy, applications.source)
