import pytest
from integration.crowd.conftest import clock
from integration.crowd.test_memberships import BOMB
from servers.scripted import HANG_UP, Slow, answer

from dirsync.directories.crowd import CrowdDirectory
from dirsync.directories.interface import Selection
from dirsync.errors import (
    AnswerMalformed,
    CredentialsRefused,
    DirectoryUnreadable,
    NotThatProduct,
    RightsMissing,
    Unreachable,
)
from dirsync.http import AnswerCutOff, AnswerLost
from dirsync.model.memory import MemorySpool
from dirsync.model.snapshot import LastRead

USERS = answer({"expand": "user", "users": [{"name": "Ada", "key": "1:a", "active": True, "email": "ada@example.org"}]})
GROUPS = answer({"expand": "group", "groups": [{"name": "Portal", "active": True, "description": ""}]})
XML = '<memberships><membership group="pOrTaL"><users><user name="aDA"/></users></membership></memberships>'
MEMBERSHIPS = answer(XML, content_type="application/xml")
ADDRESS_PAGE = (
    "<html><head><title>Error</title><style>p {" + "x" * 1500 + "}</style></head><body><h1>HTTP Status 403</h1><p>"
    "Client with address &quot;192.0.2.7&quot; is forbidden from making requests to the application, x.</p>"
)


def read(endpoint, **given):
    directory = CrowdDirectory(endpoint, [Selection()], clock=clock, **given)
    return directory.read(LastRead(), MemorySpool(endpoint.name))


def test_names_in_another_case_in_memberships_are_the_same_names(script, endpoint):
    snapshot = read(endpoint(script([USERS, GROUPS, MEMBERSHIPS]).url))
    assert snapshot.completeness.is_complete
    assert [user.username for user in snapshot.members("portal")] == ["Ada"]


@pytest.mark.parametrize(
    ("step", "kind", "message", "remedy"),
    [
        (
            answer("Application failed to authenticate", 401, "text/plain;charset=UTF-8"),
            CredentialsRefused,
            "the name and password of a Crowd application, not those of a user",
            "__APPLICATION and DIRSYNC_DIRECTORIES__CROWD_CUSTOMERS__PASSWORD",
        ),
        (
            answer("Application failed to authenticate", 401, "text/plain", crowd=None),
            CredentialsRefused,
            "'dirsync-customers'",
            "Applications page",
        ),
        (answer("sign in", 401, "text/html", crowd=None), NotThatProduct, "this is not Crowd: sign in", "login page"),
        (answer(ADDRESS_PAGE, 403, "text/html"), RightsMissing, "from the address 192.0.2.7", "add 192.0.2.7 under"),
        (answer(ADDRESS_PAGE, 403, "text/html", crowd=None), RightsMissing, "192.0.2.7", "Remote addresses"),
        (
            answer({"reason": "APPLICATION_ACCESS_DENIED", "message": "no"}, 403),
            RightsMissing,
            "APPLICATION_ACCESS_DENIED: no",
            "rights of the application",
        ),
        (
            answer(
                "<error><reason>APPLICATION_PERMISSION_DENIED</reason><message>a &lt;b&gt;</message></error>",
                403,
                "application/xml",
            ),
            RightsMissing,
            "APPLICATION_PERMISSION_DENIED: a <b>",
            "rights",
        ),
        (answer("<h1>Forbidden</h1>", 403, "text/html"), RightsMissing, "HTTP 403: Forbidden", "proxy"),
        (answer("<h1>Unsupported</h1>", 415, "text/html"), DirectoryUnreadable, "HTTP 415", "Content-Type"),
        (answer("slow", 429, "text/plain", retry_after="60"), Unreachable, "HTTP 429", "wait 60 s"),
        (answer("<h1>Oops</h1>" + "x" * 999, 500, "text/html"), DirectoryUnreadable, "HTTP 500: Oops", "crowd.log"),
        (
            answer({"reason": "OPERATION_FAILED", "message": "LDAP is down"}, 500),
            DirectoryUnreadable,
            "OPERATION_FAILED: LDAP is down",
            "directory behind it",
        ),
        (answer({"reason": "BRAND_NEW", "message": "?"}, 409), DirectoryUnreadable, "BRAND_NEW", "log"),
        (answer("bad gateway", 502, "text/html", crowd=None), AnswerLost, "HTTP 502: bad gateway", "later"),
        (answer("nope", 404, "text/html"), NotThatProduct, "HTTP 404", "URL"),
        (answer(USERS, crowd=None), NotThatProduct, "without the header X-Embedded-Crowd-Version", "__URL"),
        (answer("<h1>Please log in</h1>", 200, "text/html", crowd=None), NotThatProduct, "Please log in", "login page"),
        (answer("<h1>Hello</h1>", 200, "text/html"), NotThatProduct, "web page instead of JSON: Hello", "URL"),
        (answer(status=302, location="https://sso.example.org/login"), NotThatProduct, "sso.example.org", "URL"),
        (answer('{"users": [{"name": "ad'), AnswerMalformed, "the answer of 23 bytes is not whole JSON", "proxy"),
        (answer('{"people": []}'), AnswerMalformed, "has no list of users", "proxy|between"),
        (answer("[]"), AnswerMalformed, "has no list of users", "between"),
        (USERS[:-10], AnswerCutOff, "broke off after", "proxy"),
        (HANG_UP, AnswerLost, "lost the connection", "restarted"),
    ],
)
def test_what_can_not_be_read_at_all_is_an_error_of_its_own(script, endpoint, step, kind, message, remedy):
    with pytest.raises(DirectoryUnreadable) as refused:
        read(endpoint(script([step]).url))
    assert type(refused.value) is kind
    assert refused.value.message.startswith("crowd_customers: GET http://127.0.0.1:")
    assert message in refused.value.message
    assert any(part in refused.value.remedy for part in remedy.split("|"))
    assert "canary" not in str(refused.value)
    assert len(refused.value.message) < 500


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        ([USERS, HANG_UP], "lost the connection"),
        ([USERS, answer("gone", 503, "text/plain")], "HTTP 503"),
        ([USERS, GROUPS[:-5]], "broke off"),
        ([USERS, GROUPS, answer(XML[:60], content_type="application/xml")], "the XML is not whole"),
        ([USERS, GROUPS, MEMBERSHIPS[:-30]], "broke off after"),
        ([USERS, GROUPS, answer(BOMB, content_type="application/xml")], "declares a DTD"),
        ([USERS, GROUPS, answer(XML, content_type="application/xml", crowd=None)], "this is not Crowd"),
        ([USERS, GROUPS, answer(ADDRESS_PAGE, 403, "text/html")], "from the address 192.0.2.7"),
        ([USERS, GROUPS, HANG_UP], "lost the connection"),
    ],
)
def test_a_read_that_began_and_did_not_end_is_incomplete_with_reason_and_remedy(script, endpoint, steps, reason):
    snapshot = read(endpoint(script(steps).url))
    assert not snapshot.completeness.is_complete
    assert reason in snapshot.completeness.reason
    assert snapshot.completeness.remedy
    assert snapshot.user_named("ada") is not None


