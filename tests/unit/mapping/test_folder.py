"""The mappings folder as a whole: files that are none, names that must fit together, files without bound."""

from __future__ import annotations

import time
import warnings
from pathlib import Path

import pytest
from unit.mapping.folders import KINDS, MAPPING, changed, mistakes

from dirsync.errors import ConfigurationInvalid
from dirsync.mapping.policy import load_policy

NOT_YAML = [
    (
        changed("  directory: corp", "\tdirectory: corp"),
        "5:1: not valid YAML",
        "indent with spaces, YAML takes no tabs",
    ),
    (
        f"{MAPPING}---\nversion: 1\n",
        "10:1: not valid YAML",
        "expected a single document in the stream, but found another",
    ),
    (f"{MAPPING}default_groups: *-svc\n", "10:17: not valid YAML", "put text that begins with '*' in quotes"),
    (f"{MAPPING}default_groups: a: b\n", "10:18: not valid YAML", "put text that holds ': ' in quotes"),
    (f"{MAPPING}default_groups: [@a]\n", "10:18: not valid YAML", "put text that begins with it in quotes"),
    (f"{MAPPING}default_groups: [a\n", "11:1: not valid YAML", "expected ',' or ']'"),
    (f"{MAPPING}default_groups: [a\0b]\n", "10:19: not valid YAML", "the character U+0000 may not stand there"),
    (r'a: "\UFFFFFFFF"', " not valid YAML", "an escape names no character"),
    (r'a: "\U00110000"', " not valid YAML", "an escape names no character"),
    ("a\x07b", "1:2: not valid YAML", "the character U+0007 may not stand there"),
    (changed("ou=customers", "ou=é").encode("latin-1"), "7:14: is not UTF-8", "(byte 0xe9); save the file as UTF-8"),
    (MAPPING.encode("utf-16"), "1:1: is not UTF-8", "save the file as UTF-8"),
    ("", "1:1: the file is empty", "it needs 'version', 'name', 'audience', 'source'"),
    ("# nothing\n", "1:1: the file is empty", "it needs 'version'"),
    ("- a\n", "1:1: the file must hold keys of its own (version, name,", "not a list"),
    ("hello\n", "1:1: the file must hold keys of its own (version, name,", "not 'hello'"),
]


@pytest.mark.parametrize(("content", "start", "end"), NOT_YAML)
def test_a_file_that_is_no_mapping_at_all_is_one_mistake(tmp_path: Path, content: str | bytes, start: str, end: str):
    [told] = mistakes(tmp_path, {"customers.yaml": content})
    assert told.startswith(f"customers.yaml:{start}")
    assert end in told
    assert "\n" not in told


def test_a_what_if_file_among_the_mappings_is_told_as_such(tmp_path: Path):
    supposing = "version: 1\nsuppose: [{aggregation: {crowd_application: jira, becomes: on}}]\n"
    [told] = mistakes(tmp_path, {"customers.yaml": MAPPING, "what-if.yaml": supposing})
    assert told.startswith("what-if.yaml:2:1: is a what-if file, and here every file is a mapping; move it out")
    (tmp_path / "mappings/what-if.yaml").unlink()
    [told] = mistakes(tmp_path, {"customers.yaml": f"{MAPPING}suppose: []\n"})
    assert told.startswith("customers.yaml:10:1: unknown key 'suppose'"), told


def test_every_mistake_of_every_file_is_told_at_once(tmp_path: Path):
    told = mistakes(
        tmp_path,
        {
            "customers.yaml": changed("audience: customers", "audience: customer") + "gaurds: {}\nname: twice\n",
            "agents.yaml": changed("name: customers", "name: agents").replace("directory: corp", "directory: crop"),
            "estate.yaml": "version: 1\njira: {version: 9.10}\n",
            "broken.yaml": "a: [",
        },
    )
    assert sorted(told) == sorted([
        "agents.yaml:5:14: unknown directory 'crop', did you mean 'corp'?",
        "broken.yaml:1:5: not valid YAML: expected the node content, but found '<stream end>'",
        "customers.yaml:3:11: unknown audience 'customer', did you mean 'customers'?",
        "customers.yaml:10:1: unknown key 'gaurds', did you mean 'guards'?",
        "customers.yaml:11:1: key 'name' stands twice, first at customers.yaml:2:1",
        ("estate.yaml:2:17: 'version' must be text, not 9.1 (a number loses its last zeros);"
        ' put it in quotes, such as "9.10"'),
    ])  # fmt: skip


@pytest.mark.parametrize("broken", ["version: 1\nname: agents\n", "a: [", b"\xff\xfe"])
def test_a_mapping_with_mistakes_of_its_own_is_not_also_called_unknown_by_those_that_name_it(
    tmp_path: Path, broken: str | bytes
):
    told = mistakes(
        tmp_path,
        {
            "agents.yaml": broken,
            "customers.yaml": changed("    base", "    except_mapping: agents\n    base"),
            "estate.yaml": "version: 1\njira: {user_directories: [{name: A, mapping: agents, type: crowd}]}\n",
        },
        only=("agents",),
    )
    assert told
    assert all(one.startswith("agents.yaml") for one in told)


