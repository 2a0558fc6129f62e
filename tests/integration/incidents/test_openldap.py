"""What other connectors did to their users, by the thread that tells it; here through the command line, from OpenLDAP.

What is proved elsewhere, or elsewhere too, is named after the arrow.

| harm, and the thread it is known from | proved by |
|---|---|
| a time limit deactivates everybody: gitea 4402, 3815, 4067 | `test_gitea_4402` > ldap/test_incomplete |
| an empty answer means "all gone": gitea 7949, keycloak 24669 | `test_gitea_7949`, `test_keycloak_24669` |
| the server is down, removal goes on: owncloud user_ldap 460, core 29547 | `test_owncloud_460` |
| a group passes 1,500 members and loses all: pg-ldap-sync 32, ranger 966 | > test_active_directory, next door |
| who is beyond a server's cap goes: Atlassian KB 826895869, of groups 1019380552 | `test_atlassian_` |
| a throttled source blocks people: gitlab 481627 | > test_throttled, next door |
| a narrower filter makes strays of the others: Adobe 377, 148 | `test_adobe_377` > unit/plan/test_incidents |
| groups of another mapping or made by hand go: keycloak 28144 | `test_keycloak_28144` > unit/plan/test_incidents |
| deletion is not kept to its own source: sawtooth 271 | `test_sawtooth_271` |
| letters of an attribute's name: gitea 13419 | `test_gitea_13419` |
| letters of a DN: harbor 5835, gitlabhq 6317, OpenNebula 2677 | `test_gitlabhq_6317` |
| entries below a person: gitlabhq 5400 | `test_gitlabhq_5400` |
| entries of the recycle bin delete the living: bitwarden 548 | > test_active_directory, next door |
| a feed of changes loses everybody in the end: syncrepl 24, 5 | `test_syncrepl_24` > ldap/changes |
| the deactivated come back by night: Rocket.Chat 17561 | `test_rocket_chat_17561` |
| a page is lost and the job says done: authentik 25572, 26323 | `test_authentik_25572` > ldap/test_incomplete |
| a wrong password imports nobody in silence: keycloak 52293 | `test_keycloak_52293` > ldap/test_bad_input |
| the watermark moves although the night failed: Okta | > main_job/test_watermark |
| one collision blocks everybody: owncloud user_ldap 751 | `test_owncloud_751` |
| one deleted object stops the queue: Univention 25319 | `test_univention_25319` > unit/plan/test_incidents |
| odd names are updated every night: Adobe 167 | > main_job/test_faults |
| groups hold each other: bitwarden 233 | `test_bitwarden_233` > ldap/test_names |
| a rename makes a second account: nextcloud 8764 | `test_nextcloud_8764` > main_job/test_real_directory |
| an empty id overwrites the first entry: osiris 213 | > ldap/test_bad_input |
| one person in two directories: keycloak 25129 | > main_job/test_conflicts |
| leavers are never removed: authentik 12722, keycloak 19056 | `test_sawtooth_271` |
"""

from __future__ import annotations

import time

import pytest
from integration.incidents.conftest import (
    BASE,
    MAPPING,
    PEOPLE,
    assert_unharmed,
    assert_unread,
    carried,
    dn,
    everybody,
    group,
    members_in,
    name,
    night,
    people_in,
    person,
    refusing,
    taken,
)
from servers.proxy import line_cut_after, line_held_after
from servers.slapd import Slapd, StartSlapd
from servers.workplace import Workplace

from dirsync.sandbox.server import RunningSandbox

WHOLE_READS = {"full_every": "0"}
"""Nothing is built on, so that tonight asks for everybody."""
WHOLE_AT_LENGTH = pytest.param(WHOLE_READS, marks=pytest.mark.long)
"""Where what is read whole is proved by a neighbour too."""
LONG = 200_000
"""Characters of a description that fill every buffer between a server and a client who waits, sixty times."""


@pytest.fixture
def company(start_slapd: StartSlapd) -> Slapd:
    return start_slapd(ldif=everybody(), session_log=1000)


def delete(server: Slapd, *names: str) -> None:
    server.modify("".join(f"dn: {each}\nchangetype: delete\n\n" for each in names))


@pytest.mark.long
def test_gitea_4402_a_time_limit_in_the_middle_of_the_answer_deactivates_nobody(
    desk: Workplace, sandbox: RunningSandbox, start_slapd: StartSlapd
) -> None:
    server = start_slapd(ldif=everybody(f"description: {'x' * LONG}\n"), limits="time", size=1)
    told = '{base: "ou=people,dc=example,dc=org", attributes: {active: {attribute: description, values: {left: false}'
    desk.mapping("customers", MAPPING.replace(
        '{base: "ou=people,dc=example,dc=org"}', f"{told}, default: true}}}}}}"
    ))  # fmt: skip
    carried(desk, server, **WHOLE_READS)
    with line_held_after(server.port, 20_000, lambda: time.sleep(2.5)) as port:
        desk.directory("corp", url=f"ldap://127.0.0.1:{port}")
        assert_unread(night(desk), "timeLimitExceeded")
    assert_unharmed(sandbox)