def test_a_stream_that_falls_silent_is_incomplete(script, endpoint):
    server = script([USERS, GROUPS, Slow(0.8, MEMBERSHIPS)])
    proof = read(endpoint(server.url, read_timeout=0.2)).completeness
    assert not proof.is_complete
    assert "no answer for 0.2 s" in proof.reason


def test_a_server_that_drops_start_index_is_noticed_instead_of_read_for_ever(script, endpoint):
    page = [{"name": name, "key": f"1:{name}", "active": True} for name in ("ada", "grace")]

    def shuffled(asked):
        return answer({"users": page if asked.params["start-index"] == "0" else page[::-1]})

    server = script(shuffled)
    proof = read(endpoint(server.url), page_size=2).completeness
    assert not proof.is_complete
    assert "the same 2 users again" in proof.reason
    assert "start-index" in proof.remedy
    assert len(server.asked) == 2


def test_a_server_with_a_limit_of_its_own_does_not_cut_the_listing(script, endpoint):
    people = [{"name": f"user-{number}", "key": f"1:{number}", "active": True} for number in range(130)]

    def capped(asked):
        if "membership" in asked.path:
            return answer("<memberships/>", content_type="application/xml")
        start = int(asked.params["start-index"])
        return answer(
            {"users": people[start : start + 50]} if asked.params["entity-type"] == "user" else {"groups": []}
        )

    snapshot = read(endpoint(script(capped).url), page_size=1000)
    assert snapshot.counts().users == 130
    assert snapshot.completeness.is_complete


def test_an_entry_met_twice_in_overlapping_pages_is_taken_once(script, endpoint):
    pages = [
        answer({"users": [{"name": "ada", "key": "1:a", "active": True}, {"name": "Bo", "active": True}]}),
        answer({"users": [{"name": "bo", "active": True}, {"name": "cy", "active": True}]}),
        answer({"users": [{"name": "cy", "active": True}]}),
    ]
    snapshot = read(endpoint(script([*pages, GROUPS, MEMBERSHIPS]).url), page_size=2)
    assert [user.username for user in snapshot.users()] == ["ada", "Bo", "cy"]
    assert snapshot.completeness.is_complete
    assert snapshot.quarantined == ()


