"""`dirsync support-bundle`: what is in it still works, and nobody's name is in it, however they are called."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import stat
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dirsync
from dirsync.errors import UsageInvalid
from dirsync.mapping.policy import load_policy
from dirsync.model.names import directory_key
from dirsync.model.run import PastRun
from dirsync.operations.support.bundle import Where, bundle, write_bundle
from dirsync.operations.support.disguise import Disguise
from dirsync.operations.support.log_lines import LINES, log_lines
from dirsync.operations.support.mapping_files import KEYS, disguised, mapping_files
from dirsync.operations.support.own_words import Hole, OwnWords, own_words
from dirsync.operations.support.past_runs import past_runs
from dirsync.operations.support.setting_lines import setting_lines, setting_name
from dirsync.operations.support.state_files import state_files
from dirsync.reports.pseudonyms import Pseudonyms
from dirsync.settings.gather import Gathered, gather, kinds_named
from dirsync.settings.load import settings_from
from dirsync.store.store import Store

PACKAGE = Path(dirsync.__file__).parent
REPOSITORY = PACKAGE.parent
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DISGUISE = Disguise(Pseudonyms(b"k" * 32))

AROUND = (
    *(
        "",
        " ",
        "*",
        "'",
        '"',
        "\n",
        "\\",
        ",dc=",
        "=",
        "(",
        ")",
        "{",
        "}",
        "{mail}",
        "{mail|lower}",
        ":12:3",
        "é",
        "\x1b[2J",
    ),
    *(
        "ldap://",
        "https://x@",
        "ldapi://",
        "/",
        "..",
        "@example.org",
        "uid=",
        "cn=a\\, ",
        "(objectClass=",
        "sqlite:///",
    ),
    *(" is empty; fill it in", "DIRSYNC_JIRA__URL", "jira-software", "CREATE_USER", "ADMINISTER", "12 users", "\ud800"),
    *(
        "2026-11-22",
        'File "/x/dirsync/errors.py", line 3, in ',
        '"}',
        "%s",
        "[withheld]",
        "customers",
        "\u2028",
        "&",
        "!",
    ),
)
CORES = ("Quellbrunn", "zwiebelkuchen", "90417364528", "IBSENGATE", "łódź7wysoka")


@st.composite
def hostile(draw: st.DrawFn) -> str:
    return draw(st.sampled_from(AROUND)) + draw(st.sampled_from(CORES)) + draw(st.sampled_from(AROUND))


def is_told(shown: str) -> list[str]:
    """Return which of the names stand in a text, in whatever case and spelling."""
    folded = shown.casefold()
    unescaped = folded.encode().decode("unicode_escape", "replace") if "\\u" in folded else folded
    return [core for core in CORES if core.casefold() in folded or core.casefold() in unescaped]


@pytest.fixture(scope="module")
def words() -> OwnWords:
    return own_words(PACKAGE, DISGUISE, {"customer-holds-application-access"})


keys = st.sampled_from(sorted(KEYS)) | hostile()
anything = st.recursive(
    hostile() | st.none() | st.booleans(),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(keys, inside, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(keys, anything, max_size=5))
@settings(max_examples=400, deadline=None)
def test_no_name_in_whatever_place_of_a_mapping_is_told(data: dict[str, Any]) -> None:
    assert is_told(json.dumps(disguised(data, DISGUISE))) == []


@given(st.lists(st.tuples(st.sampled_from(("BIND_DN", "URL", "PATH", "USERNAME", "APPLICATION", "PASSWORD", "STORE",
    "CA_FILE", "PAGE_SIZE", "KIND", "LOG_FILE", "AUTHENTICATION", "TYPO", "DATABASE_URL", "NOTIFY_URLS")), hostile(),
    hostile()), max_size=6))  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_no_name_in_whatever_setting_is_told(given_: list[tuple[str, str, str]]) -> None:
    values: dict[str, str] = {}
    for last, value, directory in given_:
        values |= {f"DIRECTORIES__{directory.upper()}__{last}": value, f"JIRA__{last}": value, last: value}
        values |= {f"{directory.upper()}": value}
    origins = {name: f"DIRSYNC_{name} (/srv/{directory}.env:7)" for name in values for _, _, directory in given_}
    assert is_told(setting_lines(Gathered(values, origins, ()), DISGUISE)) == []


@given(st.data())
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_name_in_a_message_is_told_and_the_source_s_own_words_are(words: OwnWords, data: st.DataObject) -> None:
    text = data.draw(
        st.sampled_from([one for one in words.texts if any(isinstance(part, Hole) for part in one.pieces)])
    )
    message = "".join(
        part if isinstance(part, str) else "17" if part.is_number else data.draw(hostile()) for part in text.pieces
    )
    told = words.told(message)
    assert is_told(told) == []
    assert is_told(words.told(f"{data.draw(hostile())}. {message}")) == []


@given(hostile(), st.sampled_from(("", "\n", ": ", "Error: ")))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_the_source_never_says_is_withheld(words: OwnWords, name: str, before: str) -> None:
    assert is_told(words.told(before + name)) == []


def test_messages_are_told_in_the_words_of_the_source(words: OwnWords) -> None:
    assert words.told("every base and filter can be understood.") == "every base and filter can be understood."
    assert words.told("found; 66 settings in force.") == "found; 66 settings in force."
    shown = words.told("/srv/exports/hr.ldif is not on this machine.")
    assert re.fullmatch(r"text-[0-9a-f]{12} is not on this machine\.", shown)
    assert words.told("/srv/exports/hr.ldif is not on this machine.") == shown, "the same stands for the same"
    assert words.told("/srv/exports/us.ldif is not on this machine.") != shown
    assert words.told("") == ""
    assert words.told("Quellbrunn") == "[withheld]"


@pytest.mark.parametrize(
    ("source", "message", "told"),
    [
        ('f"{a} is called {b}"', "x is called y", "text-X is called text-X"),
        ('f"{a} is called {b}"', "x is called ", "text-X is called "),
        ('f"{a} is called"', "x is called is called", "text-X is called is called"),
        ('f"is called {a}{b}"', "is called xy", "is called text-X"),
        ('f"it took {n:,} times"', "it took 1,204 times", "it took 1,204 times"),
        ('f"it took {n:,} times"', "it took x times", "[withheld]"),
        ("f\"it took {counted(n, 'turn')} here\"", "it took 3 turns here", "it took 3 turns here"),
        ("f\"it took {counted(n, 'turn')} here\"", "it took 3 friends here", "[withheld]"),
        ('f"{x.status} came of it"', "404 came of it", "404 came of it"),
        ('f"on {day:%Y-%m-%d} it was"', "on 2026-11-22 it was", "on 2026-11-22 it was"),
        ('"as it was here"', "as it was here.", "as it was here."),
        ('"as it was here"', "not as it was here", "[withheld]"),
        ('"word"', "word", "[withheld]"),
    ],
)
def test_what_stands_in_holes_is_replaced_but_for_numbers(tmp_path: Path, source: str, message: str, told: str) -> None:
    (tmp_path / "one.py").write_text(f"said = {source}\n")
    assert re.sub(r"text-[0-9a-f]{12}", "text-X", own_words(tmp_path, DISGUISE).told(message)) == told


def test_a_message_that_was_made_to_slow_it_does_not(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text('said = f"{a} and {b} and {c} and {d} and {e} and {f} and {g}!"\n')
    begun = time.monotonic()
    assert own_words(tmp_path, DISGUISE).told(" and " * 100_000) == "[withheld]"
    assert time.monotonic() - begun < 2


def test_texts_of_made_up_people_are_not_the_source_s_own_words(tmp_path: Path) -> None:
    for folder in ("sandbox", "audit"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "one.py").write_text(f'"""Of {folder} alone."""\nNAME = "Maria Quellbrunn"\n')
    (tmp_path / "audit" / "one.py").write_text('"""Of audit alone."""\n')
    known = own_words(tmp_path, DISGUISE)
    assert known.told("Of audit alone.") == "Of audit alone."
    assert known.told("Maria Quellbrunn") == "[withheld]"


FULL = {
    "mappings/estate.yaml": (REPOSITORY / "mappings" / "estate.yaml").read_text(),
    "mappings/agents.yaml": (REPOSITORY / "mappings" / "agents.yaml").read_text(),
    "mappings/customers.yaml": """
