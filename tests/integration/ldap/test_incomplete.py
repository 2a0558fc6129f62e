"""Every way in which a read can end early, at real servers where they can be brought to it, with either decoder.

None of them may look like the end of the directory: what was not sent would be taken for gone.
"""

from __future__ import annotations

import itertools
import re
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import pytest
from servers.ds389 import Start389
from servers.ldap_server import LdapServer
from servers.proxy import line_cut_after, line_held_after
from servers.scripted_ldap import Answer, ScriptedPage, SearchAsked, scripted_ldap
from servers.slapd import Slapd, StartSlapd, people_ldif

from dirsync.directories.interface import Attributes, Selection
from dirsync.directories.ldap import page_loop
from dirsync.errors import Unreachable
from dirsync.model.snapshot import Completeness, LastRead, Snapshot

pytestmark = pytest.mark.server
MANY = 1200
Read = Callable[..., Snapshot]


@pytest.fixture(params=[False, True], ids=["fast", "stock"])
def read(request: pytest.FixtureRequest, read: Read) -> Read:
    """As everywhere, with each decoder in turn."""

    def reading(*arguments: object, **choices: object) -> Snapshot:
        return read(*arguments, uses_stock_decoder=request.param, **choices)

    return reading


@pytest.fixture(scope="module")
def many_ldif() -> str:
    return people_ldif(MANY, group_size=400)


@pytest.fixture(scope="module")
def many(start_slapd: StartSlapd, many_ldif: str) -> Slapd:
    """A slapd of 1,200 people in 3 groups. Tests may kill it; each finds it running."""
    return start_slapd(ldif=many_ldif)


@pytest.fixture
def running(many: Slapd) -> Iterator[Slapd]:
    yield many
    many.kill()
    many.start()


def people(server: LdapServer, search_filter: str = "") -> Selection:
    return Selection("m", (f"ou=people,{server.base}",), search_filter)


def doubted(snapshot: Snapshot, reason: str, remedy: str) -> Completeness:
    """Assert that a read is known not to be whole, and that the admin is told why, of what, and what to do."""
    whole = snapshot.completeness
    assert not whole.is_complete
    assert "Directory 'corp'" in whole.reason
    assert re.search(reason, whole.reason), whole.reason
    assert re.search(remedy, whole.remedy), whole.remedy
    assert "{" not in whole.remedy
    return whole


@pytest.fixture(scope="module")
def limited(start_slapd: StartSlapd, many_ldif: str) -> Callable[[str], Slapd]:
    """Return a slapd with 1,200 people and limits of 500 of this kind, the same one each time."""
    started: dict[str, Slapd] = {}

    def get(limits: str) -> Slapd:
        if limits not in started:
            started[limits] = start_slapd(ldif=many_ldif, limits=limits, size=500)
        return started[limits]

    return get


@pytest.mark.parametrize(
    ("limits", "page_size", "result", "limit"),
    [
        pytest.param("hard", 1000, "sizeLimitExceeded", "size.prtotal", id="size-limit"),
        pytest.param("total", 1000, "sizeLimitExceeded", "size.prtotal", id="total-of-all-pages"),
        pytest.param("total", 100, "sizeLimitExceeded", "size.prtotal", id="total-met-on-a-later-page"),
        pytest.param("no-paging", 1000, "adminLimitExceeded", "size.prtotal=disabled", id="paging-refused"),
        pytest.param("page", 1000, "adminLimitExceeded", r"PAGE_SIZE", id="page-too-large"),
    ],
)
def test_a_limit_of_openldap_ends_the_read_and_is_named(
    limited: Callable[[str], Slapd], read: Read, limits: str, page_size: int, result: str, limit: str
) -> None:
    server = limited(limits)
    snapshot = read(server, people(server), page_size=page_size)
    whole = doubted(snapshot, f"ou=people.*{result}", limit)
    assert server.reader_dn in whole.remedy
    assert (whole.searches[-1].result, whole.searches[-1].entries) == (result, snapshot.counts().users)
    assert snapshot.counts().users <= 500
    assert whole.searches[-1].pages == (6 if page_size == 100 else 1)


def long_names(ldif: str) -> str:
    """Return the same people with display names that fill every buffer between a server and a client who waits."""
    return ldif.replace("\ngivenName: ", f"\ndisplayName: {'x' * 10_000}\ngivenName: ")