def test_gitea_7949_an_empty_answer_to_a_search_that_succeeded_removes_nobody(
    desk: Workplace, sandbox: RunningSandbox, company: Slapd
) -> None:
    carried(desk, company)
    delete(company, *map(dn, range(PEOPLE)))
    assert_unread(night(desk), f"no users at all, where the last complete read held {PEOPLE}")
    assert_unharmed(sandbox)


@pytest.mark.parametrize("settings", [{}, WHOLE_AT_LENGTH], ids=["by the feed", "read whole"])
def test_keycloak_24669_people_who_were_all_moved_out_of_the_base_are_not_removed(
    desk: Workplace, sandbox: RunningSandbox, company: Slapd, settings: dict[str, str]
) -> None:
    carried(desk, company, **settings)
    company.modify("".join(
        f"dn: {dn(number)}\nchangetype: modrdn\nnewrdn: uid={name(number)}\ndeleteoldrdn: 0\n"
        f"newsuperior: ou=left,{BASE}\n\n" for number in range(PEOPLE)
    ))  # fmt: skip
    assert_unread(night(desk), f"no users at all, where the last complete read held {PEOPLE}")
    assert_unharmed(sandbox)


def test_owncloud_460_a_server_that_is_down_removes_nobody_although_the_mapping_says_remove(
    desk: Workplace, sandbox: RunningSandbox, company: Slapd
) -> None:
    carried(desk, company)
    company.stop()
    assert_unread(night(desk), "refused")
    assert_unharmed(sandbox)
    company.start()
    assert night(desk).changes == []


@pytest.mark.parametrize("limits", ["hard", pytest.param("total", marks=pytest.mark.long)])
def test_atlassian_826895869_people_beyond_a_cap_of_the_server_are_not_removed(
    desk: Workplace, sandbox: RunningSandbox, start_slapd: StartSlapd, limits: str
) -> None:
    server = start_slapd(ldif=everybody(), limits=limits, size=PEOPLE + 5)
    carried(desk, server, **WHOLE_READS)
    server.client("ldapadd", ldif="".join(person(f"a{number:03}") for number in range(30)))
    assert_unread(night(desk), "sizeLimitExceeded")
    assert_unharmed(sandbox)


def test_atlassian_1019380552_groups_beyond_a_cap_of_the_server_are_not_removed(
    desk: Workplace, sandbox: RunningSandbox, start_slapd: StartSlapd
) -> None:
    server = start_slapd(ldif=everybody(), limits="hard", size=PEOPLE + 5)
    carried(desk, server, **WHOLE_READS)
    server.client("ldapadd", ldif="".join(group(f"a-{number:03}", [dn(0)]) for number in range(PEOPLE + 10)))
    assert_unread(night(desk), "sizeLimitExceeded")
    assert_unharmed(sandbox)


def test_adobe_377_people_outside_a_narrowed_filter_stay_until_the_admin_names_their_number(
    desk: Workplace, sandbox: RunningSandbox, company: Slapd
) -> None:
    carried(desk, company)
    narrowed = 'users: {filter: "(&(objectClass=inetOrgPerson)(uid=p00*))", base:'
    desk.mapping("customers", MAPPING.replace("users: {base:", narrowed))
    ran = night(desk)
    assert (ran.code, ran.document["outcomes"]) == (4, [])
    assert "removals" in refusing(ran)
    assert any("--allow-removals 50" in guard["message"] for guard in ran.document["plan"]["guards"])
    assert_unharmed(sandbox)
    told = night(desk, "--allow-removals", "50", "--allow-member-removals", "50")
    assert people_in(sandbox) == set(map(name, range(10))), told.document["plan"]["guards"]


def test_keycloak_28144_groups_of_another_mapping_and_groups_made_by_hand_stay(
    desk: Workplace, sandbox: RunningSandbox, company: Slapd
) -> None:
    company.client("ldapadd", ldif=group("team-red", map(dn, range(5))) + group("portal-small", map(dn, range(3))))
    partners = MAPPING.replace("name: customers", "name: partners").replace(
        '"portal-*": "portal-*"', '"team-*": "team-*"'
    )
    desk.mapping("partners", partners)
    carried(desk, company)
    delete(company, f"cn=portal-small,ou=groups,{BASE}")
    ran = night(desk, "--allow-member-removals", "3")
    assert taken(ran) == {("remove_group", "", "portal-small")} | {
        ("remove_member", name(number), "portal-small") for number in range(3)
    }, "what is gone goes, and nothing beside it"
    assert members_in(sandbox, "team-red") == set(map(name, range(5)))
    assert_unharmed(sandbox)


