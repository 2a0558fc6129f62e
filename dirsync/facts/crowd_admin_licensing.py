"""Who takes seats in a product, as Crowd Data Center watches it (jira-jsm.md 3.6); where that is switched on.

Nobody has recorded the summary (crowd-rest.md 13.3): the names of its fields are those of Crowd's database and what is
near to them, and an answer without any of them is unknown.
"""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

from dirsync.facts.crowd_admin_paths import ADMIN, ASKED_FOR
from dirsync.facts.crowd_admin_records import Record, malformed, page_of, record_of
from dirsync.facts.crowd_admin_refusals import accepted
from dirsync.facts.jira_pages import Page, all_records
from dirsync.model.products import LicenceUse

if TYPE_CHECKING:
    from dirsync.facts.crowd_admin_told import ToldApplication
    from dirsync.facts.jira_questions import Questions

WATCH = "let Crowd Data Center watch licence usage, in its Jira application under Licensing"
WATCHED = frozenset({"JIRA"})
"""Types of application whose seats matter here."""
USED = ("totalUsers", "licensedUsers", "usersCount", "used")
LIMIT = ("maxUserLimit", "userLimit", "licenseLimit", "limit")
BY_CROWD = ("totalCrowdUsers", "crowdUsers")
TYPE = ("jiraType", "id", "key", "type", "name")


def licences_of(application: ToldApplication) -> str:
    """Return what the summary of an application is kept under."""
    return f"crowd.admin.licences[{application.name}]"


def licensed_users_of(application: ToldApplication) -> str:
    """Return what the list of licensed users is kept under."""
    return f"crowd.admin.licensed_users[{application.name}]"


def ask_licensing(questions: Questions, application: ToldApplication) -> None:
    """Ask for the seats that a Jira's users take, and for their usernames."""
    if application.type not in WATCHED:
        return
    base = f"{ADMIN}/licensing/{application.number}"
    questions.work_out(
        licences_of(application),
        questions.source(f"{base}/summary"),
        partial(_licences, questions, base),
        otherwise=WATCH,
    )
    users = f"{base}/licensed-users/search"
    source = questions.source(users).replace("GET ", "POST ", 1)
    work = partial(_licensed_users, questions, users, source)
    questions.work_out(licensed_users_of(application), source, work, otherwise=WATCH)


def _licences(questions: Questions, base: str) -> tuple[LicenceUse, ...]:
    types = questions.get(f"{base}/jira-types")
    if types.status == HTTPStatus.NOT_FOUND:
        return (_summary(questions, base, ""),)
    names = [record.text(*TYPE) for record in page_of(accepted(types), ASKED_FOR, "Jira types", _type).records.values()]
    return tuple(_summary(questions, base, name) for name in names) or (_summary(questions, base, ""),)


def _type(record: Record) -> str:
    return record.text(*TYPE)


def _summary(questions: Questions, base: str, jira_type: str) -> LicenceUse:
    answer = accepted(questions.get(f"{base}/summary", {"jiraType": jira_type} if jira_type else {}))
    record = record_of(answer)
    used, limit = record.number(*USED), record.number(*LIMIT)
    if used is None:
        malformed(answer, f"does not tell how many seats are taken; it has {', '.join(record.fields) or 'no fields'}")
    return LicenceUse(
        jira_type=jira_type,
        used=used,
        limit=None if limit is None or limit < 0 else limit,
        used_by_crowd=record.number(*BY_CROWD),
    )


def _licensed_users(questions: Questions, path: str, source: str) -> tuple[str, ...]:
    def page_from(start: int) -> Page[Record]:
        query = {"start": str(start), "limit": str(USERS_ASKED_FOR)}
        return page_of(accepted(questions.post(path, query, {})), USERS_ASKED_FOR, "licensed users", _who)

    found = all_records(page_from, source, "licensed users", "start", "Crowd")
    return tuple(dict.fromkeys(_username(record) for record in found.values()))


def _username(record: Record) -> str:
    inner = record.record("user")
    return record.text("username", "userName", "name") or (inner.text("username", "name") if inner else "")


def _who(record: Record) -> str:
    """Tell twins of two directories apart."""
    directory = record.record("directory")
    where = record.text("directoryId", "directoryName") or (directory.text("id", "name") if directory else "")
    return f"{where}/{_username(record)}" if _username(record) else ""


USERS_ASKED_FOR = 1000
