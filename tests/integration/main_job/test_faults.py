"""Faults of the world around the nightly job: two spellings of one letter, a clock that jumps back, a closed stdout."""

from __future__ import annotations

import json
import subprocess
import sys
import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from servers.sandbox import StartSandbox
from servers.workplace import Ran, Workplace

from dirsync.sandbox.server import RunningSandbox

NAME = "josé-ångström"
COMPOSED, DECOMPOSED = unicodedata.normalize("NFC", NAME), unicodedata.normalize("NFD", NAME)

SEED = f"""
jira:
  version: "9.12"
  permissions: {{ADMINISTER: [jira-administrators]}}
  applications: [{{key: jira-software, groups: [jira-users], default_groups: [jira-users], selected_by_default: false}}]
  user_directories: [{{name: Internal, type: internal, groups: [{{name: jira-administrators}}, {{name: jira-users}}]}}]
crowd:
  directories:
    - name: customers
      groups: [{{name: "portal-{COMPOSED}"}}]
      users:
        - {{username: "{COMPOSED}", email: p1@example.org, first_name: "{COMPOSED}", last_name: Somebody,
           display_name: "{COMPOSED}"}}
  applications: [{{name: dirsync-customers, password: sandbox-only, directories: [{{directory: customers}}]}}]
"""

MAPPING = """
version: 1
name: customers
audience: customers
source:
  directory: corp
  users: {base: "ou=people,dc=example,dc=org"}
  groups: {base: "ou=groups,dc=example,dc=org"}
target:
  directory: crowd
  groups: {"*": "*"}
  missing: deactivate
  missing_after: 2
"""


def ldif(*names: str) -> str:
    """Return people with these names (numbered from 1), all in one group; none is ASCII, so all are Base64."""
    import base64

    def b64(text: str) -> str:
        return base64.b64encode(text.encode()).decode()

    entries = ["dn: dc=example,dc=org\nobjectClass: domain\ndc: example"]
    dns = [f"uid={name},ou=people,dc=example,dc=org" for name in names]
    for number, (name, dn) in enumerate(zip(names, dns, strict=True), 1):
        entries.append(
            f"dn:: {b64(dn)}\nobjectClass: inetOrgPerson\nuid:: {b64(name)}\ncn:: {b64(name)}\n"
            f"givenName:: {b64(name)}\nsn: Somebody\ndisplayName:: {b64(name)}\nmail: p{number}@example.org\n"
            f"entryUUID: 00000000-0000-4000-8000-{number:012}"
        )
    group = f"portal-{names[0]}"
    members = "\n".join(f"member:: {b64(dn)}" for dn in dns)
    entries.append(
        f"dn:: {b64(f'cn={group},ou=groups,dc=example,dc=org')}\nobjectClass: groupOfNames\ncn:: {b64(group)}\n"
        f"entryUUID: 00000000-0000-4000-9000-000000000001\n{members}"
    )
    return "\n\n".join(entries) + "\n"


@pytest.fixture
def sandbox(start_sandbox: StartSandbox) -> RunningSandbox:
    return start_sandbox(SEED)


@pytest.fixture
def desk(workplace: Workplace, sandbox: RunningSandbox) -> Workplace:
    workplace.crowd("crowd", sandbox.crowd_url, "dirsync-customers", retry_seconds="1")
    workplace.jira(sandbox.jira_url)
    workplace.mapping("customers", MAPPING)
    workplace.directory("corp", kind="ldif", path=str(workplace.folder / "corp.ldif"))
    workplace.write("corp.ldif", ldif("ana", "ben"))
    return workplace


def run_at(desk: Workplace, moment: datetime, *arguments: str) -> Ran:
    """Run the real command line with its clock set to a moment."""
    script = (
        "import sys, time_machine\nfrom dirsync.cli import main\nsys.argv = ['dirsync', *sys.argv[2:]]\n"
        f"with time_machine.travel({moment.isoformat()!r}): main()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, "", *arguments],
        cwd=desk.folder,
        env=desk.environment(),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr)


