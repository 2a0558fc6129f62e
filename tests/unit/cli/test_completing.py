"""Completion as a shell asks for it: in a real bash, and in zsh and fish where they are."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dirsync.audit.rules import RULES
from dirsync.cli.storing import ACTIONS
from dirsync.errors import ExitCode
from dirsync.model.findings import Severity
from dirsync.operations.deploy import KINDS
from dirsync.operations.doctor.grants import Product
from dirsync.reports import REPORTS

BASH = """\
eval "$(dirsync completion bash)"
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_dirsync_completion "$1"
printf '%s\\n' "${COMPREPLY[@]}"
"""


def shell(program: str, *words: str, **more: str) -> str:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not here")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        [program, *words],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PATH": path, **more},
    )
    assert ran.stderr == ""
    return ran.stdout


def completed(*words: str) -> list[str]:
    """Return what bash offers for the last of these words."""
    return shell("bash", "--norc", "-c", BASH, "bash", *words).split()


def test_commands():
    assert completed("dirsync", "re") == ["report"]
    offered = completed("dirsync", "")
    assert {"audit", "sync", "doctor", "deploy"} <= set(offered)
    assert "completion" not in offered, "it is hidden"


def test_options_of_the_command_and_those_of_all_commands():
    assert {"--dry-run", "--quiet", "--fail-on", "--env-file"} <= set(completed("dirsync", "sync", "--"))
    assert completed("dirsync", "--quiet", "sync", "--dry") == ["--dry-run"]
    assert completed("dirsync", "sync", "--fail-on", "high", "--dry") == ["--dry-run"]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("report", "--format", ""), set(REPORTS)),
        (("report", "--format", "csv-"), {"csv-raw"}),
        (("deploy", ""), set(KINDS)),
        (("store", ""), set(ACTIONS)),
        (("explain", "exit-1"), {"exit-1", "exit-10", "exit-11", "exit-12", "exit-130"}),
        (("explain", ""), {rule.id for rule in RULES} | {f"exit-{code.value}" for code in ExitCode}),
        (("doctor", "--grants", ""), {product.value for product in Product}),
        (("completion", ""), {"bash", "zsh", "fish"}),
        (("audit", "--fail-on", ""), {*Severity, *(f"new:{one}" for one in Severity)}),
        (("--fail-on", "h"), {"high"}),
    ],
)
def test_words_that_only_dirsync_knows(words: tuple[str, ...], offered: set[str]):
    assert set(completed("dirsync", *words)) == offered


def test_zsh_takes_the_script_and_gets_its_words():
    script = 'autoload -Uz compinit; compinit -u -D; eval "$(dirsync completion zsh)"; print -r -- $_comps[dirsync]'
    assert shell("zsh", "-f", "-c", script).strip() == "_dirsync_completion"


def test_zsh_is_answered_in_its_own_form():
    code = [sys.executable, "-m", "dirsync"]
    asked = {"_DIRSYNC_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": "dirsync deploy cr"}
    ran = subprocess.run(code, check=True, capture_output=True, text=True, timeout=60, env={**os.environ, **asked})
    assert ran.stdout.strip() == "_arguments '*: :((\"cron\"))'"


def test_fish_offers_the_words():
    script = 'dirsync completion fish | source; complete -C "dirsync deploy cr"'
    assert shell("fish", "--no-config", "-c", script).split() == ["cron"]


def test_a_shell_that_is_not_known_is_refused():
    command = [sys.executable, "-m", "dirsync", "completion", "tcsh"]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert ran.returncode == ExitCode.INVALID
    assert "bash, zsh, fish" in ran.stderr
