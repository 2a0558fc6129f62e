"""What the nightly job does when its input is bad: a clear error, and nothing lost or written."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import pytest
from servers.proxy import line_cut_after, line_held_after
from servers.sandbox import StartSandbox
from servers.slapd import Slapd, StartSlapd, free_port, people_ldif
from servers.workplace import Ran, Workplace

from dirsync.sandbox.faults import Fault
from dirsync.sandbox.server import RunningSandbox

SEED = """
jira:
  version: "9.12"
  permissions: {ADMINISTER: [jira-administrators]}
  applications: [{key: jira-software, groups: [jira-users], default_groups: [jira-users], selected_by_default: false}]
  user_directories: [{name: Internal, type: internal, groups: [{name: jira-administrators}, {name: jira-users}]}]
crowd:
  directories:
    - name: customers
      groups: [{name: jira-administrators}]
      users: [{username: signed.up, email: signed.up@example.org}]
  applications: [{name: dirsync-customers, password: sandbox-only, directories: [{directory: customers}]}]
"""

MAPPING = """
version: 1
name: customers
audience: customers
source:
  directory: corp
  users: {base: "ou=people,dc=example,dc=org"}
  groups: {base: "ou=groups,dc=example,dc=org", nested: true}
target:
  directory: crowd
  groups: {"*": "*"}
  missing: remove
  missing_after: 1
guards: {max_creations: 100000, max_removals: 100000, max_removal_share: 1.0, max_member_removals: 100000}
"""

WRITES = {"POST", "PUT", "DELETE"}


def people(*entries: str) -> str:
    """Return an LDIF of inetOrgPersons and groups below the mapping's bases; each entry is attribute lines."""
    return "\n\n".join(("dn: dc=example,dc=org\nobjectClass: domain\ndc: example", *entries)) + "\n"


def person(uid: str, number: int | str, *, rdn: str = "", extra: str = "") -> str:
    entry_id = f"entryUUID: 00000000-0000-4000-8000-{number:>012}\n" if number != "" else ""
    return (
        f"dn: uid={rdn or uid},ou=people,dc=example,dc=org\nobjectClass: inetOrgPerson\nuid: {uid}\n{entry_id}"
        f"cn: {rdn or uid}\nsn: Somebody\nmail: p{number}@example.org{extra}"
    )


def group(name: str, number: int, *members: str) -> str:
    lines = "\n".join(f"member: {member}" for member in members)
    return (
        f"dn: cn={name},ou=groups,dc=example,dc=org\nobjectClass: groupOfNames\ncn: {name}\n"
        f"entryUUID: 00000000-0000-4000-9000-{number:012}\n{lines}"
    )


def in_people(rdn: str) -> str:
    return f"uid={rdn},ou=people,dc=example,dc=org"


@pytest.fixture
def sandbox(start_sandbox: StartSandbox) -> RunningSandbox:
    return start_sandbox(SEED)


@pytest.fixture
def desk(workplace: Workplace, sandbox: RunningSandbox) -> Workplace:
    workplace.crowd("crowd", sandbox.crowd_url, "dirsync-customers", retry_seconds="1")
    workplace.jira(sandbox.jira_url)
    workplace.mapping("customers", MAPPING)
    workplace.directory("corp", kind="ldif", path=str(workplace.folder / "corp.ldif"))
    workplace.write("corp.ldif", people(person("ana", 1), person("ben", 2), group("portal", 1, in_people("ana"))))
    return workplace


def writes(sandbox: RunningSandbox) -> list[str]:
    return [one.path for one in sandbox.requests if one.method in WRITES and "/search" not in one.path]


def nothing_was_written(sandbox: RunningSandbox, ran: Ran) -> None:
    assert ran.code == 3, ran.stdout + ran.stderr
    assert writes(sandbox) == []
    assert "Traceback" not in ran.stderr


def reason(ran: Ran, directory: str) -> str:
    read = next(one for one in ran.document["directories"] if one["name"] == directory)
    assert not read["complete"]
    return str(read["reason"])


