from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from servers.scripted import script

from dirsync.facts.crowd_admin import read_crowd_admin_facts
from dirsync.facts.crowd_admin_attribution import CrowdView
from dirsync.facts.crowd_plugin import read_crowd_plugin_facts
from dirsync.http import Endpoint

__all__ = ["script"]

NOW = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
AT = "2026-11-20T01:30:00+00:00"
CANARY = "canary-crowd-admin"
SEED = """
jira:
  applications:
    - {key: jira-software, groups: [jira-users], seats: 10}
  user_directories:
    - {name: Crowd Customers, type: crowd, crowd_application: jira-customers}
crowd:
  version: "%(version)s"
  admin: {password: %(canary)s, %(admin)s}
  directories:
    - name: Customers
      groups: [{name: portal}, {name: jira-users}]
      users:
        - {username: ada, email: ada@example.org, password: ada-secret, groups: [portal, jira-users]}
      allowed_operations: [CREATE_USER, UPDATE_USER]
    - name: Staff
      type: connector
      synchronised: "2026-11-19T22:00:00.000Z"
      groups: [{name: crowd-administrators}]
      users: [{username: root, password: root-secret, groups: [crowd-administrators]}]
    - {name: Old, active: false}
  applications:
    - {name: dirsync-customers, password: canary-application, directories: [{directory: Customers}]}
    - {name: dirsync-staff, directories: [{directory: Staff}, {directory: Old}]}
    - name: jira-customers
      type: JIRA
      aggregate_memberships: true
      access_based_sync: users
      directories:
        - directory: Customers
          allow_all_to_authenticate: false
          authorised_groups: [portal]
          default_groups: [portal, jira-users]
          allowed_operations: [CREATE_USER]
    - {name: confluence, type: CONFLUENCE, directories: [{directory: Staff}, {directory: Customers}]}
    - {name: retired, active: false, directories: [{directory: Customers}]}
"""


def seed(admin: str = "", version: str = "6.0.2") -> str:
    return SEED % {"canary": CANARY, "admin": admin, "version": version}


def clock() -> datetime:
    return NOW


def views(url: str) -> list[CrowdView]:
    return [
        CrowdView("crowd_customers", "dirsync-customers", url),
        CrowdView("crowd_staff", "DIRSYNC-STAFF", url + "/"),
    ]


def endpoint(url: str, **given) -> Endpoint:
    known = {"username": "admin", "password": CANARY, "retry_seconds": 0.0}
    return Endpoint(**{"name": "crowd", "url": url, **known, **given})


@pytest.fixture
def admin_facts() -> Callable:
    return lambda url, estate=None, shown=None, **given: read_crowd_admin_facts(
        endpoint(url, **given), clock, views(url) if shown is None else shown, estate
    )


@pytest.fixture
def plugin_facts() -> Callable:
    return lambda url, estate=None, shown=None, **given: read_crowd_plugin_facts(
        endpoint(url, **given), clock, views(url) if shown is None else shown, estate
    )
