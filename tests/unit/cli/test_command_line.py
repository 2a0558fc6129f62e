"""The command line: options anywhere, help that fits a terminal, exit codes people script against."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dirsync import __version__
from dirsync.audit.rules import RULES
from dirsync.cli import knowledge, options
from dirsync.cli.app import app

COMMANDS = (
    *("demo", "init", "doctor", "audit", "plan", "apply", "sync"),
    *("explain", "report", "history", "rules", "sandbox", "worker"),
)
RULE = "customer-holds-application-access"
HEAVY = {"ldap3", "requests", "sqlalchemy", "jinja2", "starlette", "uvicorn", "ruamel", "rich", "pydantic_settings"}
CANARY = "c4n4ry-s3cr3t"
MAPPING = """\
version: 1
name: customers
audience: customers
source: {directory: hr}
"""


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(words), prog_name="dirsync")
    return result.exit_code, result.stdout, result.stderr


def process(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "dirsync", *words],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **more},
    )


def set_up(directory: Path = Path()) -> None:
    (directory / "mappings").mkdir()
    (directory / "mappings" / "customers.yaml").write_text(MAPPING)
    (directory / "hr.ldif").write_text(
        "version: 1\n\ndn: uid=ana,dc=example,dc=org\nobjectClass: inetOrgPerson\nuid: ana\ncn: a\nsn: a\n"
    )
    (directory / "dirsync.env").write_text(
        "DIRSYNC_DIRECTORIES__HR__KIND=ldif\nDIRSYNC_DIRECTORIES__HR__PATH=hr.ldif\n"
    )


def test_the_main_help_fits_a_terminal_of_80_by_40():
    result = process("--help", COLUMNS="200")
    lines = result.stdout.splitlines()
    assert result.returncode == 0
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 80
    assert all(any(line.split()[:1] == [name] for line in lines) for name in COMMANDS)
    assert "…" not in result.stdout
    assert "..." not in result.stdout.replace("[ARGS]...", ""), "no summary is cut off"


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_s_help_fits_80_columns(name: str):
    code, out, _ = run(name, "--help")
    assert code == 0
    assert max(map(len, out.splitlines())) <= 80
    assert run(name, "-h")[:2] == (0, out)


def test_without_a_command_the_help_is_shown_and_it_is_a_mistake():
    code, out, err = run()
    assert code == 2
    assert "Usage: dirsync" in out + err


@pytest.mark.parametrize("words", [("--version",), ("audit", "--version"), ("--version", "nonsense")])
def test_the_version_is_told_wherever_it_is_asked_for(words: tuple[str, ...]):
    assert run(*words) == (0, f"dirsync {__version__}\n", "")


@pytest.mark.parametrize(
    "words",
    [
        ("--json", "rules"),
        ("rules", "--json"),
        ("rules", "--json", "--mappings", "x"),
        ("--mappings=x", "rules", "--json"),
        ("--env-file", "rules", "rules", "--json"),
        ("rules", "-q", "--json"),
        ("rules", "-qv", "--json"),
        ("-vq", "--json", "rules"),
        ("rules", "--only", "a", "--json", "--only=b"),
        ("rules", "--allow-removals", "5", "--fail-on=new:low", "--json"),
    ],
)
def test_options_may_stand_before_or_after_the_command(words: tuple[str, ...]):
    code, out, err = run(*words)
    assert (code, err) == (0, "")
    assert [row["rule"] for row in json.loads(out)] == [rule.id for rule in RULES]


def test_what_is_said_after_the_command_is_what_is_meant(monkeypatch: pytest.MonkeyPatch):
    seen: list[options.Options] = []
    monkeypatch.setattr(knowledge, "open_store", lambda given: seen.append(given) or 1 / 0)
    words = ("--env-file", "e", "--mappings=m", "--only", "a", "--only=b", "-q", "--fail-on", "new:low",
             "--allow-removals", "0", "--allow-creations=7", "--allow-member-removals", "9", "--adopt=3")  # fmt: skip
    before, after = run(*words, "report"), run("report", *words)
    assert before == after
    for given in seen:
        assert (given.env_file, given.mappings, given.only, given.as_json) == (Path("e"), Path("m"), ("a", "b"), False)
        assert (given.fail_on, given.console.quiet, given.console.verbose) == ("new:low", True, False)
        assert (given.allow_removals, given.allow_creations, given.allow_member_removals) == (0, 7, 9)
        assert given.adopt == 3
    assert len(seen) == 2


def test_after_two_hyphens_everything_is_the_command_s_own():
    code, _, err = run("explain", "--", "--json")
    assert code == 2
    assert "There is no rule '--json'" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nonsense",), "No such command 'nonsense'"),
        (("--nonsense",), "No such option: --nonsense"),
        (("rules", "--nonsense"), "No such option: --nonsense"),
        (("rules", "-x"), "No such option: -x"),
        (("rules", "-qx"), "No such option: -q"),
        (("audit", "--env-file"), "--env-file: it needs a value after it"),
        (("--only",), "--only: it needs a value after it"),
        (("rules", "--json=yes"), "'--json' does not take a value"),
        (("rules", "--allow-removals", "-1"), "--allow-removals"),
        (("rules", "--allow-removals=many"), "--allow-removals"),
        (("explain",), "Missing argument 'USER-or-RULE'"),
        (("apply",), "Missing argument 'FILE'"),
        (("sandbox", "--port", "70000"), "--port"),
        (("audit", "--fail-on", "severe"), "--fail-on: there is no level 'severe'."),
        (("audit", "--fail-on", "new:"), "--fail-on: there is no level ''."),
        (("explain", "nonsense"), "There is no rule 'nonsense'"),
        (("explain", "q"), "There is no rule 'q'"),
        (("explain", "aq"), "There is no rule 'aq'"),
        (("explain", ""), "There is no rule ''"),
        (("explain", "-"), "There is no rule '-'"),
        (("audit", "--mappings", "nowhere"), "nowhere: no such folder; it must hold your mapping files."),
        (("audit", "--env-file", "nowhere"), "--env-file: there is no file nowhere"),
        (("history", "--env-file", "nowhere"), "--env-file: there is no file nowhere"),
        (("history", "--last", "0"), "--last"),
        (("init", "/dev/null"), "/dev/null can't be made: a file stands where a folder should be."),
    ],
)
def test_what_can_t_be_followed_is_exit_code_2_with_the_reason_on_stderr(words: tuple[str, ...], said: str):
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


def test_a_rule_s_page_is_shown_and_a_misspelt_one_suggested():
    code, out, _ = run("explain", RULE)
    assert code == 0
    assert RULE in out
    code, _, err = run("explain", RULE.replace("application", "aplication"))
    assert code == 2
    assert f"did you mean '{RULE}'?" in err
    assert "'dirsync rules' lists them all." in err


def test_what_keeps_people_from_being_looked_for_is_told_with_what_must_be_mended():
    code, out, err = run("explain", "ana")
    assert (code, out) == (2, "")
    said, mistake = err.splitlines()
    assert said == "There is no rule 'ana'. 'dirsync rules' lists them all. To look for a person, mend this first:"
    assert mistake.startswith("mappings: no such folder")


@pytest.mark.parametrize("name", ["", "  "])
def test_no_name_is_nobodys_even_where_people_have_no_address(name: str):
    set_up()
    code, out, err = run("explain", name)
    assert (code, out) == (2, "")
    assert "Name a person or a rule." in err


def test_the_rules_are_listed_with_severity_and_title():
    code, out, _ = run("rules")
    assert code == 0
    lines = out.splitlines()
    for rule in RULES:
        assert lines[lines.index(rule.id) + 1].startswith(f"    {rule.severity}: ")


def test_every_mistake_of_settings_and_mappings_is_told_at_once():
    set_up()
    Path("mappings/customers.yaml").write_text(MAPPING.replace("audience: customers", "audience: customer"))
    Path("dirsync.env").write_text(f"DIRSYNC_DIRECTORIES__HR__KIND=ldif\nDIRSYNC_JIRA__TOKN={CANARY}\n")
    code, out, err = run("audit", "--only", "custmers")
    assert (code, out) == (2, "")
    assert sorted(err.splitlines()) == sorted([
        "--only: there is no mapping 'custmers', did you mean 'customers'?",
        "DIRSYNC_DIRECTORIES__HR__PATH: is missing",
        "DIRSYNC_JIRA__TOKN (dirsync.env:2): there is no such setting, did you mean 'TOKEN'?",
        "DIRSYNC_JIRA__URL: is missing (or DIRSYNC_JIRA__DATABASE_URL, to ask nothing but its database)",
        "mappings/customers.yaml:3:11: unknown audience 'customer', did you mean 'customers'?",
    ])  # fmt: skip


def test_a_mapping_that_is_not_there_is_told():
    set_up()
    code, _, err = run("audit", "--only", "custmers")
    assert (code, err) == (2, "--only: there is no mapping 'custmers', did you mean 'customers'?\n")


def test_a_store_that_can_t_be_opened_is_exit_code_2_without_its_password():
    set_up()
    result = process("audit", DIRSYNC_STORE=f"nonsense://u:{CANARY}@h/d")
    assert result.returncode == 2
    assert "needs a driver that is not installed" in result.stderr
    assert CANARY not in result.stderr + result.stdout


def test_a_run_that_is_not_in_the_store_is_told():
    set_up()
    assert "The store holds no finished run yet." in run("report")[2]
    code, _, err = run("report", "r9")
    assert code == 2
    assert "There is no finished run 'r9' in the store." in err


def test_a_wrong_format_and_a_wrong_run_are_told_together():
    set_up()
    code, _, err = run("report", "r9", "--format", "pdf", "--format", "html", "--format", "doc")
    assert code == 2
    assert "No report format is called 'pdf' or 'doc'. There is no finished run 'r9' in the store." in err
    assert "-> Known formats: csv, " in err


def test_what_waivers_need_is_loaded_where_mistakes_are_told(monkeypatch: pytest.MonkeyPatch):
    set_up()
    monkeypatch.setitem(sys.modules, "dirsync.workflow.adopting", None)
    code, _, err = run("audit", "--write-waivers", "--owner", "admin@example.org")
    assert code == 1
    assert "Error: Unexpected ModuleNotFoundError" in err


def test_a_stored_run_is_rendered_again():
    set_up()
    code, _, err = run("audit", "--reports", "first")
    assert code in {0, 10, 12}, err
    assert "'dirsync history --json' lists the ids" in run("report", "r9")[2]
    code, out, err = run("report", "--format", "json", "--out", "again")
    assert (code, err) == (0, "")
    written = json.loads(Path(out.strip()).read_text())
    assert written["schema"] == "dirsync.report/1"
    run_id = written["run"]["id"]
    assert run("report", run_id, "--out", "again")[1] == f"again/dirsync-{run_id}.html\n"


def test_a_redacted_report_has_no_name_and_the_same_pseudonyms_every_time():
    set_up()
    assert run("audit")[0] in {0, 10, 12}
    code, out, err = run("report", "--redact", "--format", "json", "--format", "md", "--out", "outside")
    assert (code, err) == (0, "")
    made, summary = (Path(line).read_text() for line in out.splitlines())
    assert "-redacted.json" in out
    assert "pseudonyms stand for names" in summary
    run("report", "--format", "json", "--out", "inside")
    (inside,) = Path("inside").iterdir()
    subjects = [finding["subject"] for finding in json.loads(inside.read_text())["findings"]]
    people = {subject["name"] for subject in subjects if subject["kind"] == "user"}
    assert not [name for name in people if name in made + summary]
    run("report", "--redact", "--format", "json", "--out", "again")
    assert next(Path("again").iterdir()).read_text() == made


def test_reports_of_older_runs_are_deleted_where_that_is_asked():
    set_up()
    for _ in range(3):
        assert run("audit", "--reports", "kept", "--keep", "2")[0] in {0, 10, 12}
    assert len(list(Path("kept").iterdir())) == 4
    assert run("report", "--format", "md", "--out", "kept", "--keep", "1")[0] == 0
    assert sorted(path.suffix for path in Path("kept").iterdir()) == [".html", ".json", ".md"]


@pytest.mark.parametrize("command", [("audit",), ("plan",), ("sync",), ("apply", "a.plan"), ("undo", "a-run")])
def test_keep_needs_a_folder_of_reports(command: tuple[str, ...]):
    set_up()
    code, _, err = run(*command, "--keep", "2")
    assert code == 2
    assert "--keep goes with --reports." in err


def test_a_plan_file_that_can_t_be_read_is_told():
    set_up()
    code, _, err = run("apply", "nowhere.plan")
    assert code == 2
    assert "The plan nowhere.plan can't be read: No such file or directory." in err


def test_json_is_the_report_on_stdout_and_nothing_else():
    set_up()
    result = process("audit", "--json")
    assert json.loads(result.stdout)["run"]["exit_code"] == result.returncode


def test_an_interruption_is_exit_code_130(monkeypatch: pytest.MonkeyPatch):
    def interrupt(_options: options.Options) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(knowledge, "open_store", interrupt)
    code, out, err = run("report")
    assert (code, out) == (130, "")
    assert err.startswith("Interrupted.")


def test_after_a_run_signals_do_what_they_did_before():
    set_up()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    assert run("audit")[0] in {0, 10, 12}
    assert {number: signal.getsignal(number) for number in before} == before


@pytest.mark.parametrize("where", ["dirsync.log.libraries.listen_to_threads", "dirsync.cli.app.Console"])
def test_an_interruption_before_there_is_a_command_is_exit_code_130_too(where: str):
    module, _, name = where.rpartition(".")
    code = (
        f"import {module} as module\n"
        "from dirsync.cli import main\n"
        "def interrupt(*_, **__):\n"
        "    raise KeyboardInterrupt\n"
        f"module.{name} = interrupt\n"
        "main()\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, "rules"], check=False, capture_output=True, text=True, timeout=60
    )
    assert (result.returncode, result.stdout, result.stderr) == (130, "", "")


@pytest.mark.parametrize("verbose", [False, True])
def test_an_unexpected_error_is_exit_code_1_with_a_traceback_only_when_asked(verbose: bool):  # noqa: FBT001 - a parameter
    code = (
        "from dirsync.cli import knowledge, main\n"
        "def fail(_options):\n"
        f"    password = '{CANARY}'\n"
        "    raise ZeroDivisionError('a part of nothing')\n"
        "knowledge.open_store = fail\n"
        "main()\n"
    )
    words = ["report", "--verbose"] if verbose else ["report"]
    result = subprocess.run(
        [sys.executable, "-c", code, *words], check=False, capture_output=True, text=True, timeout=60
    )
    assert (result.returncode, result.stdout) == (1, "")
    assert "Error: Unexpected ZeroDivisionError: a part of nothing." in result.stderr
    assert "-> This is a mistake in dirsync." in result.stderr
    assert ("Traceback" in result.stderr) is verbose
    assert f"password = '{CANARY}'" not in result.stderr.replace(f"    password = '{CANARY}'\n", "")


def test_an_interrupted_process_ends_with_130_and_no_traceback():
    with subprocess.Popen(
        [sys.executable, "-m", "dirsync", "sandbox", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as started:
        try:
            assert started.stdout
            assert started.stdout.readline()
            started.send_signal(signal.SIGINT)
            _, err = started.communicate(timeout=30)
        finally:
            started.kill()  # nothing is left behind where it did not end
    assert "Traceback" not in err
    assert started.returncode in {0, 130}, "stopping the sandbox is how it ends"


@pytest.mark.parametrize("words", ["rules", "--help", f"explain {RULE}"])
def test_a_reader_that_leaves_early_causes_no_traceback(words: str):
    command = f"{sys.executable} -m dirsync {words} | head -1"
    result = subprocess.run(["bash", "-c", command], check=False, capture_output=True, text=True, timeout=60)
    assert len(result.stdout.splitlines()) == 1
    assert result.stderr == ""


@pytest.mark.parametrize(
    ("words", "also"),
    [
        (["--version"], {"typer", "loguru"}),
        (["--help"], {"loguru"}),
        (["audit", "--help"], set()),
        (["doctor", "--help"], set()),
    ],
)
def test_a_quick_answer_loads_no_heavy_library(words: list[str], also: set[str]):
    code = (
        "import sys\n"
        "from dirsync.cli import main\n"
        "try:\n"
        "    main()\n"
        "finally:\n"
        f"    heavy = {HEAVY | also!r}\n"
        "    print('loaded:', sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, *words], check=True, capture_output=True, text=True, timeout=60
    )
    assert result.stderr == "loaded: []\n"


def test_explain_shows_the_page_of_an_exit_code_without_any_settings():
    code, out, err = run("explain", "exit-12")
    assert (code, err) == (0, "")
    assert out.startswith("exit-12: nothing fails, but")


def test_explain_proposes_the_exit_code_that_was_meant():
    set_up()
    code, _, err = run("explain", "exit12")
    assert code == 2
    assert "did you mean 'exit-12'?" in err
