"""Where settings come from: secret files, then the env file, then the environment; what comes later wins."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dotenv import dotenv_values

from dirsync.errors import Mistake
from dirsync.model.names import directory_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PREFIX = "DIRSYNC_"
FILE = "_FILE"
DEFAULT_ENV_FILE = Path("dirsync.env")
SECRETS = ("PASSWORD", "TOKEN", "DATABASE_URL", "STORE")
"""The last parts of names that may also stand as `…_FILE`."""


@dataclass(frozen=True)
class Gathered:
    """Values by their name without the prefix (`DIRECTORIES__CORP__URL`), and where each stands."""

    values: Mapping[str, str]
    origins: Mapping[str, str]
    mistakes: tuple[Mistake, ...]


def gather(env_file: Path | None, environment: Mapping[str, str]) -> Gathered:
    """Collect everything called `DIRSYNC_…`, replace `…_FILE` by the file's content, remember the origins."""
    mistakes: list[Mistake] = []
    raw: dict[str, tuple[str, str]] = {}
    for name, value, origin in _sources(env_file, environment, mistakes):
        raw[name] = (value, origin)
    values: dict[str, str] = {}
    origins: dict[str, str] = {}
    for name, (value, origin) in raw.items():
        plain = name.removesuffix(FILE)
        if name.endswith(FILE) and plain.rpartition("__")[2] in SECRETS:
            if plain in raw:
                mistakes.append(
                    Mistake(f"{PREFIX}{plain} ({raw[plain][1]})", f"is set, and so is {PREFIX}{name}; keep one")
                )
                continue
            content = _read_secret(Path(value), f"{PREFIX}{name} ({origin})", mistakes)
            if content is None:
                continue
            values[plain], origins[plain] = content, f"{PREFIX}{name} ({origin})"
        else:
            values[name], origins[name] = value, f"{PREFIX}{name} ({origin})"
    return Gathered(values, origins, tuple(mistakes))


def _sources(
    env_file: Path | None, environment: Mapping[str, str], mistakes: list[Mistake]
) -> Iterator[tuple[str, str, str]]:
    """Yield name without prefix, value and origin; what comes later wins."""
    folders = [Path("/run/secrets"), Path(environment.get("CREDENTIALS_DIRECTORY") or os.devnull)]
    for folder in folders:
        yield from _secrets_in(folder, mistakes)
    if env_file and not env_file.is_file():
        mistakes.append(Mistake("--env-file", f"there is no file {env_file}"))
    path = env_file or DEFAULT_ENV_FILE
    if path.is_file():
        yield from _lines_of(path, mistakes)
    for name, value in environment.items():
        if name.upper().startswith(PREFIX):
            yield name.upper().removeprefix(PREFIX), value, "environment"


def _secrets_in(folder: Path, mistakes: list[Mistake]) -> Iterator[tuple[str, str, str]]:
    """Docker and Kubernetes mount secrets to /run/secrets; systemd's LoadCredential names its own folder."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name.upper().startswith(PREFIX) and path.is_file():
            content = _read_secret(path, str(path), mistakes)
            if content is not None:
                yield path.name.upper().removeprefix(PREFIX), content, str(path)


def _lines_of(path: Path, mistakes: list[Mistake]) -> Iterator[tuple[str, str, str]]:
    try:
        found = dotenv_values(path, interpolate=False, encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        mistakes.append(Mistake(str(path), f"can't be read: {error}"))
        return
    for name, value in found.items():
        if name.upper().startswith(PREFIX):
            yield name.upper().removeprefix(PREFIX), value or "", str(path)
        else:
            what = f"'{name}' means nothing here; every setting starts with {PREFIX}"
            mistakes.append(Mistake(str(path), what))


def _read_secret(path: Path, where: str, mistakes: list[Mistake]) -> str | None:
    try:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        mistakes.append(Mistake(where, f"the secret file {path} can't be read: {reason}"))
        return None


def environment() -> dict[str, str]:
    """Return the process's environment: the one place that looks at it."""
    return dict(os.environ)


def secret_values(gathered: Gathered) -> tuple[str, ...]:
    """Return every password, token and database URL, for the redaction of whatever is printed."""
    return tuple(value for name, value in gathered.values.items() if name.rpartition("__")[2] in SECRETS and value)


def kinds_named(gathered: Gathered) -> dict[str, str]:
    """Return Directory keys and kinds as far as they are told, even where other settings are wrong."""
    kinds: dict[str, str] = {}
    for name, value in gathered.values.items():
        parts = name.split("__")
        if parts[0] == "DIRECTORIES" and len(parts) > 1:
            kinds.setdefault(directory_key(parts[1]), "")
            if parts[2:] == ["KIND"]:
                kinds[directory_key(parts[1])] = value.strip().lower()
    return kinds
