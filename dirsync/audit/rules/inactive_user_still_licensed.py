"""L-21: a seat is taken by somebody who has left."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

from dirsync.audit.effective.access import Hold
from dirsync.audit.effective.accounts import standings
from dirsync.audit.effective.from_estate import order_of_jira
from dirsync.audit.effective.of_estate import access_in
from dirsync.audit.evidence import lacking, reads_of, rest_on
from dirsync.audit.jira_order import ESTATE, gaps, mapping_in, people_in, reads_in, settings_of, user_in
from dirsync.audit.licences import licences
from dirsync.model.facts import MissingFact
from dirsync.model.findings import Finding, Severity, Subject, SubjectKind, Verdict
from dirsync.model.names import directory_key, fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dirsync.audit.effective.access import Access, EffectiveAccess
    from dirsync.audit.effective.order import Layer, Order
    from dirsync.audit.licences import Licences
    from dirsync.model.entries import User
    from dirsync.model.estate import Estate, Population
    from dirsync.model.facts import Evidence, Fact
    from dirsync.model.products import JiraApplication
    from dirsync.model.snapshot import Snapshot

MEMBERS: Final = "jira.members[{}]"


class InactiveUserStillLicensed:
    """Somebody who is deactivated where they come from still takes a seat in Jira.

    Jira counts active accounts only. An account that is deactivated in its source, and still active where Jira sees it,
    costs its seat until somebody notices, and whoever has left can still log in. That happens on two roads. The
    mapping's source has deactivated the person and its target has not: dirsync will do so, unless a guard keeps it from
    it or the mapping only audits. Or the directory that Jira shows has deactivated the account, and Jira still lists it
    among the members of a group under Application access, which are active users only: its own copy is stale.

    Compared is by username, and the account that Jira takes of a name is the one that counts. When somebody last logged
    in is not asked: on Server and Data Center an active account costs its seat without ever logging in, and releases
    before 10.3 do not tell it. Whoever is missing in the source altogether is a matter of the mapping's `missing`.

    It comes about when a sync stands still, when a guard refused the deactivations, or when Jira does not reach the
    directory server any more and goes on with what it has copied.

    Remedy. Deactivate the account in the directory that Jira shows (Crowd > Users > (user) > clear Active), or let
    dirsync do it. If only Jira is behind: Jira administration > User management > User directories > Synchronise, and
    read there when it last succeeded.

    Sources: "Get list of licensed users in Jira server"
    (confluence.atlassian.com/jirakb/get-list-of-licensed-users-in-jira-server-278695452.html); "Health check: duplicate
    user accounts" (confluence.atlassian.com/jirakb/1063554355.html). Licence-risk rule L-21.
    """

    id: ClassVar[str] = "inactive-user-still-licensed"
    severity: ClassVar[Severity] = Severity.MEDIUM
    since: ClassVar[str] = "0.1"
    decides_seats: ClassVar[bool] = True

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`. The subject is the account, else the Jira application."""
        try:
            known = licences(estate)
            order = order_of_jira(estate) if known.applications else None
        except MissingFact as missing:
            message = "Whether deactivated people still take seats can't be said."
            yield lacking(_finding(Verdict.UNKNOWN, ESTATE, message), [missing.fact])
            return
        if order is None:
            message = "Jira has no application, so there is no seat to take."
            yield rest_on(_finding(Verdict.NOT_APPLICABLE, ESTATE, message), known.facts)
            return
        effective = access_in(estate)
        layers = [place.layer for place in order.places()]
        for application in known.applications:
            yield from _Answers(estate, order, layers, known, application).all(effective)


