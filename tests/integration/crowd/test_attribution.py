"""A Crowd application that shows several directories, or people with access only, as a Directory is read."""

from integration.crowd.conftest import clock
from servers.sandbox import StartSandbox

from dirsync.directories.crowd import CrowdDirectory
from dirsync.directories.crowd.attribution import Attribution, attribution_of
from dirsync.directories.interface import Selection
from dirsync.facts.crowd_admin import read_crowd_admin_facts
from dirsync.facts.crowd_admin_attribution import CrowdView
from dirsync.http import Endpoint
from dirsync.model.memory import MemorySpool
from dirsync.model.snapshot import LastRead

SEED = """
crowd:
  directories:
    - name: Customers
      groups: [{name: portal}]
      users: [{username: ada, groups: [portal]}, {username: bob}]
    - {name: Empty}
  applications:
    - {name: one, password: canary-password, directories: [{directory: Customers}]}
    - {name: several, password: canary-password, directories: [{directory: Customers}, {directory: Empty}]}
    - name: filtered
      password: canary-password
      access_based_sync: users
      directories: [{directory: Customers, allow_all_to_authenticate: false, authorised_groups: [portal]}]
"""


def known_of(sandbox, application: str) -> Attribution:
    admin = Endpoint("crowd", sandbox.crowd_url, username="admin", password="sandbox-crowd-admin")
    views = [CrowdView("crowd_customers", application, sandbox.crowd_url)]
    return attribution_of(application, read_crowd_admin_facts(admin, clock, views))


def read(endpoint, sandbox, application: str, known: Attribution | None):
    asked = endpoint(sandbox.crowd_url, username=application)
    directory = CrowdDirectory(asked, [Selection()], clock=clock, known=known)
    return directory.read(LastRead(), MemorySpool(asked.name))


def test_one_whole_directory_is_read_completely_and_in_silence(start_sandbox: StartSandbox, endpoint):
    sandbox = start_sandbox(SEED)
    completeness = read(endpoint, sandbox, "one", known_of(sandbox, "one")).completeness
    assert completeness.is_complete
    assert completeness.notices == ()


def test_a_second_directory_that_shows_nobody_yet_is_told_by_the_administrative_interface(
    start_sandbox: StartSandbox, endpoint
):
    sandbox = start_sandbox(SEED)
    assert read(endpoint, sandbox, "several", None).completeness.is_complete, "the keys of users can't tell"
    completeness = read(endpoint, sandbox, "several", known_of(sandbox, "several")).completeness
    assert not completeness.is_complete
    assert "shows several directories (Customers, Empty)" in completeness.reason
    assert "__APPLICATION" in completeness.remedy


def test_people_without_access_are_hidden_and_the_read_never_counts_as_complete(start_sandbox: StartSandbox, endpoint):
    sandbox = start_sandbox(SEED)
    snapshot = read(endpoint, sandbox, "filtered", known_of(sandbox, "filtered"))
    assert [user.username for user in snapshot.users()] == ["ada"]
    assert not snapshot.completeness.is_complete
    assert "access-based synchronisation" in snapshot.completeness.reason


def test_what_nobody_knows_is_said_and_does_no_harm(start_sandbox: StartSandbox, endpoint):
    sandbox = start_sandbox(SEED)
    completeness = read(endpoint, sandbox, "one", Attribution("one")).completeness
    assert completeness.is_complete
    (notice,) = completeness.notices
    assert "access-based synchronisation" in notice


def test_an_admin_interface_of_another_crowd_is_found_out_by_the_keys(start_sandbox: StartSandbox, endpoint):
    sandbox = start_sandbox(SEED)
    other = Attribution("one", ("Customers",), "1", is_filtered=False, said_by="GET …/application")
    completeness = read(endpoint, sandbox, "one", other).completeness
    assert not completeness.is_complete
    assert "two Crowds" in completeness.reason