def test_a_server_that_stops_at_500_of_10000_stops_the_run_and_names_the_limit(
    desk: Workplace, sandbox: RunningSandbox, start_slapd: StartSlapd
) -> None:
    server = start_slapd(ldif=people_ldif(10_000, group_size=1000), limits="hard", size=500)
    desk.ldap("corp", server)
    del desk.settings["DIRSYNC_DIRECTORIES__CORP__PATH"]
    ran = desk.run("sync", "--json")
    nothing_was_written(sandbox, ran)
    assert "sizeLimitExceeded" in reason(ran, "corp")
    assert "500" in reason(ran, "corp")
    plan = ran.document["plan"]
    assert plan["changes"], "what it would add is shown all the same"
    assert "corp" in plan["unappliable"]["crowd"]
    assert not [one for one in plan["changes"] if one["op"].startswith(("remove", "deactivate"))]
    text = desk.run("sync").stdout
    assert "sizeLimitExceeded" in text
    assert "size.prtotal" in " ".join(text.split())


def test_a_line_that_breaks_in_the_middle_of_a_page_stops_the_run(
    desk: Workplace, sandbox: RunningSandbox, start_slapd: StartSlapd
) -> None:
    server = start_slapd(ldif=people_ldif(3_000, group_size=1000))
    del desk.settings["DIRSYNC_DIRECTORIES__CORP__PATH"]
    with line_cut_after(server.port, 200_000) as port:
        desk.ldap("corp", server, url=f"ldap://127.0.0.1:{port}")
        ran = desk.run("sync", "--json")
    nothing_was_written(sandbox, ran)
    assert reason(ran, "corp")


def grown_entries(server: Slapd, count: int) -> None:
    """Add people to a running server, so that a night finds more than the last one held."""
    server.modify(
        "".join(
            f"dn: uid=new{n:06d},ou=people,{server.base}\nchangetype: add\nobjectClass: inetOrgPerson\n"
            f"uid: new{n:06d}\ncn: New {n}\nsn: New\ndisplayName: {'x' * 4000}\n\n"
            for n in range(count)
        )
    )


Break = Callable[[Slapd, Workplace], AbstractContextManager[object]]


def size_limit(server: Slapd, desk: Workplace) -> AbstractContextManager[object]:
    grown_entries(server, 60)
    return nullcontext()


def page_too_large(_: Slapd, desk: Workplace) -> AbstractContextManager[object]:
    desk.directory("corp", page_size="2000")
    return nullcontext()


def killed(server: Slapd, desk: Workplace) -> AbstractContextManager[object]:
    return held(server, desk, server.kill)


def restarted(server: Slapd, desk: Workplace) -> AbstractContextManager[object]:
    return held(server, desk, lambda: (server.kill(), server.start()))


def hung(server: Slapd, desk: Workplace) -> AbstractContextManager[object]:
    desk.directory("corp", read_timeout="1")
    return held(server, desk, lambda: (server.hang(), time.sleep(3), server.wake()))


def reset(server: Slapd, desk: Workplace) -> AbstractContextManager[object]:
    return through(desk, line_cut_after(server.port, 5_000, reset=True))


def held(server: Slapd, desk: Workplace, meanwhile: Callable[[], object]) -> AbstractContextManager[object]:
    return through(desk, line_held_after(server.port, 5_000, meanwhile))


@contextmanager
def through(desk: Workplace, line: AbstractContextManager[int]) -> Iterator[None]:
    with line as port:
        desk.directory("corp", url=f"ldap://127.0.0.1:{port}")
        yield


def reference_left(server: Slapd, _: Workplace) -> AbstractContextManager[object]:
    server.modify(
        f"dn: ou=far,ou=people,{server.base}\nchangetype: add\nobjectClass: referral\n"
        "objectClass: extensibleObject\nou: far\nref: ldap://127.0.0.1:1/ou=far,dc=example,dc=org\n"
    )
    return nullcontext()


def nobody_left(server: Slapd, desk: Workplace) -> AbstractContextManager[object]:
    desk.mapping("customers", MAPPING.replace('dc=org"}', 'dc=org", filter: "(uid=nobody)"}', 1))
    return nullcontext()


def ids_taken_away(server: Slapd, desk: Workplace) -> AbstractContextManager[object]:
    desk.mapping("customers", MAPPING.replace('dc=org"}', 'dc=org", attributes: {id: employeeNumber}}', 1))
    return nullcontext()