class TestSpelling:
    """`é` is one character (NFC) or two (NFD); macOS tools and some exports write the latter."""

    def test_an_account_spelt_otherwise_is_adopted_and_nothing_is_made_twice(self, desk: Workplace) -> None:
        desk.write("corp.ldif", ldif(DECOMPOSED))
        ran = desk.run("sync", "--json")
        assert [one for one in ran.changes if one[0] != "add_member"] == []
        assert [one[0] for one in ran.changes] == ["add_member"]
        assert {one["outcome"] for one in ran.document["outcomes"]} == {"done"}, ran.document["outcomes"]
        assert desk.run("sync", "--json").changes == []

    def test_a_source_that_changes_its_spelling_changes_nothing(self, desk: Workplace) -> None:
        desk.write("corp.ldif", ldif(COMPOSED))
        assert desk.run("sync", "--json").code in {0, 12}
        desk.write("corp.ldif", ldif(DECOMPOSED))
        assert desk.run("sync", "--json").changes == []

    def test_members_are_found_where_the_group_spells_their_names_otherwise(self, desk: Workplace) -> None:
        text = ldif(COMPOSED)
        import base64

        def member(name: str) -> str:
            return "member:: " + base64.b64encode(f"uid={name},ou=people,dc=example,dc=org".encode()).decode()

        assert member(COMPOSED) in text
        desk.write("corp.ldif", text.replace(member(COMPOSED), member(DECOMPOSED)))
        assert [one[0] for one in desk.run("plan", "--json").changes] == ["add_member"]


class TestClock:
    """A machine's clock that was ahead and jumps back (a dead battery, a restored virtual machine)."""

    NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)

    def nights(self, desk: Workplace, *moments: datetime) -> list[list[tuple[str, str, str]]]:
        return [run_at(desk, moment, "sync", "--json").changes for moment in moments]

    def test_reads_before_the_jump_do_not_make_anybody_missing_sooner(self, desk: Workplace) -> None:
        self.nights(desk, self.NOW)
        desk.write("corp.ldif", ldif("ana"))
        day = timedelta(days=1)
        first, back = self.nights(desk, self.NOW + 3 * day, self.NOW + day)
        assert first == back == []

    def test_a_clock_that_was_years_ahead_does_not_keep_leavers_for_years(self, desk: Workplace) -> None:
        self.nights(desk, self.NOW)
        desk.write("corp.ldif", ldif("ana"))
        day = timedelta(days=1)
        ahead, back, next_night = self.nights(desk, self.NOW + 2000 * day, self.NOW + day, self.NOW + 2 * day)
        assert (ahead, back) == ([], [])
        assert next_night == [("deactivate_user", "ben", "")]

    def test_the_newest_run_is_the_one_that_ran_last_whatever_the_clock_said(self, desk: Workplace) -> None:
        run_at(desk, self.NOW + timedelta(days=30), "audit", "--json")
        last = run_at(desk, self.NOW, "audit", "--json").document["run"]["id"]
        ran = desk.run("report", "--format", "json", "--out", "out")
        assert ran.code == 0, ran.stderr
        assert json.loads((desk.folder / ran.stdout.strip()).read_text())["run"]["id"] == last

    def test_a_plan_made_in_the_future_is_not_believed(self, desk: Workplace) -> None:
        run_at(desk, self.NOW + timedelta(days=2), "plan", "--out", "tonight.json")
        ran = run_at(desk, self.NOW, "apply", "tonight.json")
        assert ran.code == 4, ran.stdout + ran.stderr
        assert "in the future" in ran.stderr
        assert "clock" in ran.stderr


class TestClosedOutput:
    """`dirsync sync | head -1`, or a terminal that goes away: the job is done all the same."""

    @pytest.mark.parametrize("option", ["--json", "--verbose"])
    def test_a_reader_that_leaves_early_changes_neither_the_job_nor_its_exit_code(
        self, desk: Workplace, sandbox: RunningSandbox, option: str
    ) -> None:
        command = [sys.executable, "-m", "dirsync", "sync", option]
        with subprocess.Popen(
            command, cwd=desk.folder, env=desk.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            errors = process.stderr.read()
            assert process.wait(timeout=240) in {0, 12}, errors
        assert "Traceback" not in errors
        assert "Broken pipe" not in errors
        assert [one.path for one in sandbox.requests if one.method == "POST" and one.path.endswith("/user")]
        assert desk.run("plan", "--json").changes == []

    @pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "</dev/null >/dev/full"])
    def test_streams_that_were_never_open_are_no_reason_to_stop(self, desk: Workplace, closed: str) -> None:
        ran = subprocess.run(
            ["/bin/sh", "-c", f'"{sys.executable}" -m dirsync sync {closed}'],
            cwd=desk.folder,
            env=desk.environment(),
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert "Traceback" not in ran.stderr
        if "/dev/full" in closed:
            assert ran.returncode == 1
            assert "could not be written to stdout" in ran.stderr
            assert "dirsync report" in ran.stderr
        else:
            assert ran.returncode in {0, 12}, ran.stderr
        assert desk.run("plan", "--json").changes == []