def test_a_time_limit_met_in_the_middle_of_a_page_ends_the_read_and_is_named(
    start_slapd: StartSlapd, read: Read, many_ldif: str
) -> None:
    server = start_slapd(ldif=long_names(many_ldif), limits="time", size=1)
    with line_held_after(server.port, 20_000, lambda: time.sleep(2.5)) as port:
        snapshot = read(server, people(server), url=f"ldap://127.0.0.1:{port}", page_size=5000)
    whole = doubted(snapshot, r"timeLimitExceeded.*olcTimeLimit", r"time=unlimited")
    assert server.reader_dn in whole.remedy
    assert 0 < snapshot.counts().users < MANY


@pytest.mark.parametrize(
    ("what", "told"),
    [
        pytest.param("kill", "connection", id="killed"),
        pytest.param("kill-and-start", "connection", id="restarted"),
        pytest.param("hang", r"sent nothing for 1 s \(READ_TIMEOUT\)", id="hung"),
    ],
)
def test_a_server_that_goes_in_the_middle_of_a_page_ends_the_read(
    running: Slapd, read: Read, what: str, told: str
) -> None:
    def meanwhile() -> None:
        if what == "hang":
            running.hang()
            time.sleep(2)
            running.wake()
        else:
            running.kill()
        if what == "kill-and-start":
            running.start()

    with line_held_after(running.port, 20_000, meanwhile) as port:
        snapshot = read(running, people(running), url=f"ldap://127.0.0.1:{port}", page_size=5000, read_timeout=1)
    whole = doubted(snapshot, f"ou=people.*on page 1, after 0 entries: .*{told}", "the line to it")
    assert whole.searches[-1].result == "connection lost"
    assert snapshot.counts().users == 0


@pytest.mark.parametrize("what", ["kill", "restart", "hang"])
def test_a_server_that_goes_between_two_pages_ends_the_read(running: Slapd, read: Read, what: str) -> None:
    gone = False

    def go(what_is_read: str, done: int, total: int | None = None) -> None:
        nonlocal gone
        if not gone:
            gone = True
            getattr(running, what)()

    snapshot = read(running, people(running), page_size=100, read_timeout=1, progress=go)
    whole = doubted(snapshot, "the server closed|connection broke|sent nothing for 1 s", "the line to it")
    # pages are asked for ahead, so that one or two more may have been under way already
    got = re.search(r"on page (\d+), after (\d+) entries", whole.reason)
    assert got, whole.reason
    assert snapshot.counts().users == int(got[2]) == (int(got[1]) - 1) * 100 < MANY


def test_a_server_that_was_killed_is_unreachable_the_next_time(running: Slapd, read: Read) -> None:
    running.kill()
    with pytest.raises(Unreachable, match="refused"):
        read(running, people(running))


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize("answer_bytes", [3_000, 20_000, 60_000])
def test_a_line_cut_in_the_middle_of_a_page_ends_the_read(
    many: Slapd, read: Read, answer_bytes: int, *, reset: bool
) -> None:
    with line_cut_after(many.port, answer_bytes, reset=reset) as port:
        snapshot = read(many, people(many), url=f"ldap://127.0.0.1:{port}", page_size=50)
    whole = doubted(snapshot, "on page .* connection", "the line to it")
    assert whole.searches[-1].result == "connection lost"
    assert snapshot.counts().users < MANY


def far_away(url: str) -> str:
    return (
        "dn: ou=far,ou=people,dc=example,dc=org\nobjectClass: referral\nobjectClass: extensibleObject\nou: far\n"
        f"ref: {url}\n\n"
    )