@dataclass(frozen=True)
class _Answers:
    """The findings about one Jira application."""

    estate: Estate
    order: Order
    layers: list[Layer]
    licences: Licences
    application: JiraApplication

    def all(self, effective: EffectiveAccess) -> Iterator[Finding]:
        """Yield a failure per account, and one answer for all others."""
        reads, told = reads_in(self.estate, self.layers), 0
        active: Counter[Layer] = Counter()
        gone = {layer: self._deactivated_in_source(layer) for layer in self.layers}
        for access in effective.accounts(self.application):
            if access.hold is not Hold.TAKEN:
                continue
            active[access.layer] += 1
            left = gone[access.layer].get(access.user_id)
            user = access.layer.snapshot.user(access.user_id) if left else None
            if left and user:
                told += 1
                yield self._left(access, user, left, reads)
        for layer, user, fact in self._stale():
            told += 1
            yield self._behind(layer, user, fact, reads)
        yield self._rest(reads, active, has_told=told > 0)

    def _deactivated_in_source(self, layer: Layer) -> dict[str, Population]:
        """Return by id who bears a name that is in the source of a Mapping, and that nobody active bears there."""
        found: dict[str, Population] = {}
        for people in people_in(self.estate, layer):
            source = self.estate.snapshots.get(people.source) if people.is_synced else None
            for user in _deactivated(source, people.mapping) if source else ():
                for known in layer.named(user.username):
                    found.setdefault(known.id, people)
        return found

    def _stale(self) -> Iterator[tuple[Layer, User, Fact[Any]]]:
        """Yield whom Jira lists as active members although every reading has a deactivated account."""
        met: set[str] = set()
        for group in self.application.groups:
            name = MEMBERS.format(group)
            fact = self.estate.need(name) if self.estate.has(name) else None
            for username in sorted(fact.value) if fact else ():
                account = self._only_account(username)
                if fact and account and not account[1].active and fold(username) not in met:
                    met.add(fold(username))
                    yield *account, fact

    def _only_account(self, username: str) -> tuple[Layer, User] | None:
        """Return the account that a username means, where that is beyond doubt."""
        readings = standings(self.order, username)
        account = readings[0].account
        return (account.layer, account.user) if account and len(readings) == 1 else None

    def _left(self, access: Access, user: User, people: Population, reads: tuple[Evidence, ...]) -> Finding:
        directory = directory_key(access.layer.directory)
        message = (
            f"'{user.username}' is deactivated in {people.source} and active in {directory}, where '{people.mapping}' "
            f"carries it over: a seat of {self._name} is taken."
        )
        finding = replace(
            self._about(Verdict.FAIL, access.layer, user, message),
            mapping=people.mapping,
            path=access.way.path.of(user.username).names,
            remedy=f"Let dirsync carry it over ('dirsync plan' shows what keeps it from that), or deactivate "
            f"'{user.username}' in {directory} (Crowd > Users > '{user.username}' > clear Active).",
        )
        return rest_on(finding, self._facts, [*reads, *reads_of(self.estate, people.source)])

    def _behind(self, layer: Layer, user: User, fact: Fact[Any], reads: tuple[Evidence, ...]) -> Finding:
        directory = directory_key(layer.directory)
        message = (
            f"'{user.username}' is deactivated in {directory}, and Jira still lists it as an active member of a group "
            f"of {self._name}: its copy is stale, and a seat is taken."
        )
        finding = replace(
            self._about(Verdict.FAIL, layer, user, message),
            remedy="Jira administration > User management > User directories > (the directory) > Synchronise, and see "
            "there when it last succeeded.",
        )
        return rest_on(finding, [*self._facts, fact], reads)

    def _rest(self, reads: tuple[Evidence, ...], active: Counter[Layer], *, has_told: bool) -> Finding:
        other = "other " if has_told else ""
        subject = Subject(SubjectKind.APPLICATION, self.application.key)
        groups = self.application.groups
        missing = (*self.licences.gaps, *gaps(self.estate, self.layers, groups), *self._sources_unread(active))
        if missing:
            message = f"Whether {other}deactivated people take a seat of {self._name} can't be said."
            finding = replace(_finding(Verdict.UNKNOWN, subject, message), application=self.application.key)
            return lacking(rest_on(finding, (), reads), missing)
        message = f"No {other}deactivated person takes a seat of {self._name}."
        finding = replace(
            _finding(Verdict.PASS, subject, message), application=self.application.key, count=active.total()
        )
        return rest_on(finding, self._facts, reads)

    def _sources_unread(self, layers: Iterable[Layer]) -> Iterator[Fact[Any]]:
        """Yield which sources are not known of the people who take seats."""
        synced = {each.source for layer in layers for each in people_in(self.estate, layer) if each.is_synced}
        for source in sorted(synced):
            try:
                self.estate.snapshot(source)
            except MissingFact as missing:
                yield missing.fact

    @property
    def _name(self) -> str:
        return self.licences.named(self.application.key)

    @property
    def _facts(self) -> list[Fact[Any]]:
        return [*self.licences.facts, *settings_of(self.estate)]

    def _about(self, verdict: Verdict, layer: Layer, user: User, message: str) -> Finding:
        found = _finding(verdict, user_in(layer, user), message)
        return replace(found, application=self.application.key, mapping=mapping_in(self.estate, layer))


def _deactivated(source: Snapshot, mapping: str) -> Iterator[User]:
    """Yield the people of a Mapping in its source who are deactivated, and so is everybody of their name."""
    for user in source.users(mapping):
        if not user.active and not any(each.active for each in source.users_named(user.username, mapping)):
            yield user


def _finding(verdict: Verdict, subject: Subject, message: str) -> Finding:
    rule = InactiveUserStillLicensed
    return Finding(rule.id, verdict, rule.severity, subject, message)
