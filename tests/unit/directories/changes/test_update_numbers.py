"""What is made of everything a domain controller may say."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.directories.changes.domain import (
    CONTEXT,
    ROOT,
    SERVICE,
    WITNESS,
    DomainScript,
    attribute,
    entry,
    page,
    root_entry,
    text,
)
from unit.directories.changes.kept import Kept
from unit.directories.changes.test_content_sync import Questions, Script

from dirsync.directories.ldap import LdapConnection
from dirsync.directories.ldap.changes import number_increment, reading
from dirsync.directories.ldap.changes.choice import feed_of, in_words
from dirsync.directories.ldap.changes.containers import CONTAINERS
from dirsync.directories.ldap.changes.content_sync import ContentSync
from dirsync.directories.ldap.changes.content_sync_389 import ContentSync389
from dirsync.directories.ldap.changes.domain_controller import Mark, read_mark
from dirsync.directories.ldap.changes.inquiry import WholeNeeded
from dirsync.directories.ldap.changes.interface import Changes
from dirsync.directories.ldap.changes.position import Position
from dirsync.directories.ldap.changes.sync_messages import SYNC_REQUEST
from dirsync.directories.ldap.changes.tombstones import SHOW_DELETED, SHOW_RECYCLED
from dirsync.directories.ldap.changes.update_numbers import UpdateNumbers
from dirsync.directories.ldap.dialects import dialect_of
from dirsync.directories.ldap.dialects.interface import RootDse
from dirsync.directories.ldap.entry import Entry
from dirsync.directories.ldap.page_loop import Failure, LineBroken, Undecodable
from dirsync.directories.ldap.searches import Kind, Search

SETTINGS = LdapConnection("corp", "ldap://127.0.0.1", "CN=reader,DC=x", "secret-canary")
USERS = Search(Kind.USERS, "OU=a,DC=x", "(cn=*)", ("cn", "objectGUID"), ())
GROUPS = replace(USERS, kind=Kind.GROUPS, attributes=("cn", "member"))
NOW = datetime(2026, 1, 1, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SHOWN = page(entry("gone", 90, uSNChanged="5"))
DELETED, CHANGED = "(&(isDeleted=TRUE)(uSNChanged>=101))", "(uSNChanged>=101)"
FITTING = f"(&(cn=*){CHANGED})"
NAMED = page(attribute("cn"), attribute("member", "2.5.5.1", 2), attribute("memberOf", "2.5.5.1", 3, 0x11))


def script(**other: object) -> DomainScript:
    return DomainScript(schema=NAMED, **other)  # type: ignore[arg-type] # named as there


def poll(
    asked: DomainScript,
    position: Position | None,
    search: Search = USERS,
    root: RootDse = ROOT,
    now: datetime = NOW,
) -> tuple[Changes | Failure, dict[str, str]]:
    kept = Kept()
    feed = UpdateNumbers(SETTINGS, root, dialect_of(root), now)
    found = feed.poll(asked, search, position, kept)  # type: ignore[arg-type] # see DomainScript
    told = {key[-2:]: told if isinstance(told, str) else told.dn.split(",")[0] for key, told in kept.told.items()}
    return found, told


def first_position(search: Search = USERS, *, is_listed: bool = False, root: RootDse = ROOT) -> Position:
    found, _ = poll(script(), None, search, root)
    assert isinstance(found, Changes)
    assert found.why_full == "nothing was kept of an earlier read"
    if is_listed:
        found, _ = poll(script(), found.position, search, root)
        # for groups the first comparison needs somebody who was deleted to be shown
        if isinstance(found, Changes) and found.is_full:
            found, _ = poll(script(hidden={WITNESS: SHOWN}), found.position, search, root)
        assert isinstance(found, Changes)
        assert found.why_full == ""
    return found.position


def incremental(asked: DomainScript, search: Search = USERS, **other: object) -> tuple[Changes, dict[str, str]]:
    """Poll on top of a list, with deletions shown."""
    asked.hidden.setdefault(WITNESS, SHOWN)
    found, told = poll(asked, first_position(search, is_listed=True), search, **other)  # type: ignore[arg-type] # as poll
    assert isinstance(found, Changes), found
    return found, told


def mark_of(changes: Changes | Failure) -> dict[str, object]:
    assert isinstance(changes, Changes)
    return json.loads(changes.position.cookie)


def test_a_first_answer_is_full_and_marks_where_the_counting_stood_before() -> None:
    found, told = poll(script(found={"(cn=*)": page(entry("ana", 1))}), None)
    assert isinstance(found, Changes)
    assert (found.others_are_gone, found.knows_deletions) == (True, True)
    assert told == {"01": "CN=ana"}
    assert mark_of(found) == {
        "name": "DC1",
        "id": text(1),
        "database": text(2),
        "committed": 100,
        "read_at": int(NOW.timestamp()),
        "listed_at": 0,
    }


def test_the_counting_is_looked_at_before_any_entry() -> None:
    class Counting(DomainScript):
        def pages(self, search: Search):
            if search.filter == "(cn=*)":
                self.committed += 1
            return super().pages(search)

    assert mark_of(poll(Counting(schema=NAMED), None)[0])["committed"] == 100


def test_whoever_is_not_shown_what_was_deleted_lists_all_ids() -> None:
    entries = [entry("old", 1, uSNChanged="100"), entry("new", 2, uSNChanged="101"), entry("older", 3, uSNChanged="1")]
    answers = {"(cn=*)": page(*entries), FITTING: page(entry("new", 2))}
    later = NOW + MINUTE
    found, told = poll(script(found=answers, committed=102), first_position(), now=later)
    assert isinstance(found, Changes)
    assert (found.is_full, found.others_are_gone, found.knows_deletions) == (False, True, True)
    assert told == {"01": "still there", "02": "CN=new", "03": "still there"}
    mark = mark_of(found)
    assert (mark["committed"], mark["listed_at"], mark["read_at"]) == (102, later.timestamp(), later.timestamp())


def test_what_left_while_it_was_listed_is_not_told_as_still_there() -> None:
    listed = page(entry("old", 1, uSNChanged="100"), entry("new", 2, uSNChanged="101"))
    found, told = poll(script(found={"(cn=*)": listed}), first_position())
    assert isinstance(found, Changes)
    assert found.others_are_gone
    assert told == {"01": "still there"}


def test_what_was_deleted_is_looked_for_in_its_container_and_all_over_the_context() -> None:
    asked = script()
    incremental(asked)
    assert asked.bases == {WITNESS: "<WKGUID=18E2EA80684F11D2B9AA00C04F79F805,DC=x>", DELETED: "DC=x"}


def test_what_was_deleted_and_what_does_not_fit_any_more_is_gone() -> None:
    deleted = page(
        entry("one\\0ADEL:1,CN=Deleted Objects", 1), entry("Deleted Objects", 5), entry("two\\0ADEL:2,CN=Deleted", 2)
    )
    found, told = incremental(
        script(
            hidden={DELETED: deleted},
            found={CHANGED: page(entry("in", 3), entry("out", 4)), FITTING: page(entry("in", 3))},
        )
    )
    assert not found.others_are_gone
    assert told == {"01": "gone", "02": "gone", "03": "CN=in", "04": "gone"}


def test_a_number_that_is_not_shown_makes_an_entry_be_told_and_all_be_listed_next_time() -> None:
    entries = page(entry("old", 1, uSNChanged="1"), entry("hiding", 2))
    mine = by_id(2)
    asked = script(found={"(cn=*)": entries, mine: page(entry("hiding", 2))}, hidden={WITNESS: SHOWN})
    found, told = poll(asked, first_position())
    assert told == {"01": "still there", "02": "CN=hiding"}
    assert mark_of(found)["listed_at"] == 0


def guid_bytes(number: int) -> bytes:
    return entry("x", number).values("objectGUID")[0]


def by_id(number: int) -> str:
    escaped = "".join(f"\\{byte:02x}" for byte in guid_bytes(number))
    return f"(&(cn=*)(|(objectGUID={escaped})))"


@pytest.mark.parametrize(
    ("later", "is_list"),
    [(timedelta(), False), (59 * MINUTE, False), (HOUR, True), (-MINUTE, True), (35 * HOUR, True), (50 * HOUR, True)],
)
def test_all_ids_are_listed_once_an_hour(later: timedelta, *, is_list: bool) -> None:
    found, _ = incremental(script(), now=NOW + later)
    assert found.others_are_gone == is_list
    assert mark_of(found)["listed_at"] == int((NOW + later if is_list else NOW).timestamp())


@pytest.mark.parametrize(
    "witness",
    [
        page(),
        page(code=32),
        page(code=50),
        page(entry("gone", 90)),
        page(entry("gone", None, uSNChanged="5")),
        page(Undecodable("CN=gone", "why")),
    ],
)
def test_without_a_witness_nothing_is_known_of_what_was_deleted(witness) -> None:
    found, _ = incremental(script(hidden={WITNESS: witness}))
    assert found.others_are_gone
    found, _ = incremental(script(hidden={WITNESS: witness}), GROUPS)
    assert "is shown nobody who was deleted, which Active Directory does not count" in found.why_full
    assert "(member); to have it read by changes, give CN=reader,DC=x List Contents" in found.why_full


@pytest.mark.parametrize(
    ("offered", "asked_with"),
    [
        ({SHOW_RECYCLED, SHOW_DELETED}, {SHOW_RECYCLED}),
        ({SHOW_DELETED}, {SHOW_DELETED}),
        (set(), set()),
    ],
)
def test_what_was_emptied_out_of_the_recycle_bin_is_asked_for_too(offered: set[str], asked_with: set[str]) -> None:
    root = replace(ROOT, controls=frozenset(offered))
    asked = script(hidden={WITNESS: SHOWN})
    found, _ = poll(asked, first_position(is_listed=True, root=root), root=root)
    assert isinstance(found, Changes)
    assert set(asked.controls) == asked_with
    assert found.others_are_gone == (not asked_with)


def test_groups_are_told_by_their_own_changes_and_by_new_names_of_their_members() -> None:
    holders = "(&(cn=*)(|(member=CN=an\\28a,DC=x)(member=CN=staff,DC=x)))"
    answers = {
        CHANGED: page(entry("an(a", 1), entry("staff", 2)),
        FITTING: page(entry("staff", 2)),
        holders: page(entry("outer", 3)),
    }
    found, told = incremental(script(found=answers), GROUPS)
    assert not found.others_are_gone
    assert told == {"01": "gone", "02": "CN=staff", "03": "CN=outer"}
    # listed, they are told all the same
    asked = script(found={**answers, "(cn=*)": page(entry("outer", 3, uSNChanged="1"))}, hidden={WITNESS: SHOWN})
    listed, told = poll(asked, first_position(GROUPS), GROUPS)
    assert isinstance(listed, Changes)
    assert listed.others_are_gone
    assert told == {"02": "CN=staff", "03": "CN=outer"}


def test_where_nobody_has_a_new_name_no_holder_is_asked_for() -> None:
    asked = script()
    incremental(asked, GROUPS)
    assert not [one for one in asked.asked if "(member=" in one]


def test_members_are_asked_for_in_parts(monkeypatch) -> None:
    monkeypatch.setattr(reading, "AT_A_TIME", 2)
    asked = script(found={CHANGED: page(*(entry(f"n{n}", n) for n in range(1, 6)))})
    incremental(asked, GROUPS)
    assert [one.count("(member=") for one in asked.asked if "(member=" in one] == [2, 2, 1]


def test_groups_are_read_whole_where_something_was_deleted() -> None:
    deleted = page(entry("one\\0ADEL:1,CN=Deleted Objects", 1))
    found, told = incremental(
        script(hidden={DELETED: deleted}, found={"(cn=*)": page(entry("staff", 2))}, committed=101), GROUPS
    )
    assert found.why_full.startswith("1 entries were deleted, each of which Active Directory does not count")
    assert found.others_are_gone
    assert told == {"02": "CN=staff"}
    assert mark_of(found)["committed"] == 101


@pytest.mark.parametrize(("later", "hours"), [(36 * HOUR, "36"), (-HOUR, "1"), (100 * HOUR, "100")])
def test_groups_are_read_whole_where_deletions_may_have_been_forgotten(later: timedelta, hours: str) -> None:
    found, _ = incremental(script(), GROUPS, now=NOW + later)
    assert f"the last read was {hours} hours away" in found.why_full


def test_groups_are_told_by_changes_until_then() -> None:
    found, _ = incremental(script(), GROUPS, now=NOW + 36 * HOUR - MINUTE)
    assert found.why_full == ""


def test_names_of_members_end_in_names_of_containers_anywhere() -> None:
    for search, base in ((USERS, USERS.base), (GROUPS, CONTEXT)):
        asked = script()
        poll(asked, None, search)
        assert asked.containers_of == [base]


def test_where_too_much_changed_people_are_listed_and_groups_read_whole(monkeypatch) -> None:
    monkeypatch.setattr(number_increment, "MOST_IDS", 2)
    for count, is_much in ((2, False), (3, True)):
        answers = {CHANGED: page(*(entry(f"n{n}", n + 1) for n in range(count)))}
        found, _ = incremental(script(found=answers))
        assert (found.others_are_gone, found.is_full) == (is_much, False)
        found, _ = incremental(script(found=answers), GROUPS)
        assert found.why_full == ("more than 2 entries changed" if is_much else "")


def test_where_too_many_hide_their_number_all_are_read(monkeypatch) -> None:
    monkeypatch.setattr(number_increment, "MOST_IDS", 2)
    for count, why in ((2, ""), (3, "more than 2 entries do not show their uSNChanged")):
        found, _ = poll(
            script(found={"(cn=*)": page(*(entry(f"n{n}", n + 1) for n in range(count)))}), first_position()
        )
        assert isinstance(found, Changes)
        assert found.why_full == why


@pytest.mark.parametrize("nameless", [entry("ana", None, uSNChanged="1"), Undecodable("CN=ana,DC=x", "why")])
def test_entries_that_hide_their_id_are_known_by_their_names_in_full_answers(nameless) -> None:
    why = "'CN=ana,DC=x' does not show its objectGUID"
    found, told = poll(script(found={"(cn=*)": page(nameless)}), first_position())
    assert isinstance(found, Changes)
    assert found.why_full == why
    assert list(told.values()) == ["CN=ana"]
    found, _ = incremental(script(found={CHANGED: page(nameless)}))
    assert found.why_full == why


@pytest.mark.parametrize("tombstone", [entry("a\\0ADEL:1", None), Undecodable("CN=a\\0ADEL:1", "why")])
def test_something_deleted_that_hides_its_id_is_answered_with_everything(tombstone) -> None:
    found, _ = incremental(script(hidden={DELETED: page(tombstone)}))
    assert found.why_full.endswith("which was deleted, does not show its objectGUID")


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"id": text(7), "name": "DC7"}, "the domain controller DC1 answered, and DC7 at the last read"),
        ({"database": text(7)}, "DC1 has another database than at the last read, as one restored from a backup does"),
        ({"database": text(7)}, f"(invocationId {text(2)} instead of {text(7)})"),
        ({"committed": 101}, "DC1 has counted fewer changes than at the last read, as one set back by force does"),
        ({"committed": 101}, "(highestCommittedUSN 100 instead of 101 or more)"),
        ({"committed": "many"}, "the mark of the last read is none that dirsync makes"),
    ],
)  # fmt: skip
def test_a_mark_of_another_time_or_place_is_answered_with_everything(other, why: str) -> None:
    position = first_position()
    cookie = json.dumps({**json.loads(position.cookie), **other}).encode()
    found, _ = poll(script(), replace(position, cookie=cookie))
    assert isinstance(found, Changes)
    assert why in found.why_full
    assert found.others_are_gone
    assert mark_of(found)["committed"] == 100
    again, _ = poll(script(), found.position)
    assert isinstance(again, Changes)
    assert not again.is_full


def test_a_mark_that_stands_still_is_good() -> None:
    found, _ = poll(script(committed=100), first_position())
    assert isinstance(found, Changes)
    assert not found.is_full


@given(st.binary())
def test_any_bytes_are_a_mark_or_none(cookie: bytes) -> None:
    with pytest.raises(WholeNeeded):
        read_mark(cookie)


@given(st.builds(Mark, st.text(), st.text(), st.text(), st.integers(), st.integers(), st.integers()))
def test_a_mark_is_kept(mark: Mark) -> None:
    assert read_mark(bytes(mark)) == mark


HIDDEN = page(code=50)
ROOTS = {
    "counts": page(entry("", None, dsServiceName=SERVICE, schemaNamingContext="CN=Schema")),
    "schema": page(entry("", None, dsServiceName=SERVICE, highestCommittedUSN="1")),
    "number": page(entry("", None, dsServiceName=SERVICE, highestCommittedUSN="x", schemaNamingContext="CN=Schema")),
    "service": page(entry("", None, highestCommittedUSN="1", schemaNamingContext="CN=Schema")),
    "short": page(
        entry("", None, dsServiceName="CN=DC1", highestCommittedUSN="1", schemaNamingContext="CN=Schema"),
    ),
    "nothing": page(),
    "undecodable": page(Undecodable("", "why")),
    "refused": HIDDEN,
}


@pytest.mark.parametrize(
    "named",
    [
        *({"": told, "CN=DC1": page(entry("CN=DC1", 1, invocationId=guid_bytes(2)))} for told in ROOTS.values()),
        {SERVICE: HIDDEN},
        {SERVICE: page(code=32)},
        {SERVICE: page(entry(SERVICE, 1))},
        {SERVICE: page(entry(SERVICE, None, invocationId=guid_bytes(2)))},
        {SERVICE: page(entry(SERVICE, 1, invocationId=b"short"))},
    ],
)
def test_a_domain_controller_that_does_not_say_which_it_is_is_read_whole_each_time(named) -> None:
    position: Position | None = None
    for _ in range(2):
        found, told = poll(script(named=named, found={"(cn=*)": page(entry("ana", 1))}), position)
        assert isinstance(found, Changes)
        assert "does not show CN=reader,DC=x which one it is and how far it has counted" in found.why_full
        assert told == {"01": "CN=ana"}
        position = found.position
        assert position.cookie == b""


def test_the_anonymous_account_is_called_by_its_name() -> None:
    feed = UpdateNumbers(LdapConnection("corp", "ldap://127.0.0.1"), ROOT, dialect_of(ROOT), NOW)
    found = feed.poll(script(named={"": page()}), USERS, None, Kept())  # type: ignore[arg-type] # see DomainScript
    assert isinstance(found, Changes)
    assert "does not show the anonymous account which" in found.why_full


@pytest.mark.parametrize(("base", "named"), [("DC=y", "DC=y"), ("", "the root")])
def test_a_base_that_lies_nowhere_is_read_whole(base: str, named: str) -> None:
    found, _ = poll(script(), None, replace(USERS, base=base))
    assert isinstance(found, Changes)
    assert found.why_full == f"the domain controller does not say which part of the domain holds {named}"


@pytest.mark.parametrize(("base", "context"), [("ou=a,dc=X", "DC=x"), ("OU=a,DC=sub,DC=x", "DC=sub,DC=x")])
def test_changes_are_looked_for_in_the_innermost_context(base: str, context: str) -> None:
    asked = script()
    poll(asked, None, replace(GROUPS, base=base))
    assert asked.containers_of == [context]


@pytest.mark.parametrize(
    ("filter_text", "told", "name"),
    [
        ("(memberOf=CN=g,DC=x)", [attribute("memberOf", "2.5.5.1", 3, 0x11)], "memberof"),
        ("(!(|(cn=a)(memberOf:1.2.840.113556.1.4.1941:=CN=g)))", [attribute("memberOf", "2.5.5.1", 3)], "memberof"),
        ("(&(cn=a)(manager=CN=b))", [attribute("manager", "2.5.5.1", 42)], "manager"),
        ("(secretary=CN=b)", [attribute("secretary", "2.5.5.1")], "secretary"),
        ("(x=CN=b)", [attribute("x", "2.5.5.7")], "x"),
        ("(x=CN=b)", [attribute("x", "2.5.5.14")], "x"),
        ("(lastLogon>=1)", [attribute("lastLogon", "2.5.5.16", flags=0x11)], "lastlogon"),
        ("(tokenGroups=1)", [attribute("tokenGroups", "2.5.5.17", flags=0x8000004)], "tokengroups"),
        ("(nowhere=1)", [], "nowhere"),
        ("(1.2.9=CN=g)", [attribute("memberOf", "2.5.5.1", 3, oid="1.2.9")], "1.2.9"),
    ],
)
def test_a_filter_on_what_is_not_counted_is_answered_with_everything(filter_text: str, told, name: str) -> None:
    asked = DomainScript(schema=page(attribute("cn"), *told))
    found, _ = poll(asked, None, replace(USERS, filter=filter_text))
    assert isinstance(found, Changes)
    assert found.why_full.startswith(f"the filter asks for {name}, and Active Directory does not count it")
    assert found.position.cookie == b""


@pytest.mark.parametrize(
    ("filter_text", "asked_for", "schema"),
    [
        ("(&(objectCategory=person)(objectGUID=*)(whenChanged>=2)(uSNChanged>=1)(uSNCreated>=1))", "", ()),
        ("(|(distinguishedName=CN=a)(cn;lang-de=b)(1.2.3=c))", "(|(attributeID=1.2.3)(lDAPDisplayName=cn))", ()),
        ("(userAccountControl:1.2.840.113556.1.4.803:=2)",
         "(|(lDAPDisplayName=cn)(lDAPDisplayName=useraccountcontrol))",
         (attribute("userAccountControl", "2.5.5.9", flags=0x12, oid="1.2.4"),)),
    ],
)  # fmt: skip
def test_a_filter_on_what_is_counted_is_good_for_changes(filter_text: str, asked_for: str, schema) -> None:
    asked = DomainScript(schema=page(attribute("CN"), Undecodable("CN=x", "why"), *schema))
    search = replace(USERS, filter=filter_text)
    found, _ = poll(asked, None, search)
    assert isinstance(found, Changes)
    assert not asked_for or asked_for in asked.asked
    found, _ = poll(asked, found.position, search)
    assert isinstance(found, Changes)
    assert not found.is_full


@pytest.mark.parametrize(
    ("told", "is_link"),
    [
        (attribute("x", "2.5.5.1"), True),
        (attribute("x", "2.5.5.1", 2), True),
        (attribute("x", "2.5.5.12", 2), True),
        (attribute("x", "2.5.5.7"), True),
        (attribute("x", "2.5.5.1", 3), False),
        (attribute("x", "2.5.5.12"), False),
    ],
)
def test_what_names_other_entries_is_told_by_the_schema(told: Entry, *, is_link: bool) -> None:
    asked = DomainScript(schema=page(attribute("cn"), told))
    poll(asked, None, replace(USERS, attributes=("X;range=0-*", "distinguishedName", "objectCategory")))
    assert asked.containers_of == [CONTEXT if is_link else USERS.base]


ENDS = [page(code=3), page(code=51), LineBroken("the server closed the connection")]


def ended(where: str, told) -> DomainScript:
    """Return a script in which one question does not come to its end."""
    asked = script(hidden={WITNESS: SHOWN}, found={CHANGED: page(entry("a", 1))})
    holders = "(&(cn=*)(|(member=CN=a,DC=x)))"
    places = {
        "root": (asked.named, ""),
        "settings": (asked.named, SERVICE),
        "witness": (asked.hidden, WITNESS),
        "tombstones": (asked.hidden, DELETED),
        "containers": (asked.found, CONTAINERS),
        "changed": (asked.found, CHANGED),
        "fitting": (asked.found, FITTING),
        "holders": (asked.found, holders),
        "entries": (asked.found, "(cn=*)"),
    }
    if where == "schema":
        asked.schema = told
    else:
        answers, key = places[where]
        answers[key] = told
    return asked


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize(
    "where", ["root", "settings", "schema", "witness", "tombstones", "containers", "changed", "fitting", "holders"]
)
def test_a_question_that_does_not_come_to_its_end_is_a_failure(where: str, end) -> None:
    found, _ = poll(ended(where, end), first_position(GROUPS, is_listed=True), GROUPS)
    assert isinstance(found, Failure), found
    assert found.remedy
    assert found.line_is_broken == isinstance(end, LineBroken)


@pytest.mark.parametrize("end", ENDS)
def test_a_list_or_a_full_answer_that_does_not_come_to_its_end_is_a_failure(end) -> None:
    for position in (None, first_position()):
        assert isinstance(poll(ended("entries", end), position)[0], Failure)
    assert isinstance(poll(ended("fitting", end), first_position())[0], Failure)


@pytest.mark.parametrize("end", ENDS)
def test_an_entry_without_number_that_can_t_be_read_is_a_failure(end) -> None:
    mine = by_id(2)
    found, _ = poll(script(found={"(cn=*)": page(entry("a", 2)), mine: end}), first_position())
    assert isinstance(found, Failure)


def test_a_domain_controller_is_asked_by_its_numbers_whatever_the_decoder() -> None:
    for settings in (SETTINGS, replace(SETTINGS, uses_stock_decoder=True)):
        assert isinstance(feed_of(settings, ROOT, dialect_of(ROOT), NOW), UpdateNumbers)


class TestInWords:
    """What the doctor says of how a server is read."""

    def said(self, root: RootDse, asked: DomainScript | None = None, **choices: bool) -> str:
        settings = replace(SETTINGS, **choices)  # type: ignore[arg-type] # switches, all of them
        return in_words(asked or script(), settings, root, dialect_of(root), NOW)  # type: ignore[arg-type] # see above

    @pytest.mark.parametrize("root", [ROOT, RootDse(), RootDse(controls=frozenset({SYNC_REQUEST}))])
    def test_with_the_stock_decoder_nothing_is_known_again(self, root: RootDse) -> None:
        assert self.said(root, uses_stock_decoder=True) == "is read whole every time (DECODER=stock)."

    def test_content_synchronization_tells_deletions_where_it_is_switched_on(self) -> None:
        offering = RootDse(naming_contexts=("dc=a", "dc=b"), controls=frozenset({SYNC_REQUEST}))
        begin = "is read by what changed since the last read: "
        for root, name in (
            (offering, ContentSync.name),
            (replace(offering, vendor="389 Project"), ContentSync389.name),
        ):
            told = f"{begin}{name}, which tells deletions too"
            for codes, lacking in (((0, 0), ""), ((0, 12), "dc=b"), ((32, 50), "")):
                asked = Questions([Script(code=code) for code in codes])
                said = in_words(asked, SETTINGS, root, dialect_of(root), NOW)  # type: ignore[arg-type] # see there
                but = f", except for what lies below {lacking}: there it is not switched on" if lacking else "."
                assert said.startswith(f"{told}{but}")
            nowhere = in_words(Questions([Script(code=12)] * 2), SETTINGS, root, dialect_of(root), NOW)  # type: ignore[arg-type] # see there
            assert nowhere.startswith("has no content synchronization")
            assert nowhere.endswith("it is read whole every time, and only what is not as it was is decoded.")

    def test_time_stamps_tell_none(self) -> None:
        begin = "has no content synchronization (RFC 4533: overlay syncprov in OpenLDAP), and nothing else tells del"
        whole, silent = self.said(RootDse()), self.said(RootDse(), accepts_silence=True)
        assert whole.startswith(begin)
        assert silent.startswith(begin)
        assert "it is read whole every time" in whole
        assert "it is read by changes by modifyTimestamp, and what was deleted is noticed when everyth" in silent

    def test_of_a_domain_it_hangs_on_who_is_shown(self) -> None:
        begin = "is read by what changed since the last read (changes by uSNChanged)"
        assert self.said(ROOT, script(hidden={WITNESS: SHOWN})) == f"{begin}, deletions too."
        told = self.said(ROOT)
        assert told.startswith(f"{begin}, with a list of all ids for what is gone; groups are read whole")
        assert told.endswith("give CN=reader,DC=x List Contents and Read Property on the container Deleted Objects of "
                             "DC=x (dsacls, LCRP).")  # fmt: skip

    @pytest.mark.parametrize("root", [page(), page(code=50), page(entry("", None, highestCommittedUSN="1"))])
    def test_of_a_domain_without_a_name_nothing_deleted_is_shown(self, root) -> None:
        told = self.said(ROOT, script(named={"": root}, hidden={WITNESS: SHOWN}))
        assert "with a list of all ids for what is gone" in told

    @pytest.mark.parametrize("where", ["root", "witness"])
    def test_a_question_that_ends_early_says_nothing_either_way(self, where: str) -> None:
        told = self.said(ROOT, ended(where, page(code=51)))
        assert "whether deletions are shown could not be asked: the server ended it with code 51" in told

    def test_a_broken_line_is_one(self) -> None:
        with pytest.raises(LineBroken, match="closed"):
            self.said(ROOT, ended("witness", LineBroken("the server closed the connection")))


def test_the_root_entry_of_the_script_is_one() -> None:
    assert root_entry(7).values("highestCommittedUSN") == (b"7",)