@pytest.mark.parametrize(
    ("base", "people_read", "told"),
    [
        pytest.param("ou=people", 5, r"leaves entries to another server \(ldap://127", id="reference-left"),
        pytest.param("ou=far,ou=people", 0, "referral", id="referral-instead-of-entries"),
    ],
)
def test_what_another_server_holds_is_missed_and_that_server_is_never_asked(
    start_slapd: StartSlapd, read: Read, base: str, people_read: int, told: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        url = f"ldap://127.0.0.1:{elsewhere.getsockname()[1]}/ou=far,dc=example,dc=org"
        server = start_slapd(ldif=people_ldif(5) + far_away(url))
        snapshot = read(server, Selection("m", (f"{base},{server.base}",)))
        elsewhere.setblocking(False)
        with pytest.raises(BlockingIOError):
            elsewhere.accept()
    doubted(snapshot, told, "Directory of its own|the server that holds this base")
    assert snapshot.counts().users == people_read


def test_a_base_that_does_not_exist_is_no_empty_directory(many: Slapd, read: Read) -> None:
    whole = doubted(read(many, Selection("m", (f"ou=gone,{many.base}",))), "noSuchObject", "typing errors")
    assert many.reader_dn in whole.remedy


def test_one_broken_search_does_not_hide_what_the_others_found(many: Slapd, read: Read) -> None:
    gone = Selection("gone", (f"ou=gone,{many.base}",))
    snapshot = read(many, gone, people(many))
    assert snapshot.counts("m").users == MANY
    doubted(snapshot, "noSuchObject", "base")


def test_nobody_where_there_were_some_is_no_empty_directory(many: Slapd, read: Read) -> None:
    nobody = people(many, "(uid=nobody)")
    assert read(many, nobody).completeness.is_complete
    snapshot = read(many, nobody, known=LastRead(users=50))
    doubted(snapshot, "no users at all, where the last complete read held 50", "rights.*--allow-removals 50")


def test_a_limit_of_389_ends_the_read_and_is_named(start_389: Start389, read: Read) -> None:
    size = start_389(lambda base: people_ldif(60, base), nsPagedSizeLimit=20)
    whole = doubted(
        read(size, people(size), page_size=50), "sizeLimitExceeded.*nsPagedSizeLimit", "nsPagedSizeLimit: -1"
    )
    assert size.reader_dn in whole.remedy
    assert read(size, people(size), page_size=10).completeness.is_complete, "as the remedy says: it counts each page"

    through = start_389(lambda base: people_ldif(60, base), nsLookThroughLimit=20)
    snapshot = read(through, people(through), page_size=10)
    whole = doubted(snapshot, "after 20 entries.*adminLimitExceeded", "nsPagedLookThroughLimit: -1")
    assert through.reader_dn in whole.remedy
    through.modify(
        f"dn: {through.reader_dn}\nchangetype: modify\nadd: nsPagedLookThroughLimit\nnsPagedLookThroughLimit: -1\n"
    )
    assert read(through, people(through), page_size=10).completeness.is_complete, "the remedy is one"


def test_rights_that_were_taken_away_since_last_night_empty_no_directory(start_389: Start389, read: Read) -> None:
    server = start_389(lambda base: people_ldif(60, base))
    before = read(server).completeness
    assert before.is_complete
    take = f"dn: {server.base}\nchangetype: modify\n"
    server.modify(
        take + 'replace: aci\naci: (targetattr!="nsUniqueId")(version 3.0; acl "no ids"; '
        'allow (read,search,compare) userdn="ldap:///all";)\n'
    )
    snapshot = read(server)
    whole = doubted(snapshot, r"60 of 60 entries can't be used: uid=user0.*no nsUniqueId.*and 55 more", "right to read")
    assert server.reader_dn in whole.remedy
    server.modify(take + "delete: aci\n")
    snapshot = read(server, known=LastRead(users=60, groups=6))
    doubted(snapshot, "no users at all, where the last complete read held 60", "rights")
    assert snapshot.counts().users == 0


@pytest.mark.parametrize(("without_mail", "is_complete"), [(20, True), (21, False)])
def test_a_few_unusable_entries_stop_nobody_and_a_tenth_of_them_is_doubted(
    many: Slapd, read: Read, without_mail: int, *, is_complete: bool
) -> None:
    some = "".join(f"(uid=user{number:06d})" for number in range(40))
    bad = "".join(f"(uid=user{number:06d})" for number in range(without_mail))
    many.modify(
        "\n".join(
            f"dn: uid=user{number:06d},ou=people,{many.base}\nchangetype: modify\nreplace: title\ntitle: t{number}\n"
            for number in range(without_mail, 40)
        )
        + "\n"
        + "\n".join(
            f"dn: uid=user{number:06d},ou=people,{many.base}\nchangetype: modify\nreplace: title\n"
            for number in range(without_mail)
        )
    )
    assert many.count(many.base, f"(&(|{bad})(!(title=*)))") == without_mail
    snapshot = read(many, replace(people(many, f"(|{some})"), attributes=Attributes(username="title")))
    assert len(snapshot.quarantined) == without_mail
    assert snapshot.counts().users == 40 - without_mail
    assert snapshot.completeness.is_complete is is_complete
    if not is_complete:
        whole = doubted(snapshot, r"21 of 40 entries can't be used: uid=user\d+", "name in the mapping")
        assert whole.reason.count("no title") == 5
        assert "and 16 more" in whole.reason


PERSON = {"objectClass": ["person"], "entryUUID": ["1"], "uid": ["ana"], "cn": ["Ana"], "sn": ["A"]}


OPENLDAP_ROOT = {"objectClass": ["top", "OpenLDAProotDSE"], "namingContexts": ["dc=x"]}
EVERYBODY = Selection("m", ("dc=x",))


def numbered(number: int) -> tuple[str, dict[str, list[str]]]:
    return f"uid=user{number},dc=x", PERSON | {"uid": [f"user{number}"], "entryUUID": [f"id-{number}"]}


def scripted_read(
    read: Read,
    server: Slapd,
    answer: Answer,
    selection: Selection = EVERYBODY,
    root: Mapping[str, Sequence[str]] = OPENLDAP_ROOT,
) -> Snapshot:
    def paged(asked: SearchAsked) -> ScriptedPage:
        return ScriptedPage(cookie=None) if asked.cookie is None else answer(asked)

    with scripted_ldap(root, paged) as url:
        return read(server, selection, url=url, page_size=1, read_timeout=2)


def test_a_time_limit_of_389_ends_the_read_and_is_named(small: Slapd, read: Read) -> None:
    # a real one hangs up on a client that keeps it waiting, and is too quick for one that does not
    late = ScriptedPage([numbered(0)], b"", code=3)
    root = {"vendorName": ["389 Project"], "vendorVersion": ["389-Directory/2.3.1 B2025.016.1616"]}
    snapshot = scripted_read(read, small, lambda _: late, root=root)
    reason = r"after 1 entries.*timeLimitExceeded \(nsslapd-timelimit, or"
    doubted(snapshot, reason, f"nsTimeLimit: -1 on the entry of {small.reader_dn}")


def test_a_page_that_comes_twice_ends_the_read(small: Slapd, read: Read) -> None:
    circle = {b"": ScriptedPage([numbered(0)], b"1"), b"1": ScriptedPage([numbered(1)], b"2")}
    snapshot = scripted_read(read, small, lambda asked: circle.get(asked.cookie or b"", circle[b""]))
    doubted(snapshot, "on page 3, .* the server sent the same page twice", "PAGE_SIZE")
    assert snapshot.counts().users == 2


def test_a_cookie_that_stays_the_same_without_entries_ends_the_read(small: Slapd, read: Read) -> None:
    def stuck(asked: SearchAsked) -> ScriptedPage:
        return ScriptedPage([numbered(0)] if asked.cookie == b"" else [], b"1")

    snapshot = scripted_read(read, small, stuck)
    doubted(snapshot, "on page 2, after 1 entries: the server sent the same page twice", "paging looked into")


def test_cookies_that_never_end_do_end(small: Slapd, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_loop, "MOST_ENTRIES", 100)
    numbers = itertools.count()

    def endless(asked: SearchAsked) -> ScriptedPage:
        number = next(numbers)
        return ScriptedPage([numbered(number)], str(number).encode())

    snapshot = scripted_read(read, small, endless)
    doubted(snapshot, "after 101 entries: the server never comes to an end", "paging looked into")


def test_a_server_that_ignores_the_control_ends_the_read(small: Slapd, read: Read) -> None:
    snapshot = scripted_read(read, small, lambda _: ScriptedPage([numbered(0)], None))
    doubted(snapshot, "did not say whether there are more pages", "RFC 2696")


def test_members_that_were_cut_off_and_are_not_to_be_had_end_the_read(small: Slapd, read: Read) -> None:
    group = ("cn=g,dc=x", {"cn": ["g"], "entryUUID": ["g-1"], "member;range=0-1": ["uid=a,dc=x", "uid=b,dc=x"]})

    def cut(asked: SearchAsked) -> ScriptedPage:
        return ScriptedPage([group] if "member" in asked.attributes else [])

    snapshot = scripted_read(read, small, cut, Selection("m", ("dc=x",), group_bases=("dc=x",)))
    doubted(snapshot, "of cn=g,dc=x it gave only a part of member.*a member might be overlooked", "limit raised")