def test_sawtooth_271_leavers_of_the_source_go_and_nobody_of_another_origin(
    desk: Workplace, sandbox: RunningSandbox, company: Slapd
) -> None:
    carried(desk, company)
    delete(company, *map(dn, range(3)))
    ran = night(desk)
    assert {change for change in ran.changes if change[0] == "remove_user"} == {
        ("remove_user", name(number), "") for number in range(3)
    }
    assert {user.name for user in sandbox.state.directories["customers"].users.values()} == {
        "signed-up", *map(name, range(3, PEOPLE)),
    }  # fmt: skip
    assert_unharmed(sandbox, range(3, PEOPLE))


@pytest.mark.parametrize("settings", [{}, WHOLE_READS], ids=["by the feed", "read whole"])
def test_gitea_13419_the_letters_of_an_attribute_s_name_make_nobody_somebody_else(
    desk: Workplace, sandbox: RunningSandbox, company: Slapd, settings: dict[str, str]
) -> None:
    carried(desk, company, **settings)
    spelt = "attributes: {id: ENTRYuuid, username: UID, email: MaIl, last_name: SN, display_name: CN}"
    desk.mapping("customers", MAPPING.replace("users: {base:", f"users: {{{spelt}, base:"))
    assert night(desk).changes == []
    assert_unharmed(sandbox)


def test_gitlabhq_6317_the_letters_and_blanks_of_a_dn_make_nobody_somebody_else(
    desk: Workplace, sandbox: RunningSandbox, company: Slapd
) -> None:
    carried(desk, company)
    shouted = "".join(
        f"member: UID={name(number).upper()}, OU=People ,DC=Example,  dc=ORG\n" for number in range(PEOPLE)
    )
    company.modify(f"dn: cn=portal-users,ou=groups,{BASE}\nchangetype: modify\nreplace: member\n{shouted}\n")
    told = company.search(BASE, "(cn=portal-users)", "member")
    assert "uid=P000,ou=People,dc=Example,dc=ORG" in told, "slapd keeps the letters it was given, unlike the blanks"
    desk.mapping("customers", MAPPING.replace("ou=people,dc=example,dc=org", "OU=PEOPLE, dc=Example,DC=org"))
    assert night(desk).changes == []
    assert_unharmed(sandbox)


def test_gitlabhq_5400_entries_below_a_person_leave_the_person_alone(
    desk: Workplace, sandbox: RunningSandbox, company: Slapd
) -> None:
    carried(desk, company)
    devices = f"cn=ExchangeActiveSyncDevices,{dn(0)}"
    company.client("ldapadd", ldif=f"dn: {devices}\nobjectClass: organizationalRole\ncn: ExchangeActiveSyncDevices\n\n"
                   f"dn: cn=iPhone,{devices}\nobjectClass: device\ncn: iPhone\n\n")  # fmt: skip
    assert company.count(dn(0), "(objectClass=*)") == 3
    assert night(desk).changes == []
    delete(company, f"cn=iPhone,{devices}")
    assert night(desk).changes == []
    desk.directory("corp", **WHOLE_READS)
    assert night(desk).changes == []
    assert_unharmed(sandbox)


@pytest.mark.parametrize(
    "session_log",
    [pytest.param(0, marks=pytest.mark.long), 2, pytest.param(1000, marks=pytest.mark.long)],
    ids=["no log of deletions", "a short one", "a long one"],
)
def test_syncrepl_24_a_feed_of_changes_loses_nobody_however_many_nights_it_is_built_on(
    desk: Workplace, sandbox: RunningSandbox, start_slapd: StartSlapd, session_log: int
) -> None:
    company = start_slapd(ldif=everybody(), session_log=session_log)
    carried(desk, company)
    there = set(range(PEOPLE))
    for number in range(5):
        delete(company, dn(number), dn(number + 10))
        there -= {number, number + 10}
        company.modify(f"dn: {dn(number + 20)}\nchangetype: modify\nreplace: sn\nsn: Night {number}\n")
        if number == 2:
            company.restart()
        ran = night(desk)
        [read] = [one for one in ran.document["directories"] if one["name"] == "corp"]
        assert "content synchronization" in read["method"]
        gone = {change[1] for change in ran.changes if change[0] == "remove_user"}
        assert gone == {name(number), name(number + 10)}
        assert people_in(sandbox) == set(map(name, there))
    assert company.count(BASE, "(objectClass=inetOrgPerson)") == len(there)
    desk.directory("corp", **WHOLE_READS)
    assert night(desk).changes == [], "and a whole read finds nothing that the feed has missed"
    assert_unharmed(sandbox, there)


