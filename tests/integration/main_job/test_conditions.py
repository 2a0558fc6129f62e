"""Include and exclude through the real command line: from a real slapd, a file and Crowd, night after night."""

from __future__ import annotations

import pytest
from servers.sandbox import StartSandbox
from servers.slapd import SUFFIX, Slapd, StartSlapd
from servers.workplace import Ran, Workplace

SEED = """
crowd:
  directories:
    - name: customers
    - name: staff
      users:
        - {username: cora, email: cora@example.org, groups: [inner]}
        - {username: cem, email: cem@example.com}
      groups: [{name: outer, groups: [inner]}, {name: inner}]
  applications:
    - {name: dirsync-customers, password: sandbox-only, directories: [{directory: customers}]}
    - {name: dirsync-staff, password: sandbox-only, directories: [{directory: staff}]}
"""
UNITS = "".join(f"dn: ou={unit},{SUFFIX}\nobjectClass: organizationalUnit\nou: {unit}\n\n" for unit in ("p", "g"))
NAMES = ("ana", "ben", "cem", "dora", "eve")


def dn(uid: str) -> str:
    return f"uid={uid},ou=p,{SUFFIX}"


def person(uid: str, *lines: str) -> str:
    return "\n".join((f"dn: {dn(uid)}", "objectClass: inetOrgPerson", f"uid: {uid}", "cn: c", "sn: s", *lines)) + "\n\n"


def group(name: str, *members: str) -> str:
    told = [f"member: {member}" for member in members]
    return "\n".join((f"dn: cn={name},ou=g,{SUFFIX}", "objectClass: groupOfNames", f"cn: {name}", *told)) + "\n\n"


PEOPLE = (
    UNITS
    + "".join(person(uid) for uid in NAMES)
    + person("robot", "employeeType: chief", "employeeType: Robot")
    + group("contractors", dn("ana"))
    + group("staff", f"cn=contractors,ou=g,{SUFFIX}", dn("ben"))
)


TEMPS = f"cn=temps,ou=elsewhere,{SUFFIX}"
ELSEWHERE = f"dn: ou=elsewhere,{SUFFIX}\nobjectClass: organizationalUnit\nou: elsewhere\n\n" + group(
    "temps", dn("dora")
).replace(",ou=g,", ",ou=elsewhere,")


def mapping(conditions: str, directory: str = "corp", more: str = "") -> str:
    users = f'base: "ou=p,{SUFFIX}", ' if directory == "corp" else ""
    groups = f'base: "ou=g,{SUFFIX}", ' if directory == "corp" else ""
    return f"""
version: 1
name: customers
audience: customers
source:
  directory: {directory}
  users: {{{users}{conditions}}}
  groups: {{{groups}nested: true}}
target: {{directory: crowd-customers, missing: remove, missing_after: 1}}
{more}"""


@pytest.fixture
def company(start_slapd: StartSlapd) -> Slapd:
    return start_slapd(ldif=PEOPLE, session_log=100)


@pytest.fixture
def desk(workplace: Workplace, start_sandbox: StartSandbox) -> Workplace:
    sandbox = start_sandbox(SEED)
    workplace.crowd("crowd-customers", sandbox.crowd_url, "dirsync-customers", retry_seconds="1")
    workplace.crowd("crowd-staff", sandbox.crowd_url, "dirsync-staff", retry_seconds="1")
    return workplace


def made(ran: Ran) -> list[tuple[str, str]]:
    assert ran.stdout, ran.stderr
    return sorted((op, user) for op, user, _ in ran.changes)


def created(*names: str) -> list[tuple[str, str]]:
    return [("create_user", name) for name in names]


