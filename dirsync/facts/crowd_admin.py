"""What Crowd says about itself by its administrative REST, as one round of questions; `read_crowd_admin_facts`.

Sources: crowd-rest.md section 8. Default groups, the decisive fact, are in none of these interfaces as far as is known
(8.4); where a version tells them all the same they are taken.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from dirsync.facts.crowd_admin_applications import (
    APPLICATIONS,
    aggregation_of,
    ask_aggregation,
    ask_applications,
    ask_filtering,
    filtering_of,
)
from dirsync.facts.crowd_admin_directories import DIRECTORIES, ask_directories
from dirsync.facts.crowd_admin_facts import facts_about
from dirsync.facts.crowd_admin_licensing import ask_licensing, licences_of, licensed_users_of
from dirsync.facts.crowd_admin_mappings import MappingQuestions, mappings_of
from dirsync.facts.crowd_admin_paths import ADMIN
from dirsync.facts.crowd_admin_records import malformed, record_of
from dirsync.facts.crowd_admin_refusals import accepted, explained_by_crowd
from dirsync.facts.crowd_admin_told import Told
from dirsync.facts.jira_questions import Questions
from dirsync.http import HttpClient, utc_now
from dirsync.model.facts import observed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from dirsync.facts.crowd_admin_attribution import CrowdView
    from dirsync.facts.crowd_admin_told import ToldApplication
    from dirsync.http import Answer, Endpoint
    from dirsync.model.facts import Fact

VERSION: Final = "crowd.version"
PREFIX: Final = "DIRSYNC_CROWD_ADMIN"


def read_crowd_admin_facts(
    endpoint: Endpoint,
    clock: Callable[[], datetime] = utc_now,
    views: Sequence[CrowdView] = (),
    estate: Mapping[str, Fact[Any]] | None = None,
) -> dict[str, Fact[Any]]:
    """Return the facts that Crowd tells a user who administers it; unknown ones say why and what was asked.

    `views` are the Directories of kind crowd in the settings, `estate` the declared facts: both say which Directory
    shows which directory of Crowd. `facts_about` names the facts, `crowd.version` comes with them, and
    `crowd.applications[NAME].licence_use` and `.licensed_users` (usernames) where the application is a Jira.
    Raises `UsageInvalid` only, for settings that can't be followed.
    """
    endpoint = endpoint if endpoint.settings_prefix else replace(endpoint, settings_prefix=PREFIX)
    with HttpClient(endpoint) as http:
        questions = Questions(http, clock, explain=explained_by_crowd)
        questions.ask(f"{ADMIN}/server-info", {}, {VERSION: version_from})
        ask_applications(questions)
        ask_directories(questions)
        applications: tuple[ToldApplication, ...] = questions.value(APPLICATIONS) or ()
        active = [known for known in applications if known.is_active is not False]
        # One kind after the other: where Crowd answers the one and not the other, only the other is given up.
        questions.one_by_one(active, MappingQuestions(questions).ask)
        questions.one_by_one(active, lambda known: ask_aggregation(questions, known))
        questions.one_by_one(active, lambda known: ask_filtering(questions, known))
        questions.one_by_one(active, lambda known: ask_licensing(questions, known))
        told = _told(questions.facts, active)
        version = questions.facts[VERSION]
        return {VERSION: version, **facts_about(told, views, estate or {}, endpoint.url)}


def version_from(answer: Answer) -> str:
    """Return `6.0.2` out of server-info."""
    version = record_of(accepted(answer)).text("version")
    return version or malformed(answer, "names no version")


def _told(facts: Mapping[str, Fact[Any]], active: Sequence[ToldApplication]) -> Told:
    listed = facts[APPLICATIONS]

    def switches(
        name_of: Callable[[ToldApplication], str], value_of: Callable[[ToldApplication], bool | None]
    ) -> dict[str, Fact[Any]]:
        return {
            known.name: facts[name_of(known)]
            if value_of(known) is None
            else observed(name_of(known), value_of(known), listed.source, listed.at)
            for known in active
        }

    def kept(name_of: Callable[[ToldApplication], str]) -> dict[str, Fact[Any]]:
        return {known.name: facts[name_of(known)] for known in active if name_of(known) in facts}

    return Told(
        applications=listed,
        directories=facts[DIRECTORIES],
        mappings=kept(mappings_of),
        aggregation=switches(aggregation_of, lambda known: known.aggregate_memberships),
        filtering=switches(filtering_of, lambda known: known.access_based_sync),
        licences=kept(licences_of),
        licensed_users=kept(licensed_users_of),
    )
