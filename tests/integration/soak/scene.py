"""Where it all takes place: a company's slapd, a Crowd with a Jira, a partner's tree, and an admin's desk."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from integration.soak.estate import BASE, GROUPS, LEFT, NOBODY, TREES, Estate
from integration.soak.held import CrowdPlace, Place, TreePlace
from integration.soak.oracle import Promise
from servers.sandbox import StartSandbox
from servers.slapd import Slapd, StartSlapd
from servers.workplace import Workplace

from dirsync.sandbox.server import RunningSandbox

DISK = "128m"
CLUB = "club"
"""A group in each target that nobody but people has made."""
TREE_PEOPLE, TREE_GROUPS = f"ou=people,{BASE}", f"ou=groups,{BASE}"
PROMISES = {
    "agents": Promise("staff", "deactivate", 2, ends_groups=False),
    "customers": Promise("portal", "remove", 2, ends_groups=True),
    "partners": Promise("partner", "remove", 1, ends_groups=True),
}
"""By mapping."""
SEED = """
jira:
  version: "9.12"
  permissions: {ADMINISTER: [jira-administrators], SYSTEM_ADMIN: [jira-administrators]}
  applications:
    - {key: jira-servicedesk, groups: [jsm-agents], default_groups: [jsm-agents], seats: 500}
  user_directories:
    - {name: Agents, type: crowd, crowd_application: jira-agents, mode: read-only}
    - {name: Customers, type: crowd, crowd_application: jira-customers, mode: read-only}
crowd:
  version: "6.0.2"
  directories:
    - name: agents
      groups: [{name: jira-administrators}, {name: jsm-agents}, {name: club}]
      users: [{username: admin, email: hand@example.org, display_name: admin, groups: [jira-administrators]}]
    - {name: customers, groups: [{name: club}]}
  applications:
    - {name: dirsync-agents, password: sandbox-only, directories: [{directory: agents}]}
    - {name: dirsync-customers, password: sandbox-only, directories: [{directory: customers}]}
    - {name: jira-agents, password: sandbox-only, directories: [{directory: agents}]}
    - {name: jira-customers, password: sandbox-only, directories: [{directory: customers}]}
"""
ESTATE = """
version: 1
declared: {by: identity-admin@example.org, on: 2026-01-01, valid_until: 2099-01-01}
jira:
  user_directories:
    - {name: Agents, mapping: agents, type: crowd, crowd_application: jira-agents, mode: read-only, default_groups: []}
    - {name: Customers, mapping: customers, type: crowd, crowd_application: jira-customers, mode: read-only,
       default_groups: []}
  public_signup: {global: false, projects: {}, agent_signup: false}
crowd:
  applications:
    - name: jira-customers
      access_based_sync: false
      directories: [{mapping: customers, default_groups: [], directory_default_groups: []}]
    - {name: jira-agents, directories: [{mapping: agents, default_groups: [], directory_default_groups: []}]}
  directories: [{name: customers, mapping: customers, type: internal, default_groups: []}]
"""
TARGETS = {
    "agents": "directory: crowd-agents",
    "customers": "directory: crowd-customers",
    "partners": f'directory: tree\n  users: {{base: "{TREE_PEOPLE}"}}\n  groups_base: "{TREE_GROUPS}"',
}
LIMITS = (
    "{max_removals: 1000, max_removal_share: 1.0, max_creations: 1000, max_member_removals: 1000, max_adoptions: 0}"
)


AT_ONCE = {name: replace(promise, after=1) for name, promise in PROMISES.items()}
"""The same where no day lies between the nights."""


def mapping(name: str, promise: Promise) -> str:
    """Return a mapping file."""
    kind = promise.kind
    return f"""
version: 1
name: {name}
audience: {"agents" if name == "agents" else "customers"}
source:
  directory: corp
  users: {{base: "{TREES[kind]}"}}
  groups: {{base: "{GROUPS}", nested: true}}
target:
  {TARGETS[name]}
  groups: {{"{kind}-*": "{kind}-*"}}
  missing: {promise.missing}
  missing_after: {promise.after}
  missing_groups: {"remove" if promise.ends_groups else "keep"}
public_signup: off
guards: {LIMITS}
"""


def units(*dns: str) -> str:
    return "".join(f"dn: {dn}\nobjectClass: organizationalUnit\nou: {dn[3:].partition(',')[0]}\n\n" for dn in dns)


@dataclass(frozen=True)
class Scene:
    """Everything that runs, and who works there."""

    desk: Workplace
    source: Slapd
    sandbox: RunningSandbox
    tree: Slapd
    places: dict[str, Place]
    """By mapping."""
    promises: Mapping[str, Promise]


def set_up(
    desk: Workplace,
    start_slapd: StartSlapd,
    start_sandbox: StartSandbox,
    store: str,
    promises: Mapping[str, Promise] = PROMISES,
) -> Scene:
    """Start everything. The source is empty but for its units."""
    source = start_slapd(ldif=units(*TREES.values(), LEFT, GROUPS), session_log=100, limits="hard", size=9)
    club = f"dn: cn={CLUB},{TREE_GROUPS}\nobjectClass: groupOfNames\ncn: {CLUB}\nmember: {NOBODY}\n\n"
    tree = start_slapd(ldif=units(TREE_PEOPLE, TREE_GROUPS) + club, session_log=100)
    sandbox = start_sandbox(SEED)
    quick: dict[str, Any] = {"connect_timeout": "2", "read_timeout": "2"}
    crowd = {"retry_seconds": "2", "page_size": "10", "writers": "4", **quick}
    whole = {"bind_dn": source.admin_dn, "password": source.admin_password}
    desk.ldap("corp", source, page_size="10", **whole, **quick)
    desk.directory(
        "tree", kind="ldap", url=tree.url, bind_dn=tree.admin_dn, password=tree.admin_password, page_size="10", **quick
    )
    for name in ("agents", "customers"):
        desk.crowd(f"crowd-{name}", sandbox.crowd_url, f"dirsync-{name}", **crowd)
    desk.jira(sandbox.jira_url)
    desk.settings |= {"DIRSYNC_JIRA__RETRY_SECONDS": "1", "DIRSYNC_JIRA__READ_TIMEOUT": "2", "DIRSYNC_STORE": store}
    for name, promise in promises.items():
        desk.mapping(name, mapping(name, promise))
    desk.mapping("estate", ESTATE)
    return Scene(
        desk,
        source,
        sandbox,
        tree,
        {
            "agents": CrowdPlace(sandbox, "agents"),
            "customers": CrowdPlace(sandbox, "customers"),
            "partners": TreePlace(tree, TREE_PEOPLE, TREE_GROUPS),
        },
        promises,
    )


@contextmanager
def disks(*folders: Path) -> Iterator[bool]:
    """Give each folder a small disk of its own, if this account may; say whether it did."""
    mounted: list[Path] = []
    for folder in folders:
        folder.mkdir(exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=0700", "tmpfs", str(folder)]
        if os.getuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0:
            mounted.append(folder)
    try:
        yield len(mounted) == len(folders)
    finally:
        for folder in mounted:
            subprocess.run(["umount", "--lazy", str(folder)], capture_output=True, check=False)


def tell(scene: Scene, estate: Estate, stories: int) -> None:
    """Let things happen in the company, and its directory hear of them."""
    if told := estate.happen(stories):
        scene.source.modify(told)
