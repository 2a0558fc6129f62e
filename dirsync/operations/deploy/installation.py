"""What a scheduler has to be told about this installation: command, files, settings, secrets and where those stand."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from dirsync.operations.deploy.shut_in import is_at_home
from dirsync.operations.examples import YAML
from dirsync.settings.gather import DEFAULT_ENV_FILE, FILE, ONLY_A_PATH, PREFIX, SECRETS, gather
from dirsync.store.store import store_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_ENVIRONMENT = "(environment)"
PRIVATE = "CLIENT_KEY_FILE"
"""The last part of a name whose file is a secret although the setting is none."""
READ = ("CA_FILE", "CLIENT_CERT_FILE", PRIVATE)
"""The last parts of names of files that are read."""
WRITTEN = ("LOG_FILE", "METRICS_FILE")
"""The names of files that are written, wherever it runs."""
STORE = "STORE"


@dataclass(frozen=True)
class Installation:
    """One way to run dirsync here, with absolute paths. Holds no secret: only the names of files that do."""

    command: tuple[str, ...]
    """The words that start dirsync."""
    arguments: tuple[str, ...]
    """What follows them, but for settings file and mappings, which each scheduler keeps where it likes."""
    env_file: Path
    mappings: Path
    settings: Mapping[str, str]
    """Plain values by their full name; neither secrets, nor files, nor the store's place."""
    from_shell: frozenset[str]
    """Those of `settings` that stand in this shell only; no scheduler would know them."""
    secrets: Mapping[str, Path | None]
    """By full name without `_FILE`: the file. None where the value itself stands in the settings."""
    files: Mapping[str, Path]
    """Certificates and keys that settings name."""
    exports: Mapping[str, Path]
    """LDIF files that settings name."""
    outputs: Mapping[str, Path]
    """Files that settings name to be written: the log, the metrics."""
    notes: tuple[str, ...]
    """What a person has to see to before this runs unattended."""
    mapping_files: Mapping[str, str] = field(default_factory=dict)
    """File name to content."""
    certificates: Mapping[str, str] = field(default_factory=dict)
    """Content of `public_files`, by the setting's full name: two files in two folders may share theirs."""
    keeps_store_elsewhere: bool = False
    """Whether the settings name a store that is no file, so that every scheduler leaves it alone."""
    program: tuple[Path, ...] = ()
    """What must be readable for `command` to start: dirsync, its Python, and where that one's own files are."""
    store_file: Path | None = None
    """The store that was worked with so far, there or not; None where it is no file."""

    @property
    def is_at_home(self) -> bool:
        """Whether something that is read or written lies in somebody's home folder."""
        return is_at_home([*self.program, *self.read, *self.outputs.values()])

    @property
    def read(self) -> tuple[Path, ...]:
        """What a run reads besides itself and what systemd hands over: mappings, exports, certificates."""
        mappings = (self.mappings, *(self.mappings / name for name in self.mapping_files))
        return (*mappings, *self.exports.values(), *self.public_files.values())

    @property
    def private_files(self) -> dict[str, Path]:
        """By full name: files that only their owner should read."""
        return {name: path for name, path in self.files.items() if name.endswith(PRIVATE)}

    @property
    def public_files(self) -> dict[str, Path]:
        """By full name: certificates."""
        return {name: path for name, path in self.files.items() if not name.endswith(PRIVATE)}

    @property
    def secret_files(self) -> dict[str, Path]:
        """By full name without `_FILE`, those secrets that stand in files."""
        return {name: path for name, path in self.secrets.items() if path is not None}


def installation(
    command: Sequence[str],
    arguments: Sequence[str],
    env_file: Path | None,
    mappings: Path,
    environment: Mapping[str, str],
    program: Sequence[Path] = (),
) -> Installation:
    """Look at what is there. Mistakes in the settings are left to `dirsync doctor`."""
    settings_file = (env_file or DEFAULT_ENV_FILE).absolute()
    gathered = gather(env_file, environment)
    settings: dict[str, str] = {}
    from_shell: set[str] = set()
    secrets: dict[str, Path | None] = {}
    files: dict[str, Path] = {}
    exports: dict[str, Path] = {}
    outputs: dict[str, Path] = {}
    notes: list[str] = []
    for name, value in sorted(gathered.values.items()):
        full, last = PREFIX + name, name.rpartition("__")[2]
        is_in_shell = gathered.origins[name].endswith(_ENVIRONMENT)
        if name == STORE and value.startswith(ONLY_A_PATH):
            continue
        if last in SECRETS:
            secrets[full] = gathered.files[name].absolute() if name in gathered.files else None
            if name in gathered.keyring:
                notes.append(f"{full} is in your keyring, which no job has: put it into a file for the job.")
            elif secrets[full] is None and is_in_shell:
                notes.append(
                    f"{full} stands in this shell only: put it into a file, and {full}{FILE} into the settings."
                )
        elif last in READ:
            files[full] = Path(value).absolute()
        elif name in WRITTEN:
            outputs[full] = Path(value).absolute()
        elif last == "PATH":
            exports[full] = Path(value).absolute()
        else:
            settings[full] = value
            if is_in_shell:
                from_shell.add(full)
    notes += [
        f"{PREFIX}{name}{FILE} names a file that you can't read, so it is left out: run this as somebody who can."
        for name in sorted(gathered.unreadable)
    ]
    return Installation(
        command=tuple(command),
        arguments=tuple(arguments),
        env_file=settings_file,
        mappings=mappings.absolute(),
        settings=settings,
        from_shell=frozenset(from_shell),
        secrets=secrets,
        files=files,
        exports=exports,
        outputs=outputs,
        notes=(*_missing(settings_file, mappings), *notes),
        mapping_files=dict(_contents(_mappings_in(mappings))),
        certificates={
            name: content
            for name, path in files.items()
            if not name.endswith(PRIVATE)
            for _, content in _contents([path])
        },
        keeps_store_elsewhere=PREFIX + STORE in secrets,
        program=(Path(command[0]), *program),
        store_file=None if PREFIX + STORE in secrets else store_file(gathered.values.get(STORE, "")),
    )


def _missing(settings_file: Path, mappings: Path) -> Iterator[str]:
    if not settings_file.is_file():
        yield f"There is no {settings_file}: run this in the folder of your settings, or name them by --env-file."
    if not mappings.is_dir():
        yield f"There is no folder {mappings.absolute()}: run this beside your mappings, or name it by --mappings."


def _mappings_in(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix in YAML)
    except OSError:
        return []


def _contents(paths: Iterable[Path]) -> Iterator[tuple[str, str]]:
    for path in paths:
        if os.access(path, os.R_OK) and path.is_file():
            yield path.name, path.read_text(encoding="utf-8", errors="replace")
