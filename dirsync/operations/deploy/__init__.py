"""`dirsync deploy KIND`: ready files for running unattended, made from how dirsync is set up here.

A kind is one line in `KINDS` and one template for each of its files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dirsync import __version__
from dirsync.errors import UsageInvalid
from dirsync.operations.deploy.shut_in import out_of_reach
from dirsync.operations.deploy.store_here import left_behind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dirsync.operations.deploy.installation import Installation


@dataclass(frozen=True)
class Kind:
    """A way of running unattended."""

    files: Mapping[str, str]
    """Name of the file to the template it is made from."""
    runs_as_itself: bool = False
    """Whether an account of its own runs it, which must be able to read what the settings name."""
    is_container: bool = False
    """Whether it sees no file of this machine but those it is given."""
    of_workers: Mapping[str, str] = field(default_factory=dict)
    """Files beside them where workers do the job."""
    usual_workers: int = 0
    """So many, where nobody says otherwise."""
    brings_postgresql: bool = False
    """Whether it has a database for the store of its own, so that workers need no other."""


KINDS: Mapping[str, Kind] = {
    "cron": Kind({"dirsync.crontab": "crontab.j2"}),
    "systemd": Kind({"dirsync.service": "service.j2", "dirsync.timer": "timer.j2"}, runs_as_itself=True),
    "docker": Kind({"Dockerfile": "Dockerfile.j2", "compose.yaml": "compose.yaml.j2"}, is_container=True),
    "compose": Kind(
        {"Dockerfile": "Dockerfile.j2", "compose.yaml": "compose-workers.yaml.j2"},
        is_container=True,
        usual_workers=2,
        brings_postgresql=True,
    ),
    "kubernetes": Kind(
        {"dirsync.yaml": "kubernetes.yaml.j2"},
        is_container=True,
        of_workers={"dirsync-workers.yaml": "kubernetes-workers.yaml.j2"},
    ),
}


EXPORTS = "/var/lib/dirsync/exports"
"""Where a container looks for LDIF files."""


@dataclass(frozen=True)
class Wanted:
    """What the admin chose."""

    kind: str
    hour: int
    minute: int
    image: str = ""
    workers: int = 0
    """So many do what the scheduler enqueues; 0: it runs the job itself."""


@dataclass(frozen=True)
class Deployment:
    """The files by name, and what a person has to see to."""

    files: Mapping[str, str]
    notes: tuple[str, ...]


def wanted(kind: str, at: str, image: str, workers: int | None = None) -> Wanted:
    """Check what was asked for. Raises `UsageInvalid`."""
    if kind not in KINDS:
        raise UsageInvalid(f"There is no deployment '{kind}'.", f"It must be one of {', '.join(KINDS)}.")
    time = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", at, re.ASCII)
    if time is None:
        raise UsageInvalid(f"--at {at} is no time of day.", "Give hours and minutes, such as 02:15.")
    if image and not KINDS[kind].is_container:
        raise UsageInvalid(f"--image means nothing to '{kind}'.", "Leave it out, or ask for docker or kubernetes.")
    chosen = KINDS[kind]
    if workers is not None and not (chosen.of_workers or chosen.usual_workers):
        raise UsageInvalid(
            f"--workers means nothing to '{kind}'.",
            "Leave it out, or ask for compose or kubernetes. A worker of a host"
            " is 'dirsync worker', kept running by whatever keeps its services running.",
        )
    number = chosen.usual_workers if workers is None else workers
    return Wanted(kind, int(time[1]), int(time[2]), image or f"dirsync:{__version__}", number)


def deployment(wanted: Wanted, installed: Installation) -> Deployment:
    """Make the files. Raises `UsageInvalid` where a name can't stand in one, or workers lack a store to share."""
    kind = KINDS[wanted.kind]
    if wanted.workers and not (installed.keeps_store_elsewhere or kind.brings_postgresql):
        raise UsageInvalid(
            "Workers share a store on PostgreSQL, and the settings name none.",
            "Put its address, postgresql+psycopg://…, into a file, and DIRSYNC_STORE_FILE into the settings.",
        )
    files = {**kind.files, **(kind.of_workers if wanted.workers else {})}
    notes = (*installed.notes, *(_of_containers if kind.is_container else _of_accounts)(kind, installed))
    notes += tuple(left_behind(wanted.kind, installed))
    return Deployment({name: _rendered(template, wanted, installed) for name, template in files.items()}, notes)


def _of_accounts(kind: Kind, installed: Installation) -> Iterator[str]:
    if not kind.runs_as_itself:
        return
    yield from out_of_reach(installed)


def _of_containers(_kind: Kind, installed: Installation) -> Iterator[str]:
    for name, path in installed.exports.items():
        yield f"{name} is a file of this machine ({path}): make it reach {EXPORTS}/{path.name} in the container."
    for name, file in installed.secrets.items():
        if file is None:
            yield f"{name} stands in the settings themselves: put it into a file for the container's secrets."
    for name, path in installed.outputs.items():
        yield f"{name} is left out: {path} is a place of this machine."
    for name in installed.mapping_files:
        if not re.fullmatch(r"[-._a-zA-Z0-9]+", name):
            yield f"{name}: Kubernetes takes only letters, digits, '-', '_' and '.' in names of files; rename it."


def _rendered(template: str, wanted: Wanted, installed: Installation) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    from dirsync.operations.deploy import quoting

    templates = Environment(
        loader=PackageLoader("dirsync.operations.deploy"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - no HTML; each place names the quoting of its kind of file
    )
    for name in ("shell", "crontab", "unit", "unit_command", "unit_rest", "scalar", "block", "one_line"):
        templates.filters[name] = getattr(quoting, name)
    return templates.get_template(template).render(it=installed, wanted=wanted, version=__version__, exports=EXPORTS)
