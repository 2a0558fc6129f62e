"""A desk whose customers belong to organisations: an LDIF source, a Crowd, and the Jira that shows it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from servers.sandbox import StartSandbox
from servers.workplace import Ran, Workplace

from dirsync.sandbox.server import RunningSandbox

SEED = """
jira:
  applications: [{key: jira-servicedesk, groups: [jsm-agents], default_groups: [jsm-agents], seats: 5}]
  user_directories:
    - {name: Customers, type: crowd, crowd_application: dirsync-customers, mode: read-only}
    - {name: Internal, type: internal, users: [{username: old-hand, email: old-hand@example.org}]}
  service_projects: [{key: HELP}, {key: IT}]
  organizations: [{name: Globex, users: [old-hand]}]
crowd:
  directories: [{name: customers, groups: [{name: portal}]}]
  applications: [{name: dirsync-customers, directories: [{directory: customers}]}]
"""

MAPPING = """
version: 1
name: customers
audience: customers
source: {{directory: corp, users: {{filter: "(objectClass=inetOrgPerson)"}}}}
target:
  directory: crowd
  missing: deactivate
  missing_after: 1
  organizations: {organizations}
public_signup: off
guards: {{max_removal_share: 1.0}}
"""

ESTATE = """
version: 1
declared: {by: maria@example.org, on: 2026-11-20, valid_until: 2099-11-20}
jira:
  user_directories:
    - {name: Customers, mapping: customers, type: crowd, mode: read-only, default_groups: []}
crowd: none
"""

CARRIED = "{attribute: o, service_projects: [HELP]}"


@dataclass
class Desk:
    """A workplace, its sandbox, and who is in the source: name to organisation."""

    place: Workplace
    sandbox: RunningSandbox
    people: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    """Name to the id of the entry; left out: the name."""

    def mapping(self, organizations: str = CARRIED) -> None:
        self.place.mapping("customers", MAPPING.format(organizations=organizations))

    def run(self, *arguments: str) -> Ran:
        entries = ["dn: dc=example,dc=org\nobjectClass: domain\ndc: example"]
        for name, organization in self.people.items():
            person = self.ids.get(name, name)
            told = f"\no: {organization}" if organization else ""
            entries.append(
                f"dn: uid={name},dc=example,dc=org\nobjectClass: inetOrgPerson\nuid: {name}\ncn: {name}\nsn: {name}\n"
                f"mail: {person}@example.org\nentryUUID: id-{person}{told}"
            )
        self.place.write("corp.ldif", "\n\n".join(entries) + "\n")
        return self.place.run(*arguments)

    def sync(self, *more: str) -> Ran:
        return self.run("sync", "--json", *more)

    def held(self) -> dict[str, tuple[set[str], set[str]]]:
        """Return what Jira holds: organisation to (usernames, service projects)."""
        jira = self.sandbox.state.jira
        with self.sandbox.state.lock:
            names = {user.key: user.name for user in jira.users()}
            return {
                one.name: ({names[key] for key in one.members if key in names}, set(one.projects))
                for one in jira.organizations.all()
            }


def told(ran: Ran) -> list[tuple[str, str, str]]:
    """Return the changes of organisations in a report: (op, who or which service project, organisation)."""
    return [
        (one["op"], one["user"] or {**one["before"], **one["after"]}.get("service_project", ""), one["group"])
        for one in ran.document["plan"]["changes"]
        if one["directory"] == "jira organizations"
    ]


@pytest.fixture
def desk(workplace: Workplace, start_sandbox: StartSandbox) -> Desk:
    sandbox = start_sandbox(SEED)
    workplace.directory("corp", kind="ldif", path="corp.ldif")
    workplace.crowd("crowd", sandbox.crowd_url, "dirsync-customers")
    workplace.jira(sandbox.jira_url)
    workplace.write("mappings/estate.yaml", ESTATE)
    made = Desk(workplace, sandbox)
    made.mapping()
    return made


@pytest.fixture
def settled(desk: Desk) -> Desk:
    """A desk after its first two nights: accounts, then organisations."""
    desk.people = {"ana": "Acme", "bob": "Acme", "cyd": "Globex", "dan": ""}
    for _ in range(2):
        ran = desk.sync()
        assert ran.code in {0, 12}, ran.stderr + ran.stdout
    return desk