version: 1
name: customers
audience: customers
source:
  directory: CORP
  users:
    base: ["ou=customers,dc=example,dc=com", "OU=Partners, DC=Example, DC=com"]
    filter: (&(objectClass=inetOrgPerson)(!(employeeType=temp*))(userAccountControl:1.2.840.113556.1.4.803:=2))
    except_mapping: agents
    include: {attributes: {employeeType: [staff, "part*"], houseOwn: x}, groups: everybody}
    exclude: {groups: [leavers]}
    attributes:
      id: entryUUID
      username: "{mail|lower}"
      email: {attribute: mail, values: {"old@example.org": "new@example.org"}, default: "none@example.org"}
      display_name: "{givenName} {sn:-Nobody} of Example"
      active: {attribute: accountState, values: {open: true, "Shut ": false}, default: true}
  groups: {base: "ou=groups,dc=example,dc=com", filter: "(cn=portal-*)", attributes: {member: [member, houseMember]}}
target:
  directory: crowd-customers
  groups: {"portal-*": "p-*-x", lone: alone}
  organizations:
    attribute: o
    names: {"Example *": "* Inc", "*": "*"}
    service_projects: {"*": [HELP, SHOP]}
  missing: keep
default_groups: [portal-customers]
guards: {protect_users: ["svc-*"], require_groups: [portal-customers]}
waivers:
  - {rule: customer-holds-application-access, user: pilot@example.org, reason: pilot until spring, owner: o@example.org,
     expires: 2027-01-31, application: jira-software, finding: 0123456789abcdef, mapping: Customers}
