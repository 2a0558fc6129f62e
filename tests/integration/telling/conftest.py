"""A small estate with a Crowd to write to, and a server that listens to whatever a run tells."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from servers.sandbox import StartSandbox
from servers.scripted import Asked, ScriptedServer, answer, script
from servers.workplace import Workplace

from dirsync.sandbox.server import RunningSandbox

__all__ = ["script"]

SEED = """
jira:
  version: "9.12"
  permissions: {ADMINISTER: [jira-administrators]}
  applications:
    - {key: jira-software, groups: [jira-users], default_groups: [jira-users], selected_by_default: false, seats: 5}
  user_directories: [{name: Internal, type: internal, groups: [{name: jira-administrators}, {name: jira-users}]}]
crowd:
  directories: [{name: customers, groups: [{name: jira-users}]}]
  applications: [{name: dirsync-customers, password: sandbox-only, directories: [{directory: customers}]}]
"""
MAPPING = """
version: 1
name: customers
audience: customers
source: {directory: corp, users: {base: "ou=people,dc=example,dc=org"}}
target: {directory: crowd}
default_groups: [portal]
public_signup: off
"""
ESTATE = """
version: 1
jira: {public_signup: {global: false}, user_directories: [{name: C, mapping: customers, type: crowd, mode: read-only}]}
crowd: none
"""


def ldif(count: int) -> str:
    return "\n".join(
        [
            "dn: dc=example,dc=org\nobjectClass: domain\ndc: example\n",
            *(
                f"dn: uid=p{n:03},ou=people,dc=example,dc=org\nobjectClass: inetOrgPerson\nuid: p{n:03}\ncn: P {n}\n"
                f"sn: Person\nmail: p{n:03}@example.org\nentryUUID: 00000000-0000-4000-8000-{n:012}\n"
                for n in range(count)
            ),
        ]
    )


@pytest.fixture
def sandbox(start_sandbox: StartSandbox) -> RunningSandbox:
    return start_sandbox(SEED)


@pytest.fixture
def desk(workplace: Workplace, sandbox: RunningSandbox) -> Workplace:
    workplace.crowd("crowd", sandbox.crowd_url, "dirsync-customers", retry_seconds="2", full_every="0")
    workplace.jira(sandbox.jira_url)
    workplace.directory("corp", kind="ldif", path=str(workplace.folder / "corp.ldif"))
    workplace.write("corp.ldif", ldif(5))
    workplace.mapping("customers", MAPPING)
    workplace.mapping("estate", ESTATE)
    return workplace


@pytest.fixture
def listener(script: Callable[..., ScriptedServer]) -> ScriptedServer:
    """Takes whatever it is sent."""

    def take(_asked: Asked) -> bytes:
        return answer({"ok": True}, crowd=None)

    return script(take)