@pytest.mark.parametrize(
    ("break_it", "said", "remedy"),
    [
        (size_limit, "sizeLimitExceeded", "size.prtotal"),
        (page_too_large, "adminLimitExceeded", "PAGE_SIZE"),
        (killed, "connection", "server's log"),
        (restarted, "connection", "server's log"),
        (hung, "sent nothing for 1 s", "server's log"),
        (reset, "connection", "server's log"),
        (reference_left, "another server", "a Directory of its own"),
        (nobody_left, "no users at all", "--allow-removals 150"),
        (ids_taken_away, "149 of 149 entries can't be used", "right to read"),
    ],
)
def test_a_read_that_ends_early_takes_nobody_away_and_says_why_and_what_to_do(
    desk: Workplace,
    sandbox: RunningSandbox,
    start_slapd: StartSlapd,
    break_it: Break,
    said: str,
    remedy: str,
) -> None:
    limits = "page" if break_it is page_too_large else "total"
    server = start_slapd(ldif=people_ldif(150, group_size=50), limits=limits, size=200)
    del desk.settings["DIRSYNC_DIRECTORIES__CORP__PATH"]
    # what changed since the first night would be told in one answer, whatever stands in the way of reading everything
    desk.ldap("corp", server, page_size="100", full_every="0")
    assert desk.run("sync", "--json").code in {0, 12}
    before = len(writes(sandbox))
    # somebody is really gone, and still nobody is: tonight's read can't tell
    server.modify(f"dn: uid=user000000,ou=people,{server.base}\nchangetype: delete\n")
    with break_it(server, desk):
        ran = desk.run("sync", "--json")
    assert ran.code == 3, ran.stdout + ran.stderr
    assert len(writes(sandbox)) == before
    assert said in reason(ran, "corp")
    assert not [one for one in ran.changes if one[0].startswith(("remove", "deactivate"))]
    (told,) = ran.findings("audit-incomplete", "fail")
    assert remedy in told["remedy"]


def test_a_wrong_ldap_password_is_told_without_showing_it(
    desk: Workplace, sandbox: RunningSandbox, start_slapd: StartSlapd
) -> None:
    server = start_slapd(ldif=people_ldif(10))
    del desk.settings["DIRSYNC_DIRECTORIES__CORP__PATH"]
    desk.ldap("corp", server, password="not-the-pa55word")
    ran = desk.run("sync")
    nothing_was_written(sandbox, ran)
    assert server.reader_dn in " ".join(ran.stdout.split())
    assert "not-the-pa55word" not in ran.stdout + ran.stderr
    assert "not-the-pa55word" not in desk.run("sync", "--json", "--verbose").stderr


def test_an_untrusted_certificate_is_told_with_the_setting_that_mends_it(
    desk: Workplace, sandbox: RunningSandbox, start_slapd: StartSlapd
) -> None:
    server = start_slapd(ldif=people_ldif(10))
    del desk.settings["DIRSYNC_DIRECTORIES__CORP__PATH"]
    desk.ldap("corp", server, url=server.ldaps_url)
    ran = desk.run("sync")
    nothing_was_written(sandbox, ran)
    assert "CA_FILE" in ran.stdout
    desk.ldap("corp", server, url=server.ldaps_url, ca_file=str(server.ca_file))
    assert desk.run("plan", "--json").document["directories"][0]["complete"]


def test_an_unreachable_host_is_told_by_name_and_port(desk: Workplace, sandbox: RunningSandbox) -> None:
    port = free_port()
    del desk.settings["DIRSYNC_DIRECTORIES__CORP__PATH"]
    desk.directory("corp", kind="ldap", url=f"ldap://127.0.0.1:{port}")
    ran = desk.run("sync")
    nothing_was_written(sandbox, ran)
    assert f"127.0.0.1:{port}" in ran.stdout


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(path="/search.*entity-type=user", cut_body_after=60, times=None), "broke off"),
        (Fault(path="/search.*entity-type=user", body=b'{"users":[{"name":', times=None), "JSON"),
        (Fault(path="/group/membership", cut_body_after=120, times=None), "broke off"),
        (Fault(path="/group/membership", body=b"<memberships><membership group='a'><users>", times=None), "XML"),
        (
            Fault(
                path="/group/membership",
                body=b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><memberships>&b;</memberships>',
                times=None,
            ),
            "DTD",
        ),
        (Fault(path="/search.*entity-type=group", status=503, body=b"<html>down</html>", times=None), "503"),
        (Fault(path="/search", status=429, headers={"Retry-After": "60"}, times=None), "429"),
        (Fault(path="/search", drop="after", times=None), ""),
    ],
)
def test_a_target_that_is_not_read_whole_is_not_written_to(
    desk: Workplace, sandbox: RunningSandbox, fault: Fault, said: str
) -> None:
    sandbox.faults.add(fault)
    ran = desk.run("sync", "--json")
    nothing_was_written(sandbox, ran)
    assert sandbox.faults.struck(fault)
    assert said.lower() in reason(ran, "crowd").lower()
    assert "crowd" in ran.document["plan"]["unappliable"]
    incomplete = ran.findings("audit-incomplete", "fail")
    assert [one["subject"]["name"] for one in incomplete] == ["crowd"]


