import pytest
from integration.crowd.conftest import clock

from dirsync.directories.crowd import CrowdDirectory
from dirsync.directories.interface import Selection
from dirsync.errors import DirectoryUnreadable
from dirsync.model.memory import MemorySpool
from dirsync.model.snapshot import LastRead

STRANGE = [',+"\\<>;/ #=&?%', "emoji \U0001f600", "\u202ertl\u202c", "<script>alert(1)</script>", "O'Brien", "a+b c"]
SEED = """
crowd:
  version: "6.0.2"
  directories:
    - name: customers
      groups:
        - {name: Portal, description: all customers, groups: [portal-emea]}
        - {name: portal-emea}
      users:
        - {username: Ada, email: ada@example.org, first_name: Ada, last_name: King, display_name: Ada King,
           groups: [Portal]}
        - {username: grace, active: false, groups: [portal-emea]}
  applications:
    - {name: dirsync-customers, password: canary-password, directories: [{directory: customers}]}
"""


WHOLE = Selection()


def read(endpoint, selections=(WHOLE,), known=None, **given):
    directory = CrowdDirectory(endpoint, selections, clock=clock, **given)
    return directory.read(known or LastRead(), MemorySpool(endpoint.name))


def seed_of(usernames):
    users = "".join(f"\n        - {{username: {name}}}" for name in usernames)
    return f"""
crowd:
  directories:
    - name: customers
      users: {users or "[]"}
  applications:
    - {{name: dirsync-customers, password: canary-password, directories: [{{directory: customers}}]}}
"""


def test_everything_is_read_in_three_questions_and_proved_whole(start_sandbox, endpoint):
    sandbox = start_sandbox(SEED)
    snapshot = read(endpoint(sandbox.crowd_url))
    ada, portal = snapshot.user_named("ada"), snapshot.group_named("portal")
    assert (ada.username, ada.email, ada.display_name, ada.active) == ("Ada", "ada@example.org", "Ada King", True)
    assert ada.ref == "u:ada"
    assert ":" in ada.id
    assert snapshot.user_named("grace").active is False
    assert (portal.id, portal.ref, portal.description) == ("portal", "g:portal", "all customers")
    assert [user.username for user in snapshot.members("portal")] == ["Ada"]
    assert [group.name for group in snapshot.child_groups("portal")] == ["portal-emea"]
    proof = snapshot.completeness
    assert proof.is_complete
    assert proof.requests == len(sandbox.requests) == 3
    assert proof.server == f"Crowd/6.0.2 at {sandbox.crowd_url}"
    assert proof.read_at == "2026-11-20T01:30:00+00:00"
    assert [(search.pages, search.entries) for search in proof.searches] == [(1, 2), (1, 2), (1, 3)]


def test_many_users_are_read_by_pages_and_each_once(start_sandbox, endpoint):
    names = [f"user-{number:05}" for number in range(2503)]
    sandbox = start_sandbox(seed_of(names))
    told = []
    snapshot = read(endpoint(sandbox.crowd_url), page_size=1000, progress=lambda what, done: told.append((what, done)))
    assert [user.username for user in sorted(snapshot.users(), key=lambda user: user.username)] == names
    assert snapshot.completeness.is_complete
    assert snapshot.completeness.searches[0].pages == 3
    assert [done for what, done in told if what.endswith("users")] == [1000, 1999, 2503]


def test_a_listing_that_ends_exactly_at_a_page_is_whole(start_sandbox, endpoint):
    snapshot = read(endpoint(start_sandbox(seed_of(["a", "b", "c", "d"])).crowd_url), page_size=2)
    assert snapshot.counts().users == 4
    assert snapshot.completeness.is_complete
    assert snapshot.completeness.searches[0].pages == 4, "each begins with the last one of the page before"
    singly = read(endpoint(start_sandbox(seed_of(["a", "b"])).crowd_url), page_size=1)
    assert (singly.counts().users, singly.completeness.is_complete) == (2, True)


def test_strange_names_come_through_whole(start_sandbox, endpoint):
    quoted = ["'" + name.replace("'", "''") + "'" for name in STRANGE]
    snapshot = read(endpoint(start_sandbox(seed_of(quoted)).crowd_url))
    assert {user.username for user in snapshot.users()} == set(STRANGE)


def test_a_selection_with_a_filter_takes_only_what_fits(start_sandbox, endpoint):
    sandbox = start_sandbox(SEED)
    selections = [
        Selection("active", user_filter="active = true", wants_groups=False),
        Selection("portal", group_filter="name = portal*"),
        Selection("also-all"),
    ]
    snapshot = read(endpoint(sandbox.crowd_url), selections)
    assert [user.username for user in snapshot.users("active")] == ["Ada"]
    assert snapshot.counts("portal").users == snapshot.counts("also-all").users == 2
    assert snapshot.counts("active").groups == 0
    assert snapshot.counts("portal").groups == 2
    assert snapshot.completeness.requests == 5


def test_a_filter_that_is_no_query_is_an_error_that_says_so(start_sandbox, endpoint):
    with pytest.raises(DirectoryUnreadable) as refused:
        read(endpoint(start_sandbox(SEED).crowd_url), [Selection("x", user_filter="active !! true")])
    assert "ILLEGAL_ARGUMENT" in refused.value.message
    assert "Crowd's query language" in refused.value.remedy


def test_groups_nobody_wants_are_not_asked_for(start_sandbox, endpoint):
    sandbox = start_sandbox(SEED)
    snapshot = read(endpoint(sandbox.crowd_url), [Selection("x", wants_groups=False)])
    assert snapshot.completeness.is_complete
    assert len(sandbox.requests) == 1


def test_no_users_where_there_were_some_is_not_complete(start_sandbox, endpoint):
    sandbox = start_sandbox(seed_of([]))
    assert read(endpoint(sandbox.crowd_url)).completeness.is_complete
    emptied = read(endpoint(sandbox.crowd_url), known=LastRead(users=7)).completeness
    assert not emptied.is_complete
    assert "no users where there were 7" in emptied.reason
    assert emptied.remedy


def test_an_application_that_shows_two_directories_is_not_complete(start_sandbox, endpoint):
    sandbox = start_sandbox("""
crowd:
  directories:
    - {name: customers, users: [{username: ada}]}
    - {name: agents, users: [{username: grace}]}
  applications:
    - {name: dirsync-customers, password: canary-password,
       directories: [{directory: customers}, {directory: agents}]}
""")
    proof = read(endpoint(sandbox.crowd_url)).completeness
    assert not proof.is_complete
    assert "shows several directories" in proof.reason
    assert "such as ada" in proof.reason
    assert "such as grace" in proof.reason
    assert "DIRSYNC_DIRECTORIES__CROWD_CUSTOMERS__APPLICATION" in proof.remedy