""",
    "mappings/waivers.yaml": """
waivers: [{rule: masked-seat, group: staff, reason: r, owner: me, expires: 2027-01-31}]
""",
    "dirsync.env": """
DIRSYNC_DIRECTORIES__CORP__KIND=ldap
DIRSYNC_DIRECTORIES__CORP__URL="ldaps://ldap.example.com ldap://[2001:db8::1]:1389"
DIRSYNC_DIRECTORIES__CORP__BIND_DN=cn=dirsync,ou=services,dc=example,dc=com
DIRSYNC_DIRECTORIES__CORP__PASSWORD=Gr8-secret
DIRSYNC_DIRECTORIES__CROWD_AGENTS__KIND=crowd
DIRSYNC_DIRECTORIES__CROWD_AGENTS__URL=https://id.example.com/crowd
DIRSYNC_DIRECTORIES__CROWD_AGENTS__APPLICATION=dirsync-agents
DIRSYNC_DIRECTORIES__CROWD_AGENTS__PASSWORD_FILE=/nowhere/agents.secret
DIRSYNC_DIRECTORIES__CROWD_CUSTOMERS__KIND=crowd
DIRSYNC_DIRECTORIES__CROWD_CUSTOMERS__URL=https://id.example.com/sso/crowd
DIRSYNC_DIRECTORIES__CROWD_CUSTOMERS__APPLICATION=dirsync-customers
DIRSYNC_DIRECTORIES__CROWD_CUSTOMERS__PASSWORD=Gr8-secret
DIRSYNC_JIRA__URL=http://127.0.0.1:8080/jira
DIRSYNC_JIRA__TOKEN=t0ken-of-jira
DIRSYNC_NOTIFY_URLS=mailtos://me:pa55@mail.example.com
DIRSYNC_LOG_FILE=example-house.log
DIRSYNC_READ_ONLY=true
""",
}
NAMES = (
    *("ou=customers", "dc=example", "partners", "example.org", "example.com", "staff", "houseown"),
    *("everybody", "leavers"),
    *("accountstate", "housemember", "portal-", "alone", "HELP", "SHOP", "svc-", "pilot", "spring", "0123456789abcdef"),
    *("2001:db8", "dirsync-agents", "/sso", "nowhere", "agents.secret", "gr8-secret", "t0ken", "pa55", "example-house"),
    *("identity-admin", "jsm-agents", "jira-administrators", "crowd-customers", "crowd_agents", "corp"),
    *("employee temp",),
)  # fmt: skip


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "mappings").mkdir()
    for name, content in FULL.items():
        (tmp_path / name).write_text(content)
    return tmp_path


def where(folder: Path) -> Where:
    return Where(None, folder / "mappings", {"HTTPS_PROXY": "http://proxy.example.org:3128"}, lambda: NOW)


def test_the_settings_and_mappings_in_it_load_and_mean_the_same(installation: Path) -> None:
    gathered = gather(None, {})
    made = setting_lines(gathered, DISGUISE)
    (installation / "made.env").write_text(made)
    again = gather(installation / "made.env", {})
    assert again.mistakes == ()
    called = (DISGUISE.pseudonyms.name("directory", name) for name in ("corp", "crowd_agents", "crowd_customers"))
    assert settings_from(again).directories.keys() == set(map(directory_key, called))
    assert sorted(kinds_named(again).values()) == ["crowd", "crowd", "ldap"]
    folder = installation / "made"
    folder.mkdir()
    for name, content in mapping_files(installation / "mappings", DISGUISE).items():
        (folder / name).write_text(content)
    policy, before = load_policy(folder, kinds_named(again)), load_policy(Path("mappings"), kinds_named(gathered))
    assert [one.content.audience for one in sorted(policy.mappings, key=lambda one: one.content.audience)] == [
        "agents",
        "customers",
    ]
    assert len(policy.waivers) == len(before.waivers) == 2
    assert policy.estate is not None
    customers = next(one.content for one in policy.mappings if one.content.audience == "customers")
    agents = next(one.content for one in policy.mappings if one.content.audience == "agents")
    assert customers.source.users.except_mapping == agents.name
    assert customers.source.users.filter.startswith("(&(objectClass=inetOrgPerson)(!(employeeType=value-")
    assert customers.source.users.filter.endswith("*))(userAccountControl:1.2.840.113556.1.4.803:=2))")
    assert customers.guards.require_groups == customers.default_groups
    assert customers.target is not None
    assert {pattern.count("*") for pattern in customers.target.groups} == {0, 1}


def test_nothing_of_the_estate_is_in_any_of_its_files(installation: Path) -> None:
    store = Store()
    store.runs.begin("20261122T120000Z-abcdef", "audit", NOW.isoformat())
    store.close()
    head = (
        '{"time": "2026-11-22T12:00:00.000+00:00", "level": "WARNING", "run": "20261122T120000Z-abcdef",'
        ' "logger": "dirsync.errors", '
    )
    Path("example-house.log").write_text(
        head + '"message": "staff of example.org: Gr8-secret", "user": "pilot@example.org"}\n'
    )
    files = bundle(where(installation))
    assert {*files} == {
        *("versions.json", "dirsync.env", "doctor.json", "runs.json", "state.json", "log.jsonl"),
        *("mappings/mapping-1.yaml", "mappings/mapping-2.yaml", "mappings/estate.yaml", "mappings/waivers.yaml"),
    }  # fmt: skip
    for name, content in files.items():
        folded = content.casefold()
        found = [one for one in NAMES if one.casefold() in folded]
        assert not found, f"{name}: {found}"
    assert json.loads(files["runs.json"])["runs"][0]["id"] == "20261122T120000Z-abcdef"
    assert json.loads(files["runs.json"])["count"] == 1
    assert json.loads(files["state.json"])["bytes"]["the store"] > 0
    assert json.loads(files["log.jsonl"])["logger"] == "dirsync.errors"
    assert json.loads(files["versions.json"])["is_set"] == ["HTTPS_PROXY"]
    assert json.loads(files["versions.json"])["libraries"]["ldap3"] == "2.9.1"
    doctor = json.loads(files["doctor.json"])
    assert {"check": "encryption", "state": "ok"}.items() <= next(
        one for one in doctor["checks"] if one["check"] == "encryption"
    ).items()
    assert "every base and filter can be understood." in {one["message"] for one in doctor["checks"]}


def test_one_file_for_its_owner_only_which_replaces_nothing(installation: Path) -> None:
    out = installation / "b.zip"
    contents = write_bundle(where(installation), out)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    with zipfile.ZipFile(out) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["README.txt", *(name for name, _ in contents)]
        read_me = archive.read("README.txt").decode()
    assert all(f"{name} " in read_me for name, _ in contents)
    before = out.read_bytes()
    with pytest.raises(UsageInvalid, match=r"b\.zip is there already"):
        write_bundle(where(installation), out)
    (installation / "link.zip").symlink_to(installation / "elsewhere.zip")
    with pytest.raises(UsageInvalid):
        write_bundle(where(installation), installation / "link.zip")
    assert not (installation / "elsewhere.zip").exists()
    assert out.read_bytes() == before
    with pytest.raises(UsageInvalid, match="can't be written"):
        write_bundle(where(installation), installation / "no" / "such.zip")


def test_two_bundles_have_no_pseudonym_in_common(installation: Path) -> None:
    one, other = (set(re.findall(r"[0-9a-f]{12}", bundle(where(installation))["dirsync.env"])) for _ in range(2))
    assert one
    assert not one & other


def test_it_is_made_of_an_installation_in_which_everything_is_broken(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mappings").mkdir()
    Path("mappings/a.yaml").write_text("{ Quellbrunn")
    Path("mappings/b.yaml").write_text("- Quellbrunn\n")
    Path("mappings/c.yaml").write_bytes(b"\xff\xfe")
    Path("dirsync.env").write_text(
        "DIRSYNC_QUELLBRUNN=Quellbrunn\nnonsense Quellbrunn\nDIRSYNC_LOG_FILE=gone/Quellbrunn.log\n"
    )
    environment = {"DIRSYNC_STORE": "postgresql+psycopg://quellbrunn:ibsengate@127.0.0.1:1/quellbrunn"}
    files = bundle(Where(None, Path("mappings"), environment, lambda: NOW))
    assert is_told("".join(files.values())) == []
    assert json.loads(files["runs.json"]) == {
        "store": "server",
        "version": None,
        "has_problem": True,
        "count": 0,
        "runs": [],
    }
    assert json.loads(files["doctor.json"])["exit_code"] == 2
    assert json.loads(files["log.jsonl"])["message"].endswith("No such file or directory")
    assert set(files) & {"mappings/mapping-1.yaml", "mappings/mapping-2.yaml", "mappings/mapping-3.yaml"} == {
        "mappings/mapping-2.yaml"
    }, "what is no YAML is left out"


def test_an_older_store_is_left_as_it_is(installation: Path) -> None:
    store = Store()
    store.close()
    path = Path(store.url.removeprefix("sqlite:///"))
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE dirsync_store SET version = 3")
    connection.close()
    told = json.loads(bundle(where(installation))["runs.json"])
    assert (told["version"], told["runs"]) == (3, [])
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT version FROM dirsync_store").fetchone() == (3,)
    connection.close()


def test_without_a_store_none_is_made(installation: Path) -> None:
    bundle(where(installation))
    assert not (installation / "state").exists()


def test_of_the_log_the_newest_lines_are_told_in_both_forms(tmp_path: Path, words: OwnWords) -> None:
    file = tmp_path / "dirsync.log"
    text = (
        "2026-11-22T12:00:00.000+01:00 WARNING 20261122T110000Z-0a1b2c dirsync.store.store: "
        "every base and filter can be understood."
    )
    trace = (
        'Traceback\n  File "/usr/lib/dirsync/errors.py", line 12, in quellbrunn\n'
        '  File "/home/quellbrunn/x.py", line 1, in y\nKeyError: Quellbrunn'
    )
    record = {"time": "Quellbrunn", "level": "QUELLBRUNN", "run": "Quellbrunn", "logger": "dirsync.quellbrunn",
              "message": "Quellbrunn", "traceback": trace, "quellbrunn": "Quellbrunn"}  # fmt: skip
    file.write_text(
        "old\n" * 400 + text + "\n" + json.dumps(record) + '\nQuellbrunn\n["Quellbrunn"]\n' + "[" * 100_000 + "\n"
    )
    lines = [json.loads(line) for line in log_lines(file, PACKAGE, words.told)]
    assert len(lines) == LINES
    assert is_told(json.dumps(lines)) == []
    assert lines[-5] == {
        "time": "2026-11-22T12:00:00.000+01:00", "level": "WARNING", "run": "20261122T110000Z-0a1b2c",
        "logger": "dirsync.store.store", "message": "every base and filter can be understood.",
    }  # fmt: skip
    assert lines[-4]["traceback"] == ["errors.py:12"]
    assert {line["message"] for line in lines if line is not lines[-5]} == {"[withheld]"}


def test_of_a_long_log_a_line_that_was_cut_is_left_out(tmp_path: Path, words: OwnWords) -> None:
    file = tmp_path / "dirsync.log"
    file.write_text("x" * 600_000 + "\n{}\n")
    assert len(list(log_lines(file, PACKAGE, words.told))) == 1


def test_runs_are_numbers() -> None:
    summary = {
        "findings": {"fail": {"high": 2, "Quellbrunn": 1}, "unknown": 1, "new": "Quellbrunn"},
        "applications": [{"key": "jira-software", "name": "Quellbrunn", "seats": 5}, {"key": "Quellbrunn", "used": 2}],
        "planned": 7, "outcomes": {"done": 3, "Quellbrunn": 1}, "refused": ["removals", "Quellbrunn"],
    }  # fmt: skip
    begun = PastRun(
        "20261122T120000Z-abcdef", "sync", NOW.isoformat(), NOW.replace(minute=2).isoformat(), 10, True, summary
    )
    killed = PastRun("20261122T120000Z-abcde0", "Quellbrunn", NOW.isoformat(), "", None, False, {})
    told = past_runs([begun, killed])
    assert is_told(json.dumps(told)) == []
    assert told[0] == {
        "id": "20261122T120000Z-abcdef", "mode": "sync", "seconds": 120.0, "exit_code": 10, "is_complete": True,
        "fail": {"high": 2}, "unknown": 1, "new": None, "planned": 7, "outcomes": {"done": 3}, "refused": ["removals"],
        "applications": [{"key": "jira-software", "seats": 5}, {"key": "another", "used": 2}],
    }  # fmt: skip
    assert (told[1]["mode"], told[1]["seconds"], told[1]["exit_code"]) == ("", None, None)


def test_files_that_are_not_dirsync_s_own_are_not_named(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    for name, size in (
        ("Quellbrunn.txt", 1),
        ("Quellbrunn.db", 2),
        ("Quellbrunn.db-wal", 3),
        ("kept/a.kept", 4),
        ("kept/b", 5),
    ):
        (tmp_path / name).write_bytes(b"x" * size)
    told = state_files(tmp_path, tmp_path / "Quellbrunn.db")
    assert told == {
        "bytes": {"the store": 2, "the store-wal": 3},
        "kept_reads": {"files": 2, "bytes": 9, "largest": 5},
    }
    assert state_files(tmp_path / "gone", None)["bytes"] == {}


@pytest.mark.parametrize(
    ("given_", "made"),
    [
        ("ldaps://ldap.example.com:636", r"ldaps://host-[0-9a-f]{12}\.invalid:636"),
        ("http://localhost:8095/crowd", r"http://localhost:8095/crowd"),
        ("http://[::1]:1/jira", r"http://\[::1\]:1/jira"),
        ("https://id.example.com/sso", r"https://host-[0-9a-f]{12}\.invalid/path-[0-9a-f]{12}"),
        ("ldapi://%2Frun%2Fslapd", r"ldapi://%2Fsocket-[0-9a-f]{12}"),
        ("ftp://example.com", r"address-[0-9a-f]{12}"),
        ("http://[x", r"address-[0-9a-f]{12}"),
    ],
)
def test_addresses_keep_their_form(given_: str, made: str) -> None:
    assert re.fullmatch(made, DISGUISE.url(given_))


@pytest.mark.parametrize(
    ("given_", "made"),
    [
        ("/run/secrets/corp", r"/run/secrets/file-[0-9a-f]{12}"),
        ("/etc/ssl/certs/house.pem", r"/etc/ssl/certs/file-[0-9a-f]{12}\.pem"),
        ("/var/log/dirsync/dirsync.log", r"/var/log/dirsync/dirsync\.log"),
        ("../house/x.y", r"\.\./folder-[0-9a-f]{12}/file-[0-9a-f]{12}"),
    ],
)
def test_paths_keep_their_depth(given_: str, made: str) -> None:
    assert re.fullmatch(made, DISGUISE.path(given_))


def test_what_is_below_another_entry_stays_below_it() -> None:
    base, below = DISGUISE.entry("ou=People,dc=Example"), DISGUISE.entry("UID=ana+CN=Ana, OU=people,DC=example")
    assert below.endswith(base)
    assert re.fullmatch(r"uid=value-\w{12}\+cn=value-\w{12},ou=value-\w{12},dc=value-\w{12}", below)
    assert DISGUISE.entry("nonsense").startswith("entry-")
    assert DISGUISE.account("CORP\\svc").startswith("user-")


@pytest.mark.parametrize(
    ("given_", "made"),
    [
        ("(objectClass=*)", r"\(objectClass=\*\)"),
        ("(houseClass=x)", r"\(attribute-\w{12}=value-\w{12}\)"),
        ("(objectClass=houseClass)", r"\(objectClass=class-\w{12}\)"),
        ("(|(mail=*@example.org)(active=TRUE))", r"\(\|\(mail=\*value-\w{12}\)\(active=TRUE\)\)"),
        ("(uidNumber>=1000)", r"\(uidNumber>=value-\w{12}\)"),
        ("(cn:1.2.3.4:=x)", r"\(cn=filter-\w{12}\)"),
        ("nonsense", r"\(cn=filter-\w{12}\)"),
    ],
)
def test_filters_keep_their_form(given_: str, made: str) -> None:
    assert re.fullmatch(made, DISGUISE.filter(given_))


def test_a_name_that_is_a_number_is_a_name() -> None:
    told = disguised(
        {"waivers": [{"user": 90417364528, "owner": 1.5, "expires": "90417364528"}], "seats": 25}, DISGUISE
    )
    assert is_told(json.dumps(told)) == []
    assert told["seats"] == 25


def test_the_name_of_a_setting_keeps_what_is_dirsync_s_own() -> None:
    assert setting_name("DIRSYNC_JIRA__TOKEN_FILE", DISGUISE) == "DIRSYNC_JIRA__TOKEN_FILE"
    assert re.fullmatch(
        r"DIRSYNC_DIRECTORIES__DIRECTORY_[0-9A-F]{12}__URL", setting_name("DIRECTORIES__CORP__URL", DISGUISE)
    )
    assert re.fullmatch(r"DIRSYNC_SETTING_[0-9A-F]{12}", setting_name("DIRSYNC_QUELLBRUNN", DISGUISE))


def test_where_each_setting_stands_is_told_without_the_names_of_folders(installation: Path) -> None:
    secret = installation / "example-secret"
    secret.write_text("Gr8-secret\n")
    credentials = installation / "credentials"
    credentials.mkdir()
    (credentials / "DIRSYNC_CROWD_ADMIN__PASSWORD").write_text("x-secret")
    environment = {"DIRSYNC_JIRA__PASSWORD_FILE": str(secret), "CREDENTIALS_DIRECTORY": str(credentials)}
    told = setting_lines(gather(None, {**os.environ, **environment}), DISGUISE)
    assert (
        "# from a file of its own, which is named in the environment\nDIRSYNC_JIRA__PASSWORD=not-on-this-machine\n"
        in told
    )
    assert "# in $CREDENTIALS_DIRECTORY\nDIRSYNC_CROWD_ADMIN__PASSWORD=not-on-this-machine\n" in told
    assert "# in the settings file, line 18\nDIRSYNC_READ_ONLY=true\n" in told
    assert "# a secret that could not be read where it is said to be\n" in told