def going(people, gone_before):
    """Serve pages of people, of whom some go before the request of that number."""
    count = iter(range(1, 10_000))

    def serve(asked):
        if "membership" in asked.path:
            return answer("<memberships/>", content_type="application/xml")
        if asked.params["entity-type"] == "group":
            return answer({"groups": []})
        for name in gone_before(next(count), people):
            people.remove(name)
        start, size = int(asked.params["start-index"]), int(asked.params["max-results"])
        return answer({"users": [{"name": n, "key": f"1:{n}", "active": True} for n in people[start : start + size]]})

    return serve


@pytest.mark.parametrize(
    "gone",
    [
        {2: ["a"]},
        {2: ["c"]},
        {2: ["a", "b", "c"]},
        {3: ["a", "b", "c", "d"]},
        {2: ["b"], 3: ["a"], 4: ["d"]},
        {5: ["i"]},
        {4: ["a", "b", "c", "d", "e", "f", "g"]},
    ],
)
def test_who_moves_up_when_others_are_deleted_between_two_pages_is_not_passed_over(script, endpoint, gone):
    people = list("abcdefghi")
    server = script(going(people, lambda number, _: gone.get(number, ())))
    snapshot = read(endpoint(server.url), page_size=3)
    assert snapshot.completeness.is_complete
    assert set(people) <= {user.username for user in snapshot.users()}
    assert people, "somebody is left"


def test_deletions_that_never_stop_make_a_read_incomplete(script, endpoint):
    people = [f"{number:04}" for number in range(1000)]
    server = script(going(people, lambda number, left: left[:3] if number > 1 else ()))
    proof = read(endpoint(server.url), page_size=3).completeness
    assert not proof.is_complete
    assert "vanish from Crowd faster than they can be read" in proof.reason
    assert "PAGE_SIZE" in proof.remedy
    assert len(server.asked) < 100


def test_page_size_and_expansion_are_always_said_and_never_left_to_the_server(script, endpoint):
    server = script([USERS, GROUPS, MEMBERSHIPS])
    read(endpoint(server.url))
    for asked, entity in zip(server.asked, ("user", "group"), strict=False):
        assert asked.params == {"entity-type": entity, "expand": entity, "start-index": "0", "max-results": "1000"}
        assert asked.headers["accept"] == "application/json"
    assert server.asked[2].headers["accept"] == "application/xml"
    assert all("content-type" not in asked.headers for asked in server.asked)


def test_a_server_that_sends_mere_names_is_not_taken_to_say_that_all_are_active(script, endpoint):
    names = answer({"users": [{"name": "ada", "link": {"href": "x"}}]})
    with pytest.raises(DirectoryUnreadable, match="only the names"):
        read(endpoint(script([names]).url))


def test_unusable_entries_are_quarantined_by_name_and_stop_nobody_else(script, endpoint):
    users = [
        {"name": "ada", "key": "1:a", "active": True},
        {"name": "", "key": "1:b", "active": True},
        {"key": "1:c", "active": True},
        "nonsense",
        {"name": "half \ud800", "key": "1:d", "active": True},
        {"name": None, "key": None, "active": None},
    ]
    snapshot = read(endpoint(script([answer({"users": users}), GROUPS, MEMBERSHIPS]).url))
    assert [user.username for user in snapshot.users()] == ["ada"]
    assert len(snapshot.quarantined) == 5
    assert all(entry.entry.startswith("user number") for entry in snapshot.quarantined)
    assert snapshot.completeness.is_complete


def test_before_crowd_had_keys_the_folded_name_is_the_id(script, endpoint):
    snapshot = read(endpoint(script([answer({"users": [{"name": "ADA", "active": True}]}), GROUPS, MEMBERSHIPS]).url))
    assert [user.id for user in snapshot.users()] == ["ada"]


def test_fields_of_the_wrong_type_are_read_as_empty(script, endpoint):
    odd = {"name": "ada", "key": 7, "email": None, "first-name": ["x"], "display-name": 5, "active": "false"}
    snapshot = read(endpoint(script([answer({"users": [odd]}), GROUPS, MEMBERSHIPS]).url))
    (user,) = snapshot.users()
    assert (user.id, user.email, user.first_name, user.display_name, user.active) == ("ada", "", "", "", False)