def test_night_after_night_a_group_an_attribute_and_the_mapping_itself_decide(desk: Workplace, company: Slapd) -> None:
    desk.ldap("corp", company)
    both = "exclude: {attributes: {employeeType: robot}, groups: staff}"
    desk.mapping("customers", mapping(both))
    first = desk.run("sync", "--json")
    assert made(first) == created("cem", "dora", "eve")
    # only a group changed, and no entry of a person
    company.modify(f"dn: cn=contractors,ou=g,{SUFFIX}\nchangetype: modify\nadd: member\nmember: {dn('eve')}\n")
    second = desk.run("sync", "--json")
    assert "content synchronization" in second.document["directories"][0]["method"]
    assert made(second) == [("remove_user", "eve")]
    # only an attribute changed
    company.modify(f"dn: {dn('dora')}\nchangetype: modify\nadd: employeeType\nemployeeType: robot\n")
    third = desk.run("sync", "--json")
    assert made(third) == [("remove_user", "dora")]
    # the nesting ended, so both who were in by it come back
    company.modify(
        f"dn: cn=staff,ou=g,{SUFFIX}\nchangetype: modify\ndelete: member\nmember: cn=contractors,ou=g,{SUFFIX}\n"
    )
    fourth = desk.run("sync", "--json")
    assert made(fourth) == created("ana", "eve")
    # only the mapping changed
    desk.mapping("customers", mapping("include: {groups: contractors}"))
    fifth = desk.run("sync", "--json")
    assert made(fifth) == [("remove_user", "cem")]
    assert made(desk.run("plan", "--json")) == []


def test_explain_says_through_which_groups_or_by_which_value(desk: Workplace, company: Slapd) -> None:
    desk.ldap("corp", company)
    desk.mapping("customers", mapping("exclude: {attributes: {employeeType: robot}, groups: staff}"))
    for name, why in (
        ("ana", "the mapping excludes members of 'staff', and ana is one: ana > contractors > staff"),
        ("robot", "the mapping excludes people whose employeeType is 'robot', and theirs is Robot"),
    ):
        [found] = desk.run("explain", name, "--json").document["people"]
        [answer] = found["takings"]
        assert (answer["is_taken"], answer["why"]) == (False, why)


@pytest.mark.parametrize("part", ["include", "exclude"])
def test_a_group_that_is_not_there_fails_the_read_and_nothing_is_written(
    desk: Workplace, company: Slapd, part: str
) -> None:
    desk.ldap("corp", company)
    desk.mapping("customers", mapping("exclude: {groups: contractors}"))
    desk.run("sync")
    desk.mapping("customers", mapping(f"{part}: {{groups: stafff}}"))
    ran = desk.run("sync", "--json")
    assert ran.code == 3
    told = next(one for one in ran.document["directories"] if one["name"] == "corp")
    assert not told["complete"]
    assert "'stafff', and there is no such group among those it looks at" in told["reason"]
    assert ran.document["outcomes"] == []


@pytest.mark.parametrize("part", ["include", "exclude"])
@pytest.mark.parametrize("kind", ["ldap", "ldif"])
def test_a_group_inside_that_nobody_reads_fails_the_read_until_it_is_read(
    desk: Workplace, start_slapd: StartSlapd, part: str, kind: str
) -> None:
    """Its people would slip past the condition: excluded ones be carried over, included ones count as gone."""
    inside = "\n".join((f"dn: cn=contractors,ou=g,{SUFFIX}", "changetype: modify", "add: member", f"member: {TEMPS}\n"))
    if kind == "ldap":
        company = start_slapd(ldif=PEOPLE + ELSEWHERE)
        company.modify(inside)
        desk.ldap("corp", company)
    else:
        everything = PEOPLE.replace("cn: contractors\n", f"cn: contractors\nmember: {TEMPS}\n") + ELSEWHERE
        desk.directory("corp", kind="ldif", path=str(desk.write("hr.ldif", everything)))
    asked = mapping(f"{part}: {{groups: staff}}")
    desk.mapping("customers", asked)
    ran = desk.run("sync", "--json")
    told = next(one for one in ran.document["directories"] if one["name"] == "corp")
    assert (ran.code, told["complete"], ran.document["outcomes"]) == (3, False, [])
    assert f"a group that holds one which source.groups does not read: temps ({TEMPS})" in told["reason"]
    desk.mapping("customers", asked.replace(f'base: "ou=g,{SUFFIX}"', f'base: ["ou=g,{SUFFIX}", "{TEMPS}"]'))
    meant = {"include": ("ana", "ben", "dora"), "exclude": ("cem", "eve", "robot")}
    assert made(desk.run("sync", "--json")) == created(*meant[part])