def test_the_applications_own_password_is_what_a_401_is_about(desk: Workplace, sandbox: RunningSandbox) -> None:
    desk.crowd("crowd", sandbox.crowd_url, "dirsync-customers", password="wr0ng-canary")
    ran = desk.run("sync")
    nothing_was_written(sandbox, ran)
    assert "dirsync-customers" in ran.stdout
    assert "wr0ng-canary" not in ran.stdout + ran.stderr


ODD_NAMES = (
    'plus+comma,quote"back\\slash',
    "angle<>semi;slash/ hash#eq=",
    " leading and trailing ".strip() + " inner  two",
    "it's 'quoted'",
    "party🎉",
    "\u202eright-to-left\u202c",
    "<script>alert(1)</script>",
    "percent%2Bamp&question?",
    "ÅSA-ß",
)


def test_odd_names_arrive_as_they_are_and_stay_put(desk: Workplace, sandbox: RunningSandbox) -> None:
    import base64

    def entry(name: str, number: int) -> str:
        encoded = base64.b64encode(name.encode()).decode()
        return (
            f"dn: employeeNumber={number},ou=people,dc=example,dc=org\nobjectClass: inetOrgPerson\n"
            f"employeeNumber: {number}\nuid:: {encoded}\ncn:: {encoded}\nsn: Somebody\nmail: p{number}@example.org\n"
            f"entryUUID: 00000000-0000-4000-8000-{number:012}"
        )

    members = [f"employeeNumber={number},ou=people,dc=example,dc=org" for number in range(len(ODD_NAMES))]
    desk.write(
        "corp.ldif",
        people(*(entry(name, number) for number, name in enumerate(ODD_NAMES)), group("portal", 1, *members)),
    )
    ran = desk.run("sync", "--json")
    assert ran.code in {0, 12}, ran.stdout + ran.stderr
    assert {one["outcome"] for one in ran.document["outcomes"]} == {"done"}, ran.document["outcomes"]
    assert {one[1] for one in ran.changes if one[0] == "create_user"} == set(ODD_NAMES)
    again = desk.run("sync", "--json")
    assert again.changes == []
    report = (desk.folder / "state" / "dirsync" / "reports" / "report.html").read_text()
    assert "<script>alert(1)" not in report


def test_two_people_with_one_id_and_one_without_are_left_out_by_name_and_stop_nobody(desk: Workplace) -> None:
    desk.write("corp.ldif", people(person("ana", 1), person("ben", 2)))
    assert desk.run("sync", "--json").code in {0, 12}
    desk.write(
        "corp.ldif",
        people(person("ana", 1), person("twin", 1), person("ben", 2), person("new", 4)),
    )
    ran = desk.run("sync", "--json")
    left_out = next(one for one in ran.document["directories"] if one["name"] == "corp")["quarantined"]
    assert {one["entry"].partition(",")[0] for one in left_out} == {"uid=ana", "uid=twin"}
    assert [one for one in ran.changes if one[0] == "create_user"] == [("create_user", "new", "")]
    assert not [one for one in ran.changes if one[0].startswith("remove")], "nobody left out is missing"


def test_a_finding_about_somebody_who_is_left_out_tonight_is_not_resolved(desk: Workplace) -> None:
    desk.mapping(
        "customers",
        "version: 1\nname: customers\naudience: customers\nsource: {directory: corp}\npublic_signup: off\n",
    )
    shown = "{name: C, directory: corp, type: ldap, mode: read-only}"
    desk.mapping("estate", f"version: 1\njira: {{user_directories: [{shown}]}}\ncrowd: none\n")
    seat = group("jira-users", 1, in_people("ana"))
    desk.write("corp.ldif", people(person("ana", 1), person("ben", 2), seat))
    holding = {
        one["id"]
        for one in desk.run("audit", "--json").document["findings"]
        if (one["rule"], one["verdict"]) == ("customer-holds-application-access", "fail")
    }
    assert len(holding) == 1
    desk.write("corp.ldif", people(person("ana", 1), person("twin", 1), person("ben", 2), seat))
    assert not holding & set(desk.run("audit", "--json").document["resolved"])
    desk.write("corp.ldif", people(person("ana", 1), person("ben", 2), group("jira-users", 1, in_people("ben"))))
    assert holding <= set(desk.run("audit", "--json").document["resolved"])