@pytest.mark.parametrize("settings", [{}, WHOLE_AT_LENGTH], ids=["by the feed", "read whole"])
def test_rocket_chat_17561_whom_the_source_or_an_admin_disabled_does_not_come_back_by_night(
    desk: Workplace, sandbox: RunningSandbox, company: Slapd, settings: dict[str, str]
) -> None:
    carried(desk, company, **settings)
    company.modify(f"dn: {dn(0)}\nchangetype: modify\nadd: pwdAccountLockedTime\npwdAccountLockedTime: 000001010000Z\n")
    with sandbox.state.lock:
        sandbox.state.directory("customers").update_user(name(1), active=False)
    assert night(desk).changes == [("deactivate_user", name(0), "")]
    for number in range(2):
        company.modify(f"dn: {dn(2)}\nchangetype: modify\nreplace: sn\nsn: Night {number}\n")
        ran = night(desk)
        assert {change[0] for change in ran.changes} == {"update_user"}
        assert [one["name"] for one in ran.document["plan"]["obstacles"]] == [name(1)]
    assert people_in(sandbox) == set(map(name, range(2, PEOPLE)))


def test_authentik_25572_a_page_that_was_lost_is_no_night_that_went_well(
    desk: Workplace, sandbox: RunningSandbox, company: Slapd
) -> None:
    carried(desk, company, page_size="10", **WHOLE_READS)
    with line_cut_after(company.port, 6_000) as port:
        desk.directory("corp", url=f"ldap://127.0.0.1:{port}")
        assert_unread(night(desk), "connection")
    assert_unharmed(sandbox)


def test_keycloak_52293_a_wrong_password_is_an_error_and_removes_nobody(
    desk: Workplace, sandbox: RunningSandbox, company: Slapd
) -> None:
    carried(desk, company)
    desk.directory("corp", password="not-this-one")
    assert_unread(night(desk), "invalidCredentials")
    assert_unharmed(sandbox)


def test_owncloud_751_one_name_that_two_people_have_stops_nobody_else(
    desk: Workplace, sandbox: RunningSandbox, company: Slapd
) -> None:
    carried(desk, company)
    company.client("ldapadd", ldif=f"dn: ou=more,ou=people,{BASE}\nobjectClass: organizationalUnit\nou: more\n\n"
                   + person(name(0), base=f"ou=more,ou=people,{BASE}") + person("newcomer"))  # fmt: skip
    ran = night(desk)
    assert ran.changes == [("create_user", "newcomer", "")]
    assert {one["name"] for one in ran.document["plan"]["obstacles"]} == {name(0)}
    assert_unharmed(sandbox)


def test_univention_25319_what_somebody_deleted_on_the_target_does_not_stop_the_others(
    desk: Workplace, sandbox: RunningSandbox, company: Slapd
) -> None:
    carried(desk, company)
    delete(company, dn(0))
    with sandbox.state.lock:
        sandbox.state.directory("customers").remove_user(name(0))
    company.client("ldapadd", ldif=person("newcomer"))
    ran = night(desk)
    assert ran.changes == [("create_user", "newcomer", "")]
    assert [one["outcome"] for one in ran.document["outcomes"]] == ["done"]
    assert night(desk).changes == []
    assert_unharmed(sandbox, range(1, PEOPLE))


def test_bitwarden_233_groups_that_hold_each_other_end_and_lose_nobody(
    desk: Workplace, sandbox: RunningSandbox, company: Slapd
) -> None:
    inner = f"cn=team-inner,ou=groups,{BASE}"
    company.client("ldapadd", ldif=group("team-inner", [dn(0), f"cn=portal-users,ou=groups,{BASE}"]))
    company.modify(f"dn: cn=portal-users,ou=groups,{BASE}\nchangetype: modify\nadd: member\nmember: {inner}\n")
    carried(desk, company)
    assert night(desk).changes == []
    assert_unharmed(sandbox)


def test_nextcloud_8764_a_rename_is_one_and_makes_no_second_account(
    desk: Workplace, sandbox: RunningSandbox, company: Slapd
) -> None:
    carried(desk, company)
    company.modify(f"dn: {dn(0)}\nchangetype: modrdn\nnewrdn: uid=married\ndeleteoldrdn: 1\n")
    company.modify(f"dn: cn=portal-users,ou=groups,{BASE}\nchangetype: modify\nadd: member\n"
                   f"member: uid=married,ou=people,{BASE}\n-\ndelete: member\nmember: {dn(0)}\n")  # fmt: skip
    assert night(desk).changes == [("rename_user", name(0), "")]
    assert people_in(sandbox) == {"married", *map(name, range(1, PEOPLE))}
    assert members_in(sandbox) == {"married", *map(name, range(1, PEOPLE))}
