"""`dirsync deploy systemd`: what the service could not reach is told, and only that."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from servers.workplace import Workplace

if TYPE_CHECKING:
    from collections.abc import Iterator

BIN = Path(sys.executable).parent
NOBODY = "65534"
"""Stands for the account that DynamicUser= makes: nobody knows it."""
HIDING = (
    "mount -t tmpfs none /tmp && exec setpriv --reuid $0 --regid $0 --clear-groups --bounding-set=-all"
    ' sh -c \'exec "$@"\' sh "$@"'
)
"""The shell in between has lost root's capabilities, which setpriv still has while it starts it."""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Give a folder that everybody may read: pytest's own are closed, and in /tmp."""
    shared = Path("/dev/shm")
    if not os.access(shared, os.W_OK):
        pytest.skip("needs /dev/shm")
    folder = Path(tempfile.mkdtemp(dir=shared))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def deployed(folder: Path, kind: str, *command: str, **more: str) -> tuple[str, str]:
    """Return the first file that is printed, and what is told on stderr."""
    around = {**os.environ, "XDG_STATE_HOME": str(folder / "state"), **more}
    made = subprocess.run(
        [*(command or (str(BIN / "dirsync"),)), "--json", "deploy", kind],
        cwd=folder, env=around, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    files: dict[str, str] = json.loads(made.stdout)["files"]
    return next(iter(files.values())), made.stderr


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("setpriv") is None, reason="needs root, to become nobody")
@pytest.mark.parametrize("python", [sys.executable, "/usr/bin/python3"])
def test_what_can_t_start_for_an_account_of_its_own_is_told_and_nothing_else(workplace: Workplace, python: str) -> None:
    packages = [path for path in sys.path if path.endswith("site-packages")]
    sources = str(Path(__file__).parents[3])
    by_hand = {"PYTHONPATH": os.pathsep.join([*packages, sources])} if python != sys.executable else {}
    if subprocess.run(
        [python, "-c", "import dirsync.cli.app"], env=by_hand, check=False, capture_output=True
    ).returncode:
        pytest.skip(f"{python} can't run dirsync")
    unit, told = deployed(workplace.folder, "systemd", python, "-m", "dirsync", **by_hand)
    line = next(line for line in unit.splitlines() if line.startswith("ExecStart="))
    words = shlex.split(line.removeprefix("ExecStart="))
    words = words[: words.index("--env-file")]
    started = subprocess.run(
        ["unshare", "--mount", "sh", "-c", HIDING, NOBODY, *words, "--version"],
        cwd="/", env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **by_hand}, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert (started.returncode != 0) == ("The service can't start" in told), started.stderr + told
    assert not told.count("can't be read by it") or "/opt/dirsync/bin/pip install" in told


def test_files_below_tmp_are_told_as_the_service_has_a_tmp_of_its_own(workplace: Workplace) -> None:
    workplace.mapping("customers", "version: 1\n")
    workplace.write("dirsync.env", "DIRSYNC_LOG_FILE=/var/tmp/dirsync.log\n")
    mappings = workplace.folder / "mappings"
    _, told = deployed(workplace.folder, "systemd")
    if mappings.resolve().is_relative_to("/tmp"):
        assert f"{mappings} is below a folder that is another one for the service (PrivateTmp=yes)" in told
        assert "move it to /etc/dirsync" in told
    assert "DIRSYNC_LOG_FILE: /var/tmp/dirsync.log would go to a folder of the service's own" in told


@pytest.mark.parametrize("mode", [0o600, 0o640])
def test_a_mapping_file_that_only_its_owner_may_read_is_told(open_folder: Path, mode: int) -> None:
    file = open_folder / "mappings" / "customers.yaml"
    file.parent.mkdir()
    file.write_text("version: 1\n", "utf-8")
    file.chmod(mode)
    _, told = deployed(open_folder, "systemd")
    assert f"{file} can't be read by the account of its own that runs it" in told
    file.chmod(0o644)
    _, told = deployed(open_folder, "systemd")
    assert str(file.parent) not in told


def test_a_log_in_a_home_folder_keeps_homes_in_sight(workplace: Workplace) -> None:
    unit, _ = deployed(workplace.folder, "systemd", DIRSYNC_LOG_FILE="/home/somebody/dirsync.log")
    assert "\nProtectHome=read-only\n" in unit
    assert "\nReadWritePaths=/home/somebody\n" in unit


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        ("systemd", "install -D -m 0600 {store} /var/lib/dirsync/dirsync.db"),
        ("docker", "docker compose run --rm -T"),
        ("kubernetes", "the claim dirsync-state"),
        ("cron", ""),
    ],
)
def test_a_store_that_is_left_behind_is_told_with_the_way_to_take_it_along(
    workplace: Workplace, kind: str, how: str
) -> None:
    store = workplace.folder / "my state" / "runs.db"
    workplace.write("dirsync.env", f'DIRSYNC_STORE="sqlite:///{store}"\n')
    _, before = deployed(workplace.folder, kind)
    assert "empty store" not in before, "nothing is there that could be lost"
    store.parent.mkdir(exist_ok=True)
    store.write_bytes(b"SQLite format 3\0")
    _, told = deployed(workplace.folder, kind)
    if not how:
        assert "empty store" not in told, "cron's job is the same account with the same settings"
        return
    assert f"empty store of its own, not with {store}" in told
    assert how.format(store=shlex.quote(str(store))) in told
    assert "A run was killed here" not in told
    store.with_name("runs.db-wal").write_bytes(b"rest")
    _, told = deployed(workplace.folder, kind)
    assert f"'dirsync history' puts {store}-wal in order first" in told


def test_a_store_where_the_service_keeps_its_own_is_no_news(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dirsync.operations.deploy import store_here
    from dirsync.operations.deploy.installation import installation

    store = workplace.write("dirsync.db", "a store")
    settings = {"DIRSYNC_STORE": f"sqlite:///{store}"}
    installed = installation(["dirsync"], [], None, workplace.folder / "mappings", settings)
    assert len([*store_here.left_behind("systemd", installed)]) == 1
    monkeypatch.setattr(store_here, "OF_THE_SERVICE", store)
    assert [*store_here.left_behind("systemd", installed)] == []
    assert len([*store_here.left_behind("docker", installed)]) == 1, "a volume is another place, whatever it is called"
