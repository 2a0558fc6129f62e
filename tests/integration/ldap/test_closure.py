"""Whom nested groups contain: dirsync's answer beside that of servers which follow nesting themselves.

Samba does by LDAP_MATCHING_RULE_IN_CHAIN ([MS-ADTS] 3.1.1.3.4.4.3), in both directions; slapd by the overlay dynlist,
whose `*` makes memberOf recursive (slapo-dynlist(5)). Random groups, with everything that makes nesting hard.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

import pytest
from servers.samba import SUFFIX as DOMAIN
from servers.samba import Samba, StartSamba, account_ldif, group_ldif, unit_ldif
from servers.slapd import SUFFIX, Slapd, StartSlapd

from dirsync.audit.access import SeatPaths
from dirsync.audit.effective.access import EffectiveAccess, Hold
from dirsync.audit.effective.groups import Nesting, groups_of
from dirsync.audit.effective.order import Layer, Order, View
from dirsync.audit.effective.ways import ways_to
from dirsync.directories.interface import Selection
from dirsync.model.estate import Audience, Estate, Population
from dirsync.model.facts import observed
from dirsync.model.products import JiraApplication
from dirsync.model.snapshot import Snapshot

pytestmark = pytest.mark.server

IN_CHAIN: Final = "1.2.840.113556.1.4.1941"
SEEDS = (1, 2)
USERS, GROUPS, EDGES, CHAIN = 10, 8, 12, 12


@dataclass(frozen=True)
class Graph:
    """Groups with their direct members, users and groups alike, by name."""

    users: tuple[str, ...]
    members: Mapping[str, frozenset[str]]


def graph(seed: int) -> Graph:
    """Return random nesting with a long chain, a cycle around it, a diamond and groups inside themselves."""
    chooser = random.Random(seed)
    name = f"s{seed}-{{}}{{}}".format
    users = tuple(name("user", number) for number in range(USERS))
    groups = [name("group", number) for number in range(GROUPS)]
    chain = [name("chain", number) for number in range(CHAIN)]
    top, left, right, bottom = (name("diamond", where) for where in ("-top", "-left", "-right", "-bottom"))
    alone = name("alone", "")
    inside: dict[str, set[str]] = defaultdict(set)
    for outer, inner in pairwise(chain):
        inside[outer].add(inner)
    inside[chain[-1]].add(chain[0])
    inside[top] |= {left, right}
    inside[left].add(bottom)
    inside[right].add(bottom)
    inside[alone].add(alone)
    inside[groups[0]].add(groups[0])
    everything = [*groups, chain[0], chain[CHAIN // 2], top, bottom]
    for _ in range(EDGES):
        inside[chooser.choice(everything)].add(chooser.choice(everything))
    for user in users:
        for group in chooser.sample([*everything, alone, chain[-2]], 2):
            inside[group].add(user)
    for group in everything:
        inside[group].add(chooser.choice(users))  # groupOfNames can't be empty
    return Graph(users, {group: frozenset(members) for group, members in inside.items()})


@dataclass(frozen=True)
class Closure:
    """What nesting comes to: for each group whom it contains, users and groups, and for each user all their groups."""

    users_in: Mapping[str, frozenset[str]]
    groups_in: Mapping[str, frozenset[str]]
    """Those inside a group; itself too, which contains its own members."""
    groups_of: Mapping[str, frozenset[str]]


def by_dirsync(snapshot: Snapshot, asked: Graph) -> Closure:
    """Let every group be the one that grants a Jira application, and see who reaches that."""
    layer = Layer("corp", snapshot)
    order = Order((View("corp", (layer,)),))
    users_in, groups_in = {}, {}
    for group in asked.members:
        application = JiraApplication("jira-software", (group,))
        taken = list(EffectiveAccess(order, [application]).accounts(application))
        assert all(access.hold is Hold.TAKEN for access in taken)
        names = [user.username for access in taken if (user := snapshot.user(access.user_id))]
        assert len(names) == len(set(names)) == len(taken)
        users_in[group] = frozenset(names)
        groups_in[group] = frozenset(ways_to(application, Nesting(order, [group])).certain[layer].names.values())
    return Closure(users_in, groups_in, {user: frozenset(groups_of(order, user).certain) for user in asked.users})


def by_seat_paths(snapshot: Snapshot, group: str) -> frozenset[str]:
    """Return the same users by the paths that findings show."""
    application = JiraApplication("jira-software", (group,))
    told = {"jira.version": "9.12", "jira.applications": (application,)}
    estate = Estate(
        {"corp": snapshot},
        (Population("people", Audience.AGENTS, "corp", "corp"),),
        {name: observed(name, value, f"GET {name}", "2026-11-20T01:00:00Z") for name, value in told.items()},
        date(2026, 11, 20),
    )
    return frozenset(holder.user.username for holder in SeatPaths(estate).holders(application, "corp"))


def only(asked: Graph, closure: Closure) -> Closure:
    """Return a closure without the entries of other graphs, which none of these may be mixed with."""
    known = {*asked.members, *asked.users}
    for told in (closure.users_in, closure.groups_in, closure.groups_of):
        assert all(found <= known for found in told.values())
    return closure


def names_in(ldif: str) -> frozenset[str]:
    return frozenset(re.findall(r"(?m)^cn: (.+)$", ldif))


DOMAIN_BASE = f"OU=Closure,{DOMAIN}"


def domain_dn(name: str) -> str:
    return f"CN={name},{DOMAIN_BASE}"


@pytest.fixture(scope="module")
def domain(start_samba: StartSamba) -> Samba:
    entries = [unit_ldif("Closure")]
    for seed in SEEDS:
        told = graph(seed)
        entries += [account_ldif(user, DOMAIN_BASE) for user in told.users]
        entries += [group_ldif(group, DOMAIN_BASE) for group in told.members]
        for group, members in told.members.items():
            values = "".join(f"member: {domain_dn(member)}\n" for member in sorted(members))
            entries.append(f"dn: {domain_dn(group)}\nchangetype: modify\nadd: member\n{values}\n")
    return start_samba("".join(entries))


@pytest.fixture(scope="module")
def from_domain(domain: Samba, read: Callable[..., Snapshot]) -> Snapshot:
    everything = Selection("all", (DOMAIN_BASE,), group_bases=(DOMAIN_BASE,))
    return read(domain, everything, url=domain.url, ca_file=str(domain.ca_file), read_timeout=30)


def by_samba(domain: Samba, asked: Graph) -> Closure:
    def found(attribute: str, name: str) -> frozenset[str]:
        return names_in(domain.search(DOMAIN_BASE, f"({attribute}:{IN_CHAIN}:={domain_dn(name)})", "cn"))

    inside = {group: found("memberOf", group) for group in asked.members}
    return Closure(
        {group: names & {*asked.users} for group, names in inside.items()},
        {group: names - {*asked.users} | {group} for group, names in inside.items()},
        {user: found("member", user) for user in asked.users},
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_everybody_has_the_groups_that_a_domain_controller_gives(domain, from_domain, seed) -> None:
    asked = graph(seed)
    assert only(asked, by_dirsync(from_domain, asked)) == by_samba(domain, asked)


def slapd_dn(name: str) -> str:
    return f"uid={name},ou=people,{SUFFIX}" if "-user" in name else f"cn={name},ou=groups,{SUFFIX}"


def slapd_ldif() -> str:
    entries = [f"dn: ou={ou},{SUFFIX}\nobjectClass: organizationalUnit\nou: {ou}\n\n" for ou in ("people", "groups")]
    for seed in SEEDS:
        told = graph(seed)
        entries += [
            f"dn: {slapd_dn(user)}\nobjectClass: inetOrgPerson\nuid: {user}\ncn: {user}\nsn: {user}\n\n"
            for user in told.users
        ]
        for group, members in told.members.items():
            values = "".join(f"member: {slapd_dn(member)}\n" for member in sorted(members))
            entries.append(f"dn: {slapd_dn(group)}\nobjectClass: groupOfNames\ncn: {group}\n{values}\n")
    return "".join(entries)


@pytest.fixture(scope="module")
def following(start_slapd: StartSlapd) -> Slapd:
    """A slapd that follows nesting itself."""
    overlay = "overlay dynlist\ndynlist-attrset groupOfURLs memberURL member+memberOf@groupOfNames*\n"
    return start_slapd(ldif=slapd_ldif(), options="moduleload dynlist\n", extra=overlay)


@pytest.fixture(scope="module")
def from_slapd(start_slapd: StartSlapd, read: Callable[..., Snapshot]) -> Snapshot:
    """What dirsync reads of a slapd that knows of direct members only."""
    return read(start_slapd(ldif=slapd_ldif()))


def by_slapd(following: Slapd, asked: Graph) -> Closure:
    """Ask for people by filter and by attribute; for groups by attribute alone.

    slapd 2.5.13 leaves a group that is a direct member out of what `(memberOf=…)` finds where its parent holds no
    people, though the attribute of that same group names the parent.
    """

    def people_in(group: str) -> frozenset[str]:
        return names_in(following.search(f"ou=people,{SUFFIX}", f"(memberOf={slapd_dn(group)})", "cn"))

    around = {name: _named_in_member_of(following, name) for name in (*asked.users, *asked.members)}
    return Closure(
        {group: people_in(group) for group in asked.members},
        {
            group: frozenset(inner for inner in asked.members if group in around[inner]) | {group}
            for group in asked.members
        },
        {user: around[user] for user in asked.users},
    )


def _named_in_member_of(following: Slapd, name: str) -> frozenset[str]:
    told = following.search(slapd_dn(name), "(objectClass=*)", "memberOf")
    return frozenset(re.findall(r"(?m)^memberOf: cn=([^,]+),", told))


@pytest.mark.parametrize("seed", SEEDS)
def test_everybody_has_the_groups_that_slapd_gives(following, from_slapd, seed) -> None:
    asked = graph(seed)
    assert only(asked, by_dirsync(from_slapd, asked)) == by_slapd(following, asked)


def test_the_paths_of_findings_lead_to_the_same_people(following, from_slapd) -> None:
    asked = graph(SEEDS[0])
    for group, expected in by_slapd(following, asked).users_in.items():
        assert by_seat_paths(from_slapd, group) == expected
