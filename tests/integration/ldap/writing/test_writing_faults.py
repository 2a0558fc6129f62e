"""What goes wrong while an LDAP target is written to, and that nothing is then said to be what it is not."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from servers.proxy import line_cut_after
from servers.slapd import SUFFIX, Slapd, StartSlapd, people_ldif

from dirsync.directories.ldap.page_loop import LineBroken
from dirsync.errors import CredentialsRefused, Unreachable
from dirsync.model.plans import Op, Result

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def server(start_slapd: StartSlapd) -> Slapd:
    return start_slapd(ldif=people_ldif(0))


@pytest.fixture
def desk(server, open_desk):
    return open_desk(server)


def dn(desk, name):
    return f"uid={name},ou=people,{desk.base}"


def test_an_account_that_is_gone_is_told_and_not_made_again(desk):
    made = desk.create("ana")
    desk.server.modify(f"dn: {dn(desk, 'ana')}\nchangetype: delete\n")
    failed = desk.do(Op.UPDATE_USER, user="ana", user_id=made.target_id, after={"email": "x@example.org"})
    assert failed.result is Result.FAILED
    assert f"no account 'ana' (id {made.target_id})" in failed.message
    desk.group("staff")
    assert desk.join("ana", "staff", made.target_id).result is Result.FAILED
    assert desk.leave("ana", "staff", made.target_id).result is Result.ALREADY_SO


def test_a_name_that_somebody_else_has_by_now_is_left_alone(desk):
    made = desk.create("ana")
    desk.server.modify(f"dn: {dn(desk, 'ana')}\nchangetype: modrdn\nnewrdn: uid=anna\ndeleteoldrdn: 1\n")
    renamed = desk.do(Op.DEACTIVATE_USER, user="ana", user_id=made.target_id)
    assert renamed.result is Result.REFUSED
    assert "is called 'anna' by now" in renamed.message
    desk.create("ana")
    desk.server.modify(f"dn: {dn(desk, 'anna')}\nchangetype: delete\n")
    for op in (Op.DEACTIVATE_USER, Op.REMOVE_USER):
        taken = desk.do(op, user="ana", user_id=made.target_id)
        assert taken.result is Result.REFUSED
        assert "somebody else has taken the name" in taken.message
    assert desk.user("ana").active


def test_a_change_between_the_look_and_the_write_is_noticed_by_the_server_itself(desk, monkeypatch):
    made = desk.create("ana")
    tree = desk.target._tree
    send = tree.send

    def late(request, only_if=None):
        monkeypatch.setattr(tree, "send", send)
        desk.server.modify(f"dn: {dn(desk, 'ana')}\nchangetype: delete\n")
        desk.server.modify(
            f"dn: {dn(desk, 'ana')}\nchangetype: add\nobjectClass: inetOrgPerson\nuid: ana\ncn: Other\nsn: Other\n"
        )
        return send(request, only_if)

    monkeypatch.setattr(tree, "send", late)
    refused = desk.do(Op.REMOVE_USER, user="ana", user_id=made.target_id)
    assert refused.result is Result.REFUSED
    assert "It is another entry by now" in refused.message
    assert desk.user("ana").last_name == "Other"


def test_a_group_that_became_another_one_gets_nobody(desk, monkeypatch):
    made = desk.create("ana")
    desk.group("staff")
    tree = desk.target._tree
    send = tree.send
    name = f"cn=staff,ou=groups,{desk.base}"

    def late(request, only_if=None):
        monkeypatch.setattr(tree, "send", send)
        desk.server.modify(f"dn: {name}\nchangetype: delete\n")
        desk.server.modify(f"dn: {name}\nchangetype: add\nobjectClass: groupOfNames\ncn: staff\nmember: cn=x\n")
        return send(request, only_if)

    monkeypatch.setattr(tree, "send", late)
    refused = desk.join("ana", "staff", made.target_id)
    assert refused.result is Result.REFUSED
    assert "It is another entry by now" in refused.message
    assert desk.members("staff") == []


def test_a_name_that_is_taken_is_not_taken_twice(desk):
    made = desk.create("ana")
    other = desk.create("ben")
    step = {"user": "ana", "user_id": made.target_id, "before": {"username": "ana"}, "after": {"username": "Ben"}}
    failed = desk.do(Op.RENAME_USER, **step)
    assert failed.result is Result.FAILED
    assert f"another account called 'ben' (id {other.target_id})" in failed.message
    desk.server.modify(f"dn: {dn(desk, 'cat')}\nchangetype: add\nobjectClass: account\nuid: cat\n")
    taken = desk.create("cat")
    assert taken.result is Result.FAILED
    assert "is no account as target.users describes them" in taken.message


def test_what_the_schema_refuses_is_told_with_the_servers_words_and_the_cure(server, open_desk):
    desk = open_desk(server, layout={"object_classes": ("inetOrgPerson", "posixAccount")})
    failed = desk.create("ana")
    assert failed.result is Result.FAILED
    assert "requires attribute" in failed.message
    assert "set target.users.object_classes" in failed.message
    bad = open_desk(server).create("ana", email="ü@example.org")
    assert bad.result is Result.FAILED
    assert "invalidAttributeSyntax" in bad.message


def test_a_base_that_is_not_there_is_named(server, open_desk):
    missing = f"ou=missing,{SUFFIX}"
    desk = open_desk(server, users=missing, groups=missing)
    told = [desk.create("ana"), desk.group("staff")]
    assert [one.result for one in told] == [Result.FAILED] * 2
    assert all(missing in one.message for one in told)


def test_a_copy_that_takes_no_changes_says_so(start_slapd, open_desk):
    copy = start_slapd(ldif=people_ldif(2), extra="readonly on")
    desk = open_desk(copy, users=f"ou=people,{SUFFIX}", groups=f"ou=groups,{SUFFIX}")
    refused = desk.create("ana")
    assert refused.result is Result.REFUSED
    assert "unwillingToPerform" in refused.message
    assert "takes no changes" in refused.message


def test_a_copy_that_sends_writers_elsewhere_is_not_followed(start_slapd, open_desk):
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        where = f"ldap://127.0.0.1:{elsewhere.getsockname()[1]}"
        replica = (
            f"syncrepl rid=1 provider={where} type=refreshOnly interval=01:00:00:00 retry=86400,1 searchbase={SUFFIX}"
            f" bindmethod=simple\nupdateref {where}"
        )
        copy = start_slapd(ldif=people_ldif(2), extra=replica, session_log=None)
        elsewhere.settimeout(1)
        with suppress(TimeoutError):
            elsewhere.accept()[0].close()  # the copy itself, which asks its provider when it starts
        desk = open_desk(copy, users=f"ou=people,{SUFFIX}", groups=f"ou=groups,{SUFFIX}")
        refused = desk.create("ana")
        assert refused.result is Result.REFUSED
        assert "referral" in refused.message
        assert "write the URL of the server that takes changes" in refused.message
        with pytest.raises(TimeoutError):
            elsewhere.accept()


@contextmanager
def counted(port: int) -> Iterator[tuple[int, list[int], list[int]]]:
    """Yield a port that leads to `port`, and the sizes of what goes there and comes back."""
    listener = socket.create_server(("127.0.0.1", 0))
    there: list[int] = []
    back: list[int] = []

    def pump(source: socket.socket, sink: socket.socket, sizes: list[int]) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                sizes.append(len(data))
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)

    def serve() -> None:
        with suppress(OSError):
            client, _ = listener.accept()
            with client, socket.create_connection(("127.0.0.1", port)) as upstream:
                up = threading.Thread(target=pump, args=(client, upstream, there), daemon=True)
                up.start()
                pump(upstream, client, back)
                up.join(5)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1], there, back
    finally:
        listener.close()
        thread.join(10)


def test_a_group_of_five_thousand_gains_one_and_nobody_sends_the_others(start_slapd, open_desk):
    big = start_slapd(ldif=people_ldif(5001, group_size=5000), memberof=True)
    with counted(big.port) as (port, there, back):
        desk = open_desk(big, users=f"ou=people,{SUFFIX}", groups=f"ou=groups,{SUFFIX}", url=f"ldap://127.0.0.1:{port}")
        assert desk.join("user005000", "group00000").result is Result.DONE
        assert desk.leave("user000007", "group00000").result is Result.DONE
        desk.target.close()
    assert big.count(f"cn=group00000,ou=groups,{SUFFIX}", f"(member=uid=user005000,ou=people,{SUFFIX})") == 1
    assert big.count(f"cn=group00000,ou=groups,{SUFFIX}", f"(member=uid=user000007,ou=people,{SUFFIX})") == 0
    assert sum(there) < 4000, "login, what server it is, who and which group, one value, twice"
    assert sum(back) < 8000


def answered_bytes(desk, *steps) -> int:
    """Return how many bytes a server sends from the login to the answer to the last of these steps."""
    with counted(desk.server.port) as (port, _, back):
        desk = desk.through(port)
        for step in steps:
            assert step(desk).result is Result.DONE
        sent = sum(back)
        desk.target.close()
    return sent


STEPS = {
    "create": lambda desk, name: desk.create(name),
    "join": lambda desk, name: desk.join("first", f"staff-{name}"),
}


@pytest.mark.parametrize("what", STEPS)
def test_a_line_that_breaks_before_the_answer_is_no_failure_and_nothing_is_done_twice(desk, what):
    step = STEPS[what]
    desk.create("first")
    for name in ("aaa", "bbb"):
        desk.group(f"staff-{name}")
    whole = answered_bytes(desk, lambda one: step(one, "aaa"))
    with line_cut_after(desk.server.port, whole - 5) as port:
        through = desk.through(port)
        # the proxy takes one connection only, and the next look needs one
        with pytest.raises(Unreachable):
            step(through, "bbb")
        through.target.close()
    assert step(desk, "bbb").result is Result.ALREADY_SO, "the server had acted"


def test_a_lost_answer_is_looked_for_on_a_new_line_to_the_same_server(desk, monkeypatch):
    made = desk.create("ana")
    desk.group("staff")
    tree = desk.target._tree
    steps = [
        (Op.CREATE_USER, {"user": "ben", "after": {"username": "ben", "email": "b@example.org"}}),
        (Op.ADD_MEMBER, {"user": "ana", "group": "staff"}),
        (Op.UPDATE_USER, {"user": "ana", "user_id": made.target_id, "after": {"email": "n@example.org"}}),
        (
            Op.RENAME_USER,
            {"user": "ana", "user_id": made.target_id, "before": {"username": "ana"}, "after": {"username": "eva"}},
        ),
        (Op.DEACTIVATE_USER, {"user": "eva", "user_id": made.target_id}),
        (Op.REMOVE_MEMBER, {"user": "eva", "user_id": made.target_id, "group": "staff"}),
        (Op.REMOVE_USER, {"user": "eva", "user_id": made.target_id}),
    ]
    for op, given in steps:
        sent = tree._sent

        def lost(dn, send, *arguments, sent=sent, op=op, **more):
            reply = sent(dn, send, *arguments, **more)
            assert reply.is_success
            if op is Op.RENAME_USER and send.__name__ != "modify_dn":
                return reply  # groups hear of it first
            monkeypatch.setattr(tree, "_sent", sent)
            tree._line.socket.shutdown(socket.SHUT_RDWR)
            raise LineBroken("the line broke")

        monkeypatch.setattr(tree, "_sent", lost)
        outcome = desk.do(op, **given)
        assert outcome.result is Result.DONE, (op, outcome.message)
        assert "the answer was lost" in outcome.message
    assert desk.user("eva") is None
    assert desk.user("ben").email == "b@example.org"


def test_a_server_that_closes_idle_lines_is_turned_to_again(desk):
    desk.create("ana")
    desk.target._tree._line.socket.shutdown(socket.SHUT_RDWR)
    made = desk.create("ben")
    assert (made.result, made.message) == (Result.DONE, ""), "nothing was under way"


def test_a_server_that_is_not_there_ends_it_for_this_target(server, open_desk, start_slapd):
    gone = start_slapd(ldif=people_ldif(0))
    gone.stop()
    desk = open_desk(server, url=gone.url)
    with pytest.raises(Unreachable):
        desk.create("ana")
    with pytest.raises(CredentialsRefused):
        open_desk(server, password="wrong").create("ana")