def test_two_mappings_of_one_name_each_name_the_other(tmp_path: Path):
    assert mistakes(tmp_path, {"a.yaml": MAPPING, "b.yml": MAPPING}) == [
        "a.yaml:2:7: mapping 'customers' stands at b.yml:2 too; give each a name of its own".replace(
            "b.yml", f"{tmp_path}/mappings/b.yml"
        ).replace(f"{tmp_path}/mappings/", ""),
        "b.yml:2:7: mapping 'customers' stands at a.yaml:2 too; give each a name of its own",
    ]


def excepting(name: str, other: str) -> str:
    return changed("name: customers", f"name: {name}").replace("    base", f"    except_mapping: {other}\n    base")


def test_mappings_that_except_each_other_in_a_circle_are_told_and_the_one_beside_it_is_not(tmp_path: Path):
    files = {"a.yaml": excepting("a", "b"), "b.yaml": excepting("b", "c"), "c.yaml": excepting("c", "b")}
    end = "; one of them must stand alone"
    assert mistakes(tmp_path, files) == [
        f"b.yaml:7:21: mappings except each other in a circle (b > c > b){end}",
        f"c.yaml:7:21: mappings except each other in a circle (c > b > c){end}",
    ]


def test_a_mapping_that_excepts_itself_or_nobody_or_those_of_another_directory_is_told(tmp_path: Path):
    elsewhere = changed("name: customers", "name: d").replace("directory: corp", "directory: hr")
    files = {
        "a.yaml": excepting("a", "a"),
        "b.yaml": excepting("b", "agents"),
        "c.yaml": excepting("c", "d"),
        "d.yaml": elsewhere,
    }
    assert mistakes(tmp_path, files) == [
        "a.yaml:7:21: a mapping can't except its own people; name another one",
        "b.yaml:7:21: there is no mapping 'agents'",
        "c.yaml:7:21: mapping 'd' reads another directory, so nobody can be in both",
    ]


def test_only_must_name_a_mapping(tmp_path: Path):
    said = "--only: there is no mapping 'custmers', did you mean 'customers'?"
    assert mistakes(tmp_path, {"customers.yaml": MAPPING}, ("custmers",)) == [said]


def test_a_crowd_directory_takes_no_base(tmp_path: Path):
    mapping = changed("directory: crowd-customers", "directory: hr").replace("corp", "crowd-customers")
    with_groups = mapping.replace("target:", "  groups: {base: x}\ntarget:")
    assert sorted(mistakes(tmp_path, {"customers.yaml": with_groups})) == [
        "customers.yaml:7:5: a directory of kind crowd has no base; leave it out",
        "customers.yaml:8:12: a directory of kind crowd has no base; leave it out",
    ]


ESTATE = """\
version: 1
declared: {by: owner@example.org, on: 2026-13-01, valid_until: tomorrow}
jira:
  version: v9
  permissions: {JIRA_USERS: jira-users}
  applications: [{key: a}, {key: b, groups: [x], seats: -2}]
  user_directories:
    - {name: A, mapping: customers, type: crowdd, mode: readonly}
    - {name: B, directory: corp, mapping: customers, type: internal}
    - {name: C, type: connector, active: "true"}
    - Crowd
  public_signup: {globl: true, projects: {HELP: yes}}
crowd:
  applications: [{name: x, directories: [{mapping: customers, default_groups: x}]}]
"""


def test_every_mistake_of_the_estate_file_is_told(tmp_path: Path):
    keys = "mapping, directory, name, type, crowd_application, mode, active, default_groups"
    assert set(mistakes(tmp_path, {"customers.yaml": MAPPING, "estate.yaml": ESTATE})) == {
        "estate.yaml:2:39: 'on' must be a date such as 2027-01-31, not '2026-13-01'",
        "estate.yaml:2:64: 'valid_until' must be a date such as 2027-01-31, not 'tomorrow'",
        "estate.yaml:4:12: 'version' must be a version such as 9.12, not 'v9'",
        "estate.yaml:5:29: 'JIRA_USERS' must be a list, such as [jira-users], not 'jira-users'",
        "estate.yaml:6:18: 'groups' is missing",
        "estate.yaml:6:57: 'seats' must be -1 or more, not -2",
        "estate.yaml:8:43: unknown type 'crowdd', did you mean 'crowd'?",
        "estate.yaml:8:57: unknown mode 'readonly', did you mean 'read-only'?",
        "estate.yaml:9:7: name either 'mapping' or 'directory', not both",
        "estate.yaml:10:23: unknown type 'connector'; it must be 'crowd', 'ldap', 'internal' or 'delegating'",
        "estate.yaml:10:42: 'active' must be true or false, not 'true'; leave out the quotes",
        f"estate.yaml:11:7: an entry of 'user_directories' must hold keys of its own ({keys}), not 'Crowd'",
        "estate.yaml:12:19: unknown key 'globl', did you mean 'global'?",
        "estate.yaml:12:49: 'HELP' must be true or false, not 'yes'",
        "estate.yaml:14:79: 'default_groups' must be a list, such as [x], not 'x'",
    }


