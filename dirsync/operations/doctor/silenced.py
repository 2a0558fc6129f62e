"""Which rules will keep silent for want of facts, found by asking the rules themselves about made-up people."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from dirsync.audit.audit import audit
from dirsync.audit.rules import ASKED_LAST, RULES
from dirsync.facts.gather import gather_facts
from dirsync.facts.vocabulary import vocabulary
from dirsync.model.entries import User
from dirsync.model.estate import Estate
from dirsync.model.facts import FactState, observed
from dirsync.model.findings import Verdict
from dirsync.model.memory import MemorySpool
from dirsync.model.names import fold
from dirsync.model.products import JiraApplication
from dirsync.model.snapshot import Completeness
from dirsync.operations.doctor.interface import ok, warn

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import date

    from dirsync.mapping.policy import Policy
    from dirsync.model.facts import Fact
    from dirsync.model.snapshot import Snapshot
    from dirsync.operations.doctor.interface import Remark, Surroundings
    from dirsync.settings.models import Settings

_GROUP = "a group of that application"
JIRA_TELLS = (
    *("jira.version", "jira.account_permissions", "jira.applications", "jira.members[", "jira.administrative_groups"),
    *("jira.groups_with_access", "jira.duplicated_users", "jira.service_management_version", "jira.service_projects"),
    "jira.public_signup",
)
"""How the names of the facts begin that `read_jira_facts` asks for."""
_AS_IF_TOLD: Mapping[str, object] = {
    "jira.version": "9.12",
    "jira.applications": (JiraApplication("jira-software", (_GROUP,), default_groups=(_GROUP,), seats=1, used=0),),
    "jira.administrative_groups": (),
    "jira.groups_with_access": (_GROUP,),
    f"jira.members[{_GROUP}]": (),
    "jira.duplicated_users": {},
    "jira.service_projects": (),
    "jira.public_signup.global": True,
    "jira.public_signup.projects": {"HELP": True},
}
"""Offline these stand for Jira's answers, so that the rules go on to what Jira can't be asked for."""


def facts(given: Surroundings) -> Iterator[Remark]:
    """Name each fact that is neither declared nor observed, with the rules that can't decide without it.

    Without `--offline` every route is asked, as in a run; offline it is taken for granted that they will answer.
    """
    if given.policy is None:
        return
    known = gather_facts(None if given.is_offline else given.settings, given.policy, given.now)
    told = presumed(given.settings) if given.is_offline else ()
    if JIRA_TELLS[0] in told:
        known |= {
            name: observed(name, value, "Jira", "")
            for name, value in _AS_IF_TOLD.items()
            if name not in known or known[name].state is FactState.UNKNOWN
        }
    lost = {
        name: silence
        for name, silence in _lost(_estate(given, given.policy, known)).items()
        if not name.startswith(told)
    }
    for name, (rules, remedy) in sorted(lost.items()):
        yield warn(name, f"{_why(known.get(name))}; it silences {', '.join(sorted(rules))}.", remedy)
    for name, fact in sorted(known.items()):
        was_refused = fact.state is FactState.UNKNOWN and bool(fact.source)
        if was_refused and name not in lost:
            yield warn(name, f"{_why(fact)}; no rule needs it today.", fact.remedy)
    if not lost:
        yield ok("facts", _nothing_lost(known, told))


def _nothing_lost(known: Mapping[str, Fact[Any]], presumed_to_be_told: tuple[str, ...]) -> str:
    """Say that no rule lacks a fact, and how many nobody tells all the same: made-up people don't need every one."""
    names = {*known, *vocabulary(known)}
    untold_today = sum(
        (name not in known or known[name].state is FactState.UNKNOWN) and not name.startswith(presumed_to_be_told)
        for name in names
    )
    if not untold_today:
        return f"everything that {len(RULES)} rules ask for is declared or can be observed."
    are = "1 fact is" if untold_today == 1 else f"{untold_today} facts are"
    return (
        f"{len(RULES)} rules could decide about somebody made up in each mapping. {are} told by nobody, and real people"
        " and groups may make a rule ask: 'dirsync doctor --facts' lists them, 'dirsync audit' says what it lacked."
    )


def rules_lost(
    policy: Policy,
    known: Mapping[str, Fact[Any]],
    kinds: Mapping[str, str],
    today: date,
    unread: Collection[str] = (),
) -> set[tuple[str, str]]:
    """Return each rule that can't decide everything about made-up people, with each fact that it lacks.

    `unread` are Directories that could not be read whole.
    """
    estate = Estate(
        snapshots=_somebody_everywhere(policy, unread),
        populations=policy.populations(),
        facts=known,
        today=today,
        kinds=kinds,
    )
    return {(rule, fact) for fact, (rules, _) in _lost(estate).items() for rule in rules}


def presumed(settings: Settings) -> tuple[str, ...]:
    """Return how the names of the facts begin that the configured routes will tell."""
    jira, crowd = settings.jira, settings.crowd_admin
    by_rest = JIRA_TELLS if jira and jira.url else ()
    by_database = ("jira.user_directories", "jira.permissions", *JIRA_TELLS) if jira and jira.database_url else ()
    return (*by_rest, *by_database, *(("crowd.",) if crowd else ()))


def _why(fact: Fact[Any] | None) -> str:
    return fact.why.rstrip(".") if fact and fact.why else "nobody tells it"


def _lost(estate: Estate) -> dict[str, tuple[set[str], str]]:
    """Return by missing fact the rules that answered "unknown" for want of it, and how to know it."""
    lost: dict[str, tuple[set[str], str]] = defaultdict(lambda: (set(), ""))
    rules = [rule for rule in RULES if rule.id not in ASKED_LAST]
    for finding in audit(estate, rules).findings:
        if finding.verdict is Verdict.UNKNOWN:
            for name in finding.missing:
                fact = estate.facts.get(name)
                remedy = (fact.remedy if fact else "") or finding.remedy
                lost[name] = (lost[name][0] | {finding.rule}, lost[name][1] or remedy)
    return lost


def _estate(given: Surroundings, policy: Policy, known: Mapping[str, Fact[Any]]) -> Estate:
    return Estate(
        snapshots=_somebody_everywhere(policy),
        populations=policy.populations(),
        facts=known,
        today=given.now().date(),
        kinds=given.kinds,
    )


def _somebody_everywhere(policy: Policy, unread: Collection[str] = ()) -> dict[str, Snapshot]:
    """Return a Directory for each that the Mappings use, with one person per Mapping.

    About nobody a rule may ask nothing.
    """
    spools: dict[str, MemorySpool] = {}
    for people in policy.populations():
        name = f"somebody of {people.mapping}"
        person = User(id=name, ref=fold(name), username=name, email=f"somebody@{people.mapping}.invalid")
        for directory, selection in ((people.source, people.mapping), (people.directory, people.selection)):
            spools.setdefault(directory, MemorySpool(directory)).add_user(person, selection)
    return {
        directory: spool.finish(Completeness(is_complete=directory not in unread))
        for directory, spool in spools.items()
    }
