"""The whole job on made-up directories: a first night that works, and a second one that a guard stops."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import timedelta
from importlib import resources
from pathlib import Path
from string import Template
from textwrap import TextWrapper
from typing import TYPE_CHECKING

from dirsync.errors import UsageInvalid
from dirsync.mapping.policy import load_policy
from dirsync.model.run import Mode
from dirsync.operations.demo.people import broken_export, whole_directory
from dirsync.reports.terminal import TerminalReport
from dirsync.reports.writer import write_file
from dirsync.sandbox import USUAL_PORT
from dirsync.settings.load import load_settings
from dirsync.store.store import Store
from dirsync.workflow.job import Job, utc_now
from dirsync.workflow.run import Finished, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

    from dirsync.console import Console
    from dirsync.sandbox.server import RunningSandbox

MARK = ".dirsync-demo"
VALID_FOR = timedelta(days=365)
PASSWORD = "sandbox-only"
TOKEN = "sandbox-jira-token"


@dataclass(frozen=True)
class Stage:
    """The demo's folder, with everything in it, and the sandbox it talks to."""

    folder: Path
    environment: dict[str, str]


def run_demo(folder: Path, console: Console) -> None:
    """Run the demo in `folder` and tell it on the console: the answer first, then the night that is refused."""
    from dirsync.reports.html import HtmlReport
    from dirsync.reports.json_report import JsonReport
    from dirsync.sandbox.seed_file import parse_seed
    from dirsync.sandbox.server import start

    _clear(folder)
    seed = parse_seed((_files() / "sandbox.yaml").read_text(encoding="utf-8"), "sandbox.yaml")
    with start(seed) as sandbox:
        stage = _set_the_stage(folder, sandbox)
        first = _night(stage, console)
        html = write_file(folder / "report.html", HtmlReport().render(first.document))
        write_file(folder / "report.json", JsonReport().render(first.document))
        report = TerminalReport(console.width, is_coloured=console.is_coloured, files=[str(html)])
        console.answer(report.render(first.document))
        second = _night(stage, console)
        write_file(folder / "hr-export.ldif", broken_export().encode())
        third = _night(stage, console)
        write_file(folder / "hr-export.ldif", whole_directory().encode())
    _write_settings(folder, f"http://127.0.0.1:{USUAL_PORT}")
    lines = _epilogue(folder, second, third)
    wrap = TextWrapper(console.width, subsequent_indent="    ", break_on_hyphens=False, break_long_words=False)
    console.answer("\n".join(wrap.fill(line) for line in lines))


def _night(stage: Stage, console: Console) -> Finished:
    settings = load_settings(stage.folder / "dirsync.env", stage.environment)
    kinds = {name: directory.kind for name, directory in settings.directories.items()}
    policy = load_policy(stage.folder / "mappings", kinds)
    store = Store(f"sqlite:///{stage.folder / 'dirsync.db'}")
    try:
        with console.progress() as progress:
            return run(Job(Mode.SYNC, settings, policy, store, progress))
    finally:
        store.close()


def _clear(folder: Path) -> None:
    """Make an empty folder of our own. Raises `UsageInvalid` rather than touch anybody else's."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).is_file():
            raise UsageInvalid(f"{folder} holds files that no demo made.", "Name another folder with --dir DIR.")
        shutil.rmtree(folder)
    write_file(folder / MARK, b"made by 'dirsync demo', which may remove this folder\n")


def _set_the_stage(folder: Path, sandbox: RunningSandbox) -> Stage:
    today = utc_now().date()
    dates = {"TODAY": today.isoformat(), "VALID_UNTIL": (today + VALID_FOR).isoformat()}
    for file in _all_files(_files()):
        name = file.relative_to(Path(str(_files())))
        text = Template(file.read_text(encoding="utf-8")).safe_substitute(dates)
        write_file(folder / name, text.encode())
    write_file(folder / "hr-export.ldif", whole_directory().encode())
    _write_settings(folder, sandbox.crowd_url.removesuffix("/crowd"))
    return Stage(folder, {})


def _write_settings(folder: Path, url: str) -> None:
    lines = {
        "DIRSYNC_DIRECTORIES__HR_EXPORT__KIND": "ldif",
        "DIRSYNC_DIRECTORIES__HR_EXPORT__PATH": str((folder / "hr-export.ldif").resolve()),
        "DIRSYNC_JIRA__URL": f"{url}/jira",
        "DIRSYNC_JIRA__TOKEN": TOKEN,
        "DIRSYNC_STORE": f"sqlite:///{(folder / 'dirsync.db').resolve()}",
    }
    for audience in ("agents", "customers"):
        prefix = f"DIRSYNC_DIRECTORIES__CROWD_{audience.upper()}__"
        lines |= {
            f"{prefix}KIND": "crowd",
            f"{prefix}URL": f"{url}/crowd",
            f"{prefix}APPLICATION": f"dirsync-{audience}",
            f"{prefix}PASSWORD": PASSWORD,
        }
    content = "".join(f"{name}={value}\n" for name, value in lines.items())
    write_file(folder / "dirsync.env", content.encode())


def _files() -> Traversable:
    return resources.files(__package__) / "files"


def _all_files(folder: Traversable) -> Iterator[Path]:
    yield from sorted(Path(str(folder)).rglob("*.yaml"))


def _epilogue(folder: Path, second: Finished, third: Finished) -> Iterator[str]:
    pending = len(second.run.plan.changes) if second.run.plan else 0
    yield ""
    yield "The next night, nothing new in the sources"
    yield f"  {pending} changes planned."
    yield ""
    yield "The night after, the export broke off: most customers are missing from it"
    yield f"  {third.document['answer']}"
    for refusal in third.run.refusals:
        if refusal.refused:
            yield f"  refused by '{refusal.guard}': {refusal.message}"
    yield ""
    yield "What to do next"
    yield f"  Open {folder / 'report.html'} in a browser."
    yield f"  Look at {folder / 'mappings'}: these three files made all of this."
    yield "  Read what a rule means: dirsync explain customer-default-group-grants-application-access"
    yield f"  Go on in {folder}: 'dirsync sandbox' in one terminal, 'dirsync plan' in another"
