"""`dirsync init`: files to start from. Nothing that is there already is ever written to."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from dirsync.errors import UsageInvalid
from dirsync.operations.examples import MAPPINGS, STILL_A_SAMPLE, YAML, sample_mappings, sample_settings
from dirsync.settings.gather import DEFAULT_ENV_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from dirsync.operations.finding_out import Wanted

_ONLY_THE_OWNER = 0o600
_AS_UMASK_SAYS = 0o666


@dataclass(frozen=True)
class Initialised:
    """What became of each file: written, there before, or held back beside mappings that are in use."""

    folder: Path
    written: list[Path] = field(default_factory=list)
    kept: list[Path] = field(default_factory=list)
    held_back: list[Path] = field(default_factory=list)
    told: tuple[str, ...] = ()
    """What the servers that were asked told, or that they did not answer."""
    asked: Wanted | None = None
    has_bases: bool = False
    """Whether the mappings hold the bases that the LDAP server told."""

    def lines(self) -> Iterator[str]:
        """Yield the answer for a terminal: what was done, then the next steps."""
        if self.told:
            yield "Asked:"
            yield from (f"  {sentence}" for sentence in self.told)
        for title, files in (
            ("Written:", self.written),
            ("There already, left as it is:", self.kept),
            ("Not written, since mappings of yours are there and a sample beside them would count:", self.held_back),
        ):
            if files:
                yield title
                yield from (f"  {path}" for path in files)
        yield ""
        yield "Next steps"
        if self.folder != Path():
            yield f"  cd {shlex.quote(str(self.folder))}"
        yield from self._settings_step()
        yield from CHECK_BASES if self.has_bases and self._has_written("customers.yaml") else NAME_BASES
        yield from LAST_STEPS

    def _has_written(self, name: str) -> bool:
        return any(path.name == name for path in self.written)

    def _settings_step(self) -> Iterator[str]:
        """Yield what is to be done in the settings: of servers that were asked only what none of them tells."""
        lacking = tuple(_lacking(self.asked)) if self.asked and self._has_written(DEFAULT_ENV_FILE.name) else ()
        if not lacking:
            yield from FILL_IN
            return
        yield "  1. dirsync.env: take the # off what no server tells without a login, and fill it in:"
        yield from (f"     {names}" for names in lacking)
        if len(lacking) < len(_LOGINS):
            yield "     Then the blocks of your other directories, and of Jira, where you have them."


_LOGINS = {
    "ldap": "DIRSYNC_DIRECTORIES__CORP__BIND_DN and …__PASSWORD_FILE",
    "crowd": "APPLICATION and PASSWORD_FILE of …__CROWD_CUSTOMERS and …__CROWD_AGENTS",
    "jira": "DIRSYNC_JIRA__TOKEN_FILE",
}
"""By the field of `Wanted`: what the settings still lack when the address is in them."""


def _lacking(asked: Wanted) -> Iterator[str]:
    return (names for product, names in _LOGINS.items() if getattr(asked, product))


FILL_IN = (
    "  1. dirsync.env: take the # off one block for each directory you have, and fill",
    "     it in: KIND, URL, who logs in (BIND_DN or APPLICATION) and PASSWORD_FILE.",
    "     Then DIRSYNC_JIRA__URL and DIRSYNC_JIRA__TOKEN_FILE, to ask Jira.",
)
NAME_BASES = (
    "  2. mappings/agents.yaml and customers.yaml: name those directories, and the",
    "     bases of your people. Delete the mapping you don't need.",
)
CHECK_BASES = (
    "  2. mappings/agents.yaml and customers.yaml: see whether the bases hold your",
    "     people and groups, then delete the first line. Delete the mapping you",
    "     don't need.",
)
LAST_STEPS = (
    "  3. mappings/estate.yaml: write down how Jira and Crowd are set, under your",
    "     name; what you are not sure of, delete: it then counts as unknown.",
    "  4. dirsync doctor --offline    says what is still missing, and where",
    "     dirsync doctor              asks the servers too",
    "     dirsync audit               reads, and writes nothing but its report",
)


def init(folder: Path, wanted: Wanted | None = None, today: date | None = None) -> Initialised:
    """Write the files that are missing in `folder`, which is made where it is not there.

    With `wanted`, the servers named there are asked first, and the files hold what they told. Raises `UsageInvalid`
    for an address that is none, and where something can't be written; what had been written by then stays.
    """
    told: tuple[str, ...] = ()
    settings, samples = sample_settings(), sample_mappings()
    originals = samples
    if wanted is not None and today is not None:
        settings, samples, told = _found(wanted, today)
    has_bases = any(content.startswith(STILL_A_SAMPLE.encode()) for content in samples.values())
    done = Initialised(folder, told=told, asked=wanted, has_bases=has_bases)
    _make_folder(folder)
    _write(done, folder / DEFAULT_ENV_FILE, settings, _ONLY_THE_OWNER)
    _make_folder(folder / MAPPINGS)
    is_in_use = _holds_others(folder / MAPPINGS, originals)
    for name, content in samples.items():
        path = folder / MAPPINGS / name
        if is_in_use and path.suffix in YAML and not os.path.lexists(path):
            done.held_back.append(path)
        else:
            _write(done, path, content, _AS_UMASK_SAYS)
    return done


def _found(wanted: Wanted, today: date) -> tuple[bytes, dict[str, bytes], tuple[str, ...]]:
    """Return the settings and mappings with what the servers told, and that in sentences."""
    from dirsync.operations.filling_in import filled_mapping, filled_settings
    from dirsync.operations.finding_out import check_wanted, find_out

    check_wanted(wanted)
    found = find_out(wanted)
    settings = filled_settings(sample_settings().decode(), wanted, found, today).encode()
    mappings = {
        name: filled_mapping(content.decode(), found, today).encode() if name.endswith(".yaml") else content
        for name, content in sample_mappings().items()
    }
    return settings, mappings, tuple(filter(None, (found.ldap.what if found.ldap else "", found.crowd, found.jira)))


def _holds_others(folder: Path, samples: dict[str, bytes]) -> bool:
    """Say whether a mapping file there is somebody's own: a sample beside it would take part in the next sync."""
    try:
        there = [path for path in folder.iterdir() if path.suffix.lower() in YAML]
        return any(path.read_bytes() != samples.get(path.name) for path in there)
    except OSError as error:
        raise _refusal(folder, error) from None


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _refusal(folder, error) from None


def _write(done: Initialised, path: Path, content: bytes, mode: int) -> None:
    try:
        # O_EXCL: also what appears this very moment, or is a link to somewhere, is left as it is
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        done.kept.append(path)
        return
    except OSError as error:
        raise _refusal(path, error) from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
    except OSError as error:
        path.unlink(missing_ok=True)  # half a file would be taken for a whole one next time
        raise _refusal(path, error) from None
    done.written.append(path)


def _refusal(path: Path, error: OSError) -> UsageInvalid:
    if isinstance(error, (FileExistsError, NotADirectoryError)):
        what = f"{path} can't be made: a file stands where a folder should be."
        return UsageInvalid(what, "Move that file away, or name another folder: dirsync init DIR.")
    return UsageInvalid(
        f"{path} can't be written: {error.strerror or error}.",
        "Name a folder that this account may write to: dirsync init DIR. What was written before stays.",
    )
