"""Every mistake in a mapping file: where it is said to be, and in which words."""

from __future__ import annotations

from pathlib import Path

import pytest
from unit.mapping.folders import LAST, MAPPING, changed, mistakes

WRONG_VALUES = [
    ("audience: customers", "audience: customer", "3:11: unknown audience 'customer', did you mean 'customers'?"),
    ("audience: customers", "audience: staff", "3:11: unknown audience 'staff'; it must be 'agents' or 'customers'"),
    ("audience: customers", "audience:", "3:1: 'audience' must be 'agents' or 'customers', not empty"),
    ("audience: customers\n", "", "1:1: 'audience' is missing"),
    ("version: 1", "version: 2", "1:10: 'version' must be 1, not 2"),
    ("version: 1", "version: '1'", "1:10: 'version' must be 1, not '1'; leave out the quotes"),
    ("name: customers", "name: 12", "2:7: 'name' must be text, not 12; put it in quotes"),
    (
        "name: customers",
        "name: our customers!",
        "2:7: 'name' must be letters, digits, '.', '_' and '-', and begin with a letter or digit, not 'our customers!'",
    ),
    ("directory: corp", "directory: [corp]", "5:14: 'directory' must be text, not a list"),
    ("directory: corp", "directory: ''", "5:14: 'directory' must be filled in, not empty"),
    ("directory: corp", "directory: crop", "5:14: unknown directory 'crop', did you mean 'corp'?"),
    (
        "directory: corp",
        "directory: elsewhere",
        (
            "5:14: unknown directory 'elsewhere'; the settings name corp, crowd_customers, hr, portal"
            " (DIRSYNC_DIRECTORIES__…)"
        ),
    ),
    ("    base:", "    bsae:", "7:5: unknown key 'bsae', did you mean 'base'?"),
    (
        "  users:\n    base: ou=customers,dc=example,dc=org",
        "  users: all",
        (
            "6:10: 'users' must hold keys of its own (base, filter, include, exclude, except_mapping, attributes),"
            " not 'all'"
        ),
    ),
    ("crowd-customers", "CORP", "9:14: the target is the source; name another directory"),
    ("crowd-customers", "crowd-customer", "9:14: unknown directory 'crowd-customer', did you mean 'crowd_customers'?"),
    (
        "    base: ou=customers,dc=example,dc=org",
        "    filter: (uid=*)",
        (
            "4:1: 'source.users.base' is missing: 'corp' is an LDAP directory, so say where its people are,"
            " e.g. base: ou=people,dc=example,dc=com"
        ),
    ),
    (
        "target:",
        "  groups: {filter: (cn=*)}\ntarget:",
        (
            "8:3: 'source.groups.base' is missing: 'corp' is an LDAP directory, so say where its groups are,"
            " e.g. base: ou=groups,dc=example,dc=com"
        ),
    ),
    ("target:", '  groups: {base: x, nested: "yes"}\ntarget:', "8:29: 'nested' must be true or false, not 'yes'"),
    ("target:", "  groups: {base: x, nested: yes}\ntarget:", "8:29: 'nested' must be true or false, not 'yes'"),
    (
        "target:",
        '  groups: {base: x, nested: "true"}\ntarget:',
        "8:29: 'nested' must be true or false, not 'true'; leave out the quotes",
    ),
    (
        "base: ou=customers,dc=example,dc=org",
        "base: [ou=customers,dc=example,dc=org]",
        "7:11: these look like one name that YAML has cut at its commas; put each base in quotes",
    ),
    ("directory: corp", "directory: portal", "7:5: a directory of kind jira has no base; leave it out"),
    (
        "directory: corp\n  users:\n    base: ou=customers,dc=example,dc=org",
        "directory: portal\n  users:\n    filter: (uid=*)",
        "7:5: a directory that Jira holds is taken whole; leave the filter out",
    ),
]


@pytest.mark.parametrize(("old", "new", "said"), WRONG_VALUES)
def test_a_wrong_value_is_told_with_its_place_and_what_it_must_be(tmp_path: Path, old: str, new: str, said: str):
    assert mistakes(tmp_path, {"customers.yaml": changed(old, new)}) == [f"customers.yaml:{said}"]


