"""Which applications Crowd has, and two switches of each: aggregation of memberships, access-based synchronisation."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from dirsync.errors import NotThatProduct, ReadIncomplete
from dirsync.facts.crowd_admin_mappings import mappings_in
from dirsync.facts.crowd_admin_paths import ADMIN, ASKED_FOR, OLDER
from dirsync.facts.crowd_admin_records import Record, malformed, page_of, record_of
from dirsync.facts.crowd_admin_refusals import accepted, refused
from dirsync.facts.crowd_admin_told import ToldApplication
from dirsync.facts.jira_pages import Page, all_records
from dirsync.facts.jira_questions import Noted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dirsync.facts.jira_questions import Questions
    from dirsync.http import Answer

APPLICATIONS: Final = "crowd.admin.applications"
NO_FILTER = "NO_FILTERING"
FILTERS = frozenset({NO_FILTER, "USER_ONLY_FILTERING", "USER_AND_GROUP_FILTERING"})
"""As BootstrAPI names the three settings of access-based synchronisation."""


def ask_applications(questions: Questions) -> None:
    """Ask for all applications, by the documented interface or, where Crowd is older, by the one before it."""
    questions.work_out(
        APPLICATIONS,
        questions.source(f"{ADMIN}/application"),
        partial(_applications, questions),
        otherwise="declare crowd.applications in mappings/estate.yaml",
    )


def _applications(questions: Questions) -> Noted:
    path = f"{ADMIN}/application"
    first = questions.get(path, _page_query(0))
    older = None
    if first.status == HTTPStatus.NOT_FOUND:
        older = questions.get(f"{OLDER}/application")
        if older.status == HTTPStatus.NOT_FOUND:
            raise NotThatProduct(
                f"{refused(first).message} {older.question} answered HTTP {older.status} too.",
                f"Check {first.endpoint.setting('URL')}, and Crowd's version.",
            )
        first = older

    def page_from(start: int) -> Page[Record]:
        answer = accepted(first if start == 0 else questions.get(path, _page_query(start)))
        return page_of(answer, ASKED_FOR, "applications", _name)

    records = all_records(page_from, questions.source(path), "applications", "start", "Crowd")
    if not records:
        raise ReadIncomplete(
            f"{first.question}: Crowd lists no application, and has always its own console.",
            f"See whether '{first.endpoint.username}' may see all applications.",
        )
    instead = questions.source(f"{OLDER}/application")
    note = f"HTTP 404; told by {instead} instead" if older else "all pages"
    return Noted(tuple(application_from(record) for record in records.values()), note)


def _name(record: Record) -> str:
    return record.text("name", "applicationName")


def _page_query(start: int) -> Mapping[str, str]:
    return {"start": str(start), "limit": str(ASKED_FOR)}


def application_from(record: Record) -> ToldApplication:
    """Return an application; what its record does not say is None."""
    return ToldApplication(
        number=record.text("id", "applicationId"),
        name=_name(record),
        type=record.text("type", "applicationType").upper(),
        is_active=record.flag("active", "isActive"),
        aggregate_memberships=_aggregates(record),
        access_based_sync=filters_in(record),
        mappings=mappings_in(record.records("directoryMappings")),
    )


def _aggregates(record: Record) -> bool | None:
    return record.flag("aggregateMemberships", "membershipAggregationEnabled")


def filters_in(record: Record) -> bool | None:
    """Say whether an application is shown only people with access; None where the record does not tell.

    Groups are filtered only together with users (crowd-rest.md 9.3), so that users decide.
    """
    setting = record.text("accessBasedSynchronisation", "accessBasedSynchronization", "filteringType", "mode").upper()
    if setting in FILTERS:
        return setting != NO_FILTER
    by_users = record.flag(
        "filteringUsersWithAccessEnabled", "filterUsersWithAccess", "userFilteringEnabled", "enabled"
    )
    by_groups = record.flag("filteringGroupsWithAccessEnabled", "filterGroupsWithAccess", "groupFilteringEnabled")
    return True if by_groups else by_users


def ask_aggregation(questions: Questions, application: ToldApplication) -> None:
    """Ask whether an application adds up memberships, where the list of applications has not told."""
    if application.aggregate_memberships is None:
        questions.ask(
            f"{ADMIN}/application/{application.number}",
            {},
            {aggregation_of(application): partial(_switch, "aggregate_memberships")},
            otherwise=f"declare aggregate_memberships of '{application.name}' in mappings/estate.yaml",
        )


def ask_filtering(questions: Questions, application: ToldApplication) -> None:
    """Ask whether an application is filtered by access, where the list of applications has not told."""
    if application.access_based_sync is None:
        questions.ask(
            f"{ADMIN}/application/{application.number}/access-based-synchronization",
            {},
            {filtering_of(application): partial(_switch, "access_based_sync")},
            otherwise=f"declare access_based_sync of '{application.name}' in mappings/estate.yaml",
        )


def aggregation_of(application: ToldApplication) -> str:
    """Return what the answer to `ask_aggregation` is kept under."""
    return f"crowd.admin.aggregation[{application.name}]"


def filtering_of(application: ToldApplication) -> str:
    """Return what the answer to `ask_filtering` is kept under."""
    return f"crowd.admin.filtering[{application.name}]"


def _switch(key: str, answer: Answer) -> bool:
    record = record_of(accepted(answer))
    told = _aggregates(record) if key == "aggregate_memberships" else filters_in(record)
    if told is None:
        malformed(answer, f"does not tell {key}; it has {', '.join(record.fields) or 'no fields'}")
    return told