def test_the_estate_file_must_name_mappings_and_directories_that_are_there(tmp_path: Path):
    estate = """\
version: 1
jira:
  user_directories:
    - {name: A, mapping: custmers, type: crowd}
    - {name: B, directory: nowhere, type: crowd}
crowd:
  applications: [{name: x, directories: [{mapping: nobody}]}, {name: y}]
  directories: [{name: z, directory: hrx}]
"""
    assert mistakes(tmp_path, {"customers.yaml": MAPPING, "estate.yaml": estate}) == [
        "estate.yaml:4:26: there is no mapping 'custmers', did you mean 'customers'?",
        (
            "estate.yaml:5:28: unknown directory 'nowhere'; the settings name corp, crowd_customers, hr, portal"
            " (DIRSYNC_DIRECTORIES__…)"
        ),
        "estate.yaml:7:52: there is no mapping 'nobody'",
        "estate.yaml:8:38: unknown directory 'hrx', did you mean 'hr'?",
    ]


def test_crowd_is_none_or_keys(tmp_path: Path):
    [told] = mistakes(tmp_path, {"customers.yaml": MAPPING, "estate.yaml": "version: 1\ncrowd: nothing\n"})
    assert told == "estate.yaml:2:8: 'crowd' must hold keys of its own (applications, directories), not 'nothing'"


def test_an_estate_file_under_both_endings_is_refused(tmp_path: Path):
    files = {"customers.yaml": MAPPING, "estate.yaml": "version: 1\n", "estate.yml": "version: 1\n"}
    assert mistakes(tmp_path, files) == ["estate.yml: stands beside estate.yaml; keep one of them"]


def test_a_waivers_file_is_checked_like_the_rest(tmp_path: Path):
    [told] = mistakes(tmp_path, {"customers.yaml": MAPPING, "waivers.yaml": "- {rule: x}\n"})
    assert told == "waivers.yaml:1:1: the file must hold keys of its own (version, waivers), not a list"


def test_a_waiver_names_a_mapping_that_is_there(tmp_path: Path):
    entry = "{rule: r, reason: why, owner: o, expires: 2027-01-31, mapping: %s}"
    files = {
        "customers.yaml": f"{MAPPING}waivers: [{entry % 'Customers'}, {entry % 'custmers'}]\n",
        "other.yaml": changed("name: customers", "name: 5"),
        "waivers.yaml": f"waivers:\n  - {entry % 'shop'}\n  - {entry % 'other'}\n",
    }
    assert mistakes(tmp_path, files) == [
        "customers.yaml:10:149: there is no mapping 'custmers', did you mean 'customers'?",
        "other.yaml:2:7: 'name' must be text, not 5; put it in quotes",
        "waivers.yaml:2:68: there is no mapping 'shop'; correct the name, or delete the waiver",
    ]


def test_a_folder_without_mappings_and_a_missing_one_say_what_to_do(tmp_path: Path):
    assert mistakes(tmp_path, {"estate.yaml": "version: 1\n"}) == [
        f"{tmp_path}/mappings: holds no mapping file; write one, or let 'dirsync init' write samples"
    ]
    with pytest.raises(ConfigurationInvalid, match="no such folder; it must hold your mapping files"):
        load_policy(tmp_path / "elsewhere", KINDS)


def test_a_folder_and_a_file_that_may_not_be_read_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(self: Path) -> None:
        raise PermissionError(13, "Permission denied")

    folder = tmp_path / "mappings"
    folder.mkdir()
    (folder / "customers.yaml").write_text(MAPPING)
    monkeypatch.setattr(Path, "read_bytes", refuse)  # root, as which tests may run, may read everything
    with pytest.raises(ConfigurationInvalid, match=r"customers.yaml: can't be read: Permission denied$"):
        load_policy(folder, KINDS)
    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(ConfigurationInvalid, match=r"mappings: can't be read: Permission denied$"):
        load_policy(folder, KINDS)


def bomb() -> str:
    lines = ["a: &a [x,x,x,x,x,x,x,x,x,x]"]
    for one, following in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{following}: &{following} [{','.join([f'*{one}'] * 10)}]")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (bomb(), "customers.yaml: its aliases (*name) repeat more than 10,000 values; write them out"),
        ("a: &a [*a]\n", "customers.yaml: its lists or keys lie too deep in each other, or an alias holds itself"),
        ("[" * 900, "customers.yaml: its lists or keys lie too deep in each other, or an alias holds itself"),
    ],
)
def test_a_file_that_would_grow_without_bound_is_refused_quickly(tmp_path: Path, content: str, said: str):
    began = time.monotonic()
    assert mistakes(tmp_path, {"customers.yaml": content}) == [said]
    assert time.monotonic() - began < 5


def test_an_anchor_used_again_is_no_news_on_stderr(tmp_path: Path):
    folder = tmp_path / "mappings"
    folder.mkdir()
    (folder / "c.yaml").write_text(
        f"{MAPPING}default_groups: &g [a]\nguards: {{protect_groups: &g [b], protect_users: *g}}\n"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        [mapping] = load_policy(folder, KINDS).mappings
    assert mapping.content.guards.protect_users == ("b",)