def test_members_whom_nobody_reads_and_who_are_no_groups_leave_the_read_whole(desk: Workplace, company: Slapd) -> None:
    desk.ldap("corp", company)
    others = f"member: uid=gone,ou=p,{SUFFIX}\nmember: {SUFFIX}\n"
    company.modify(f"dn: cn=staff,ou=g,{SUFFIX}\nchangetype: modify\nadd: member\n{others}")
    desk.mapping("customers", mapping("exclude: {groups: staff}"))
    assert made(desk.run("sync", "--json")) == created("cem", "dora", "eve", "robot")


def test_an_exclude_that_takes_most_away_is_stopped_by_the_guard(desk: Workplace) -> None:
    many = [f"user{number:02}" for number in range(30)]
    path = desk.write(
        "hr.ldif", "".join(person(uid, f"l: {'Bonn' if uid < 'user18' else 'Ulm'}") for uid in many) + UNITS
    )
    desk.directory("corp", kind="ldif", path=str(path))
    desk.mapping("customers", mapping("", more="guards: {max_removals: 500}"))
    assert made(desk.run("sync", "--json")) == created(*many)
    desk.mapping("customers", mapping("exclude: {attributes: {l: bonn}}", more="guards: {max_removals: 500}"))
    stopped = desk.run("sync", "--json")
    assert stopped.code == 4
    refusals = [guard["message"] for guard in stopped.document["plan"]["guards"] if guard["refused"]]
    assert any("--allow-removals 18" in message for message in refusals), refusals
    assert stopped.document["outcomes"] == []
    allowed = desk.run("sync", "--json", "--allow-removals", "18")
    assert made(allowed) == [("remove_user", uid) for uid in many[:18]]


def test_crowd_people_are_chosen_by_what_crowd_sends_and_by_nested_groups(desk: Workplace) -> None:
    for conditions, taken in (
        ("exclude: {groups: OUTER}", ["cem"]),
        ("include: {groups: out*}", ["cora"]),
        ('include: {attributes: {email: "*@example.org"}}', ["cora"]),
        ('exclude: {attributes: {email: "*@example.org", username: nobody}}', ["cem"]),
    ):
        desk.mapping("customers", mapping(conditions, "crowd-staff"))
        assert made(desk.run("plan", "--json")) == created(*taken), conditions


@pytest.mark.parametrize("part", ["include", "exclude"])
def test_an_attribute_that_nobody_has_fails_the_read_night_after_night(
    desk: Workplace, company: Slapd, part: str
) -> None:
    desk.ldap("corp", company)
    desk.mapping("customers", mapping(f"{part}: {{attributes: {{employeTyp: robot}}}}"))
    for _ in range(2):
        ran = desk.run("sync", "--json")
        told = next(one for one in ran.document["directories"] if one["name"] == "corp")
        assert (ran.code, told["complete"], ran.document["outcomes"]) == (3, False, [])
        assert f"{part}s people by 'employeTyp', and nobody it looks at has any" in told["reason"]


def test_of_several_faults_a_run_names_all(desk: Workplace, company: Slapd) -> None:
    desk.ldap("corp", company)
    desk.mapping("customers", mapping("include: {attributes: {employeTyp: robot}, groups: [stafff, temps]}"))
    ran = desk.run("sync", "--json")
    told = next(one for one in ran.document["directories"] if one["name"] == "corp")
    assert (ran.code, told["complete"]) == (3, False)
    assert "includes people by 'employeTyp', and nobody it looks at has any" in told["reason"]
    assert "the members of 'stafff' and of 'temps', and there is no such group" in told["reason"]
    assert "Correct the attribute's name" in told["remedy"]
    assert "Correct the name under source.users.include" in told["remedy"]
