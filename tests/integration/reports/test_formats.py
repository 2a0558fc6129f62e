"""A real run against the sandbox: its report fits the published schema, and its stored form renders as CSV."""

from __future__ import annotations

import csv
import io
import json
import stat
from datetime import UTC, datetime, timedelta

from jsonschema import Draft202012Validator
from schemas import MAPPINGS
from servers.sandbox import StartSandbox
from servers.workplace import Workplace

SCHEMA = json.loads((MAPPINGS / "report.schema.json").read_text(encoding="utf-8"))
HOSTILE = "=cmd|'/c calc'!A1"
SEED = """
jira:
  version: "9.12"
  permissions: {ADMINISTER: [jira-administrators]}
  applications:
    - {key: jira-software, groups: [jira-users], default_groups: [jira-users], selected_by_default: false, seats: 5}
  user_directories: [{name: Internal, type: internal, groups: [{name: jira-administrators}, {name: jira-users}]}]
crowd:
  directories:
    - name: customers
      users: [{username: "NAME", groups: [portal]}]
      groups: [{name: portal}, {name: jira-users, groups: [OPENED]}]
  applications: [{name: dirsync-customers, password: sandbox-only, directories: [{directory: customers}]}]
"""
MAPPING = """
version: 1
name: customers
audience: customers
source: {directory: hr}
target: {directory: crowd}
default_groups: [portal]
waivers: [{rule: audit-incomplete, directory: crowd, reason: known, owner: owner@example.org, expires: UNTIL}]
"""
ESTATE = """
version: 1
jira: {public_signup: {global: false}, user_directories: [{name: C, mapping: customers, type: crowd, mode: read-only}]}
crowd: none
"""
LDIF = f"""version: 1

dn: uid=1,dc=example,dc=org
objectClass: inetOrgPerson
uid: {HOSTILE}
cn: Mallory
sn: Mallory
mail: mallory@example.org
entryUUID: 00000000-0000-4000-8000-000000000001
"""


def wrong(document: object) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(SCHEMA).iter_errors(document)]


def set_up(workplace: Workplace, start_sandbox: StartSandbox, *, there: str = "eve", opened: str = "") -> None:
    """Somebody is in the group `portal` already; with `opened: portal` that is a seat."""
    sandbox = start_sandbox(SEED.replace("NAME", there).replace("OPENED", opened))
    workplace.crowd("crowd", sandbox.crowd_url, "dirsync-customers", retry_seconds="2")
    workplace.jira(sandbox.jira_url)
    workplace.directory("hr", kind="ldif", path=str(workplace.write("hr.ldif", LDIF)))
    until = datetime.now(UTC).date() + timedelta(days=300)
    workplace.mapping("customers", MAPPING.replace("UNTIL", f"{until}"))
    workplace.mapping("estate", ESTATE)


def test_what_a_real_run_writes_fits_the_published_schema(workplace: Workplace, start_sandbox: StartSandbox) -> None:
    set_up(workplace, start_sandbox)

    audit, rehearsal = workplace.run("audit", "--json"), workplace.run("sync", "--dry-run", "--json")
    night, next_night = workplace.run("sync", "--json"), workplace.run("sync", "--json")

    for ran in (audit, rehearsal, night, next_night):
        assert wrong(ran.document) == [], ran.stderr
    assert (rehearsal.document["run"]["mode"], night.document["run"]["mode"]) == ("rehearsal", "sync")
    assert [change["user"] for change in night.document["plan"]["changes"] if change["op"] == "create_user"] == [
        HOSTILE
    ]
    assert {outcome["outcome"] for outcome in night.document["outcomes"]} == {"done"}


def test_a_run_that_could_not_read_fits_it_too(workplace: Workplace, start_sandbox: StartSandbox) -> None:
    set_up(workplace, start_sandbox)
    (workplace.folder / "hr.ldif").unlink()

    ran = workplace.run("audit", "--json")

    assert ran.code == 3
    assert wrong(ran.document) == []


def test_a_stored_run_is_rendered_as_a_table_that_is_safe_to_open(
    workplace: Workplace, start_sandbox: StartSandbox
) -> None:
    set_up(workplace, start_sandbox, there=HOSTILE, opened="portal")
    document = workplace.run("audit", "--json").document

    ran = workplace.run("report", "--format", "csv", "--format", "csv-raw", "--format", "json", "--out", "out")

    assert ran.code == 0, ran.stderr
    stem = workplace.folder / "out" / f"dirsync-{document['run']['id']}"
    safe, raw = stem.with_name(f"{stem.name}.csv"), stem.with_name(f"{stem.name}.raw.csv")
    assert {stat.S_IMODE(path.stat().st_mode) for path in (safe, raw)} == {0o600}
    assert json.loads(stem.with_name(f"{stem.name}.json").read_text(encoding="utf-8")) == document
    tables = {
        path: list(csv.DictReader(io.StringIO(path.read_bytes().decode(encoding), newline="")))
        for path, encoding in ((safe, "utf-8-sig"), (raw, "utf-8"))
    }
    for rows in tables.values():
        assert [row["finding"] for row in rows] == [finding["id"] for finding in document["findings"]]
    holders = {
        path: {row["subject_name"] for row in rows if row["subject_kind"] == "user"} for path, rows in tables.items()
    }
    assert HOSTILE in holders[raw]
    assert f"'{HOSTILE}" in holders[safe]
    assert HOSTILE not in holders[safe]