def test_a_person_without_an_id_is_left_out_by_name(desk: Workplace) -> None:
    desk.mapping(
        "customers", MAPPING.replace('dc=org"}\n  groups', 'dc=org", attributes: {id: employeeNumber}}\n  groups', 1)
    )
    desk.write(
        "corp.ldif",
        people(person("ana", 1, extra="\nemployeeNumber: 7"), person("nobody", 2)),
    )
    ran = desk.run("sync", "--json")
    left_out = next(one for one in ran.document["directories"] if one["name"] == "corp")["quarantined"]
    assert [one["entry"].partition(",")[0] for one in left_out] == ["uid=nobody"]
    assert ("create_user", "ana", "") in ran.changes


def test_groups_that_contain_each_other_end_and_give_everybody(desk: Workplace) -> None:
    desk.write(
        "corp.ldif",
        people(
            person("ana", 1),
            person("ben", 2),
            group("one", 1, in_people("ana"), "cn=two,ou=groups,dc=example,dc=org"),
            group("two", 2, in_people("ben"), "cn=one,ou=groups,dc=example,dc=org"),
        ),
    )
    ran = desk.run("sync", "--json")
    members = {(one[2], one[1]) for one in ran.changes if one[0] == "add_member"}
    assert members == {("one", "ana"), ("one", "ben"), ("two", "ana"), ("two", "ben")}


def test_a_hand_made_account_and_membership_are_never_touched(desk: Workplace, sandbox: RunningSandbox) -> None:
    assert desk.run("sync", "--json").code in {0, 12}
    desk.write("corp.ldif", people(person("ben", 2), group("portal", 1, in_people("ben"))))
    ran = desk.run("sync", "--json", "--allow-member-removals", "5")
    assert ("remove_user", "ana", "") in ran.changes
    assert not [one for one in ran.changes if "signed.up" in one]


def test_a_lost_store_is_a_first_run_and_takes_nothing_away(desk: Workplace) -> None:
    assert desk.run("sync", "--json").code in {0, 12}
    (desk.folder / "state" / "dirsync" / "dirsync.db").unlink()
    desk.write("corp.ldif", people(person("ben", 2), group("portal", 1, in_people("ben"))))
    ran = desk.run("sync", "--json")
    assert not [one for one in ran.changes if one[0].startswith(("remove", "deactivate"))]


def test_people_whose_groups_nobody_reads_are_undecided_and_never_clean(
    desk: Workplace, start_slapd: StartSlapd
) -> None:
    server = start_slapd(ldif=people_ldif(10))
    del desk.settings["DIRSYNC_DIRECTORIES__CORP__PATH"]
    desk.ldap("corp", server)
    audited_only = MAPPING.partition("target:")[0].partition("  groups:")[0]
    desk.mapping("customers", audited_only)
    ran = desk.run("audit", "--json")
    assert ran.code == 12
    (seats,) = ran.findings("customer-holds-application-access")
    assert seats["verdict"] == "unknown"
    assert "directories[corp].groups" in seats["missing"]


def test_a_source_that_is_suddenly_empty_is_not_believed_until_the_admin_states_the_number(
    desk: Workplace, sandbox: RunningSandbox
) -> None:
    assert desk.run("sync", "--json").code in {0, 12}
    before = len(writes(sandbox))
    desk.write("corp.ldif", people(group("portal", 1, in_people("nobody"))))
    refused = desk.run("sync", "--json")
    assert refused.code == 3
    assert "--allow-removals 2" in reason(refused, "corp")
    assert len(writes(sandbox)) == before
    allowed = desk.run("sync", "--json", "--allow-removals", "2", "--allow-member-removals", "9")
    assert sorted(one[:2] for one in allowed.changes) == [("remove_user", "ana"), ("remove_user", "ben")]