WRONG_ADDITIONS = [
    ("gaurds: {}", "1: unknown key 'gaurds', did you mean 'guards'?"),
    (
        "xyz: 1",
        (
            "1: unknown key 'xyz'; there are version, name, audience, source, target, default_groups, public_signup,"
            " guards, waivers"
        ),
    ),
    ("name: other", "1: key 'name' stands twice, first at customers.yaml:2:1"),
    ("default_groups: portal", "17: 'default_groups' must be a list, such as [portal], not 'portal'"),
    ("default_groups:", "1: 'default_groups' must be a list, such as […], not empty"),
    ("default_groups: [1]", "18: an entry of 'default_groups' must be text, not 1; put it in quotes"),
    ("default_groups: [true]", "18: an entry of 'default_groups' must be text, not true; put it in quotes"),
    ("default_groups: [2027-01-31]", "18: an entry of 'default_groups' must be text, not 2027-01-31; put it in quotes"),
    ("default_groups: ['']", "18: an entry of 'default_groups' must be filled in, not empty"),
    ("default_groups: {a: b}", "17: 'default_groups' must be a list, such as […], not keys and values"),
    ("public_signup: on", "16: unknown public signup 'on'; it must be 'wanted' or 'off'"),
    ("guards: {max_removals: -1}", "24: 'max_removals' must be 0 or more, not -1"),
    ("guards: {max_removals: 1.5}", "24: 'max_removals' must be a whole number, not 1.5"),
    ("guards: {max_removals: '5'}", "24: 'max_removals' must be a whole number, not '5'; leave out the quotes"),
    ("guards: {max_removal_share: 10}", "29: 'max_removal_share' must be 1 or less, not 10"),
    ("guards: {max_removal_share: true}", "29: 'max_removal_share' must be a number, not true"),
    ("guards: {max_removal_share: .nan}", "29: 'max_removal_share' must be 1 or less, not nan"),
    ("guards: {protect_users: svc-*}", "25: 'protect_users' must be a list, such as [svc-*], not 'svc-*'"),
    (
        "guards: {<<: {max_removals: 1}}",
        "10: '<<' (merged keys) is not part of YAML 1.2; write the keys out",
    ),
    ("waivers: [{rule: a, reason: b, owner: c}]", "11: 'expires' is missing"),
    (
        "waivers: [{rule: a, reason: b, owner: c, expires: soon}]",
        "51: 'expires' must be a date such as 2027-01-31, not 'soon'",
    ),
    (
        "waivers: [{rule: a, reason: b, owner: c, expires: 2027-02-30}]",
        "51: 'expires' must be a date such as 2027-01-31, not '2027-02-30'",
    ),
    (
        "waivers: [{rule: a, reason: b, owner: c, expires: 20270131}]",
        "51: 'expires' must be a date such as 2027-01-31, not 20270131",
    ),
    (
        "waivers: [{rule: a, reason: b, owner: c, expires: '86400'}]",
        "51: 'expires' must be a date such as 2027-01-31, not '86400'; leave out the quotes",
    ),
    (
        "waivers: [{rule: a, reason: b, owner: c, expires: 2027-01-31T10:00:00Z}]",
        "51: 'expires' must be a date such as 2027-01-31, without a time, not 2027-01-31T10:00:00+00:00",
    ),
    ("waivers: [{rule: a, reason: '', owner: c, expires: 2027-01-31}]", "29: 'reason' must be filled in, not empty"),
    (
        "waivers: [nonsense]",
        (
            "11: an entry of 'waivers' must hold keys of its own (rule, reason, owner, expires, user, group, directory,"
            " application, project, mapping, mechanism, finding), not 'nonsense'"
        ),
    ),
    ("default_groups: !important [a]", "17: the tag '!important' is not allowed here; leave it out"),
    ("default_groups: [!!python/name:os.system x]", "18: the tag 'tag:yaml.org,2002:python/name:os.system'"),
    ("public_signup: !!bool maybe", "16: unknown public signup 'maybe'; it must be 'wanted' or 'off'"),
    ("public_signup: !!int ''", "16: unknown public signup ''; it must be 'wanted' or 'off'"),
    (r'default_groups: ["\ud800"]', "18: an escape names half a character (a surrogate); write the character itself"),
    (
        r'"xyz\ud800": 1',
        (
            "1: unknown key 'xyz?'; there are version, name, audience, source, target, default_groups,"
            " public_signup, guards, waivers"
        ),
    ),
    ("? [a, b]\n: c", "3: a key must be a plain word"),
    (
        "guards: {max_removals: " + "9" * 5000 + "}",
        "24: 'max_removals' must be a whole number, not '" + "9" * 60 + "…'",
    ),
]


@pytest.mark.parametrize(("line", "said"), WRONG_ADDITIONS, ids=[line[:40] for line, _ in WRONG_ADDITIONS])
def test_a_wrong_line_is_told_with_its_place_and_what_it_must_be(tmp_path: Path, line: str, said: str):
    [told] = mistakes(tmp_path, {"customers.yaml": f"{MAPPING}{line}\n"})
    assert told.startswith(f"customers.yaml:{LAST + 1}:{said}")
    assert told.endswith(said.split(": ", 1)[1]) or "tag" in said


WRONG_TARGETS = [
    ("missing: delete", "12: unknown missing 'delete'; it must be 'keep', 'deactivate' or 'remove'"),
    ("missing_after: 0", "18: 'missing_after' must be 1 or more, not 0"),
    ("new_password: randomm", "17: unknown new password 'randomm', did you mean 'random'?"),
    ("groups: {a: 'b-*'}", "11: group 'b-*' has more '*' than its pattern 'a'"),
    ("groups: {a: ' '}", "11: the groups matching 'a' need a name in the target"),
    ("groups: {7: 7}", "15: '7' must be text, not 7; put it in quotes"),
]


@pytest.mark.parametrize(("line", "said"), WRONG_TARGETS)
def test_a_wrong_target_is_told(tmp_path: Path, line: str, said: str):
    assert mistakes(tmp_path, {"customers.yaml": f"{MAPPING}  {line}\n"}) == [f"customers.yaml:{LAST + 1}:{said}"]
