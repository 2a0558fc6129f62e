"""Where settings come from: secret files, then the env file, then the environment; what comes later wins."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from dotenv.parser import parse_stream

from dirsync.errors import Mistake
from dirsync.model.names import directory_key
from dirsync.settings.from_keyring import KEYRING, look_up
from dirsync.settings.tokens import tokens_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PREFIX = "DIRSYNC_"
FILE = "_FILE"
RUN_SECRETS = Path("/run/secrets")
"""Where Docker, Podman and Kubernetes put secret files."""
LINE_END = "\n"
DEFAULT_ENV_FILE = Path("dirsync.env")
CHANNELS = ("PING_URL", "WEBHOOK_URL", "WEBHOOK_SECRET", "NOTIFY_URLS")
SECRETS = ("PASSWORD", "TOKEN", "DATABASE_URL", "STORE", *CHANNELS)
"""The last parts of names that may also stand as `…_FILE` and `…_KEYRING`."""
ONLY_A_PATH = "sqlite:///"
"""How a store's URL begins that has neither host nor password."""


@dataclass(frozen=True)
class Gathered:
    """Values by their name without the prefix (`DIRECTORIES__CORP__URL`), and where each stands."""

    values: Mapping[str, str] = field(repr=False)
    origins: Mapping[str, str]
    mistakes: tuple[Mistake, ...]
    unreadable: frozenset[str] = frozenset()
    """Names whose secret file could not be read: they are set, so they aren't missing too."""
    absent: Mapping[str, Mistake] = field(default_factory=dict)
    """The mistakes about secret files that are not there at all, by the secret's name; also in `mistakes`."""
    files: Mapping[str, Path] = field(default_factory=dict)
    """The file that `…_FILE` names for a secret, by the secret's name, where it could be read."""
    keyring: Mapping[str, str] = field(default_factory=dict)
    """The entry that `…_KEYRING` names for a secret, by the secret's name, where it is there."""


def gather(env_file: Path | None, environment: Mapping[str, str]) -> Gathered:
    """Collect everything called `DIRSYNC_…`, replace `…_FILE` and `…_KEYRING` by the secret, remember the origins."""
    mistakes: list[Mistake] = []
    raw: dict[str, tuple[str, str]] = {}
    for name, value, origin in _sources(env_file, environment, mistakes):
        raw[name] = (value, origin)
    unreadable: set[str] = set()
    absent: dict[str, Mistake] = {}
    files: dict[str, Path] = {}
    keyring: dict[str, str] = {}
    values: dict[str, str] = {}
    origins: dict[str, str] = {}
    for name, (value, origin) in raw.items():
        plain = name.removesuffix(FILE).removesuffix(KEYRING)
        if not value or plain == name or plain.rpartition("__")[2] not in SECRETS:
            values[name], origins[name] = value, f"{PREFIX}{name} ({origin})"
            continue
        if other := next((rival for rival in _rivals(name, plain) if rival in raw), ""):
            mistakes.append(
                Mistake(f"{PREFIX}{other} ({raw[other][1]})", f"is set, and so is {PREFIX}{name}; keep one")
            )
            continue
        is_file = name.endswith(FILE)
        told = len(mistakes)
        where = f"{PREFIX}{name} ({origin})"
        content = _read_secret(Path(value), where, mistakes) if is_file else _ask_keyring(value, where, mistakes)
        if content is None:
            unreadable.add(plain)
            if _is_absent(Path(value)) if is_file else look_up(value).is_elsewhere:
                absent[plain] = mistakes[told]
            continue
        values[plain], origins[plain] = content, where
        if is_file:
            files[plain] = Path(value)
        else:
            keyring[plain] = value.strip()
    return Gathered(values, origins, tuple(mistakes), frozenset(unreadable), absent, files, keyring)


def _rivals(name: str, plain: str) -> tuple[str, ...]:
    """Return the other names under which the same secret may stand; of each two only one looks for the other."""
    return (plain,) if name.endswith(FILE) else (plain, plain + FILE)


def _ask_keyring(place: str, where: str, mistakes: list[Mistake]) -> str | None:
    found = look_up(place)
    if found.why_not:
        mistakes.append(Mistake(where, found.why_not))
    return found.secret or None


def _sources(
    env_file: Path | None, environment: Mapping[str, str], mistakes: list[Mistake]
) -> Iterator[tuple[str, str, str]]:
    """Yield name without prefix, value and origin; what comes later wins."""
    yield from _secrets_in(RUN_SECRETS, [])  # a folder others filled, and that nobody named, may be closed to us
    if credentials := environment.get("CREDENTIALS_DIRECTORY"):
        yield from _secrets_in(Path(credentials), mistakes)
    yield from _lines_of(env_file or DEFAULT_ENV_FILE, mistakes, is_asked_for=env_file is not None)
    for name, value in environment.items():
        if name.upper().startswith(PREFIX):
            yield name.upper().removeprefix(PREFIX), value, "environment"


def _secrets_in(folder: Path, mistakes: list[Mistake]) -> Iterator[tuple[str, str, str]]:
    """Docker and Kubernetes mount secrets to /run/secrets; systemd's LoadCredential names its own folder."""
    try:
        paths = sorted(folder.iterdir()) if folder.is_dir() else []
    except OSError as error:
        mistakes.append(Mistake(str(folder), f"the folder of secrets can't be read: {error.strerror}"))
        return
    for path in paths:
        if path.name.upper().startswith(PREFIX) and path.is_file():
            content = _read_secret(path, str(path), mistakes)
            if content is not None:
                yield path.name.upper().removeprefix(PREFIX), content, str(path)


def _lines_of(path: Path, mistakes: list[Mistake], *, is_asked_for: bool) -> Iterator[tuple[str, str, str]]:
    try:
        with path.open(encoding="utf-8-sig") as stream:
            bindings = list(parse_stream(stream))
    except FileNotFoundError:
        if is_asked_for:
            mistakes.append(Mistake("--env-file", f"there is no file {path}"))
        return
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        mistakes.append(Mistake(str(path), f"the settings file can't be read: {reason}"))
        return
    first: dict[str, str] = {}
    for binding in bindings:
        # parse_stream counts the blank lines before a binding to it
        blank = len(binding.original.string) - len(binding.original.string.lstrip())
        origin = f"{path}:{binding.original.line + binding.original.string[:blank].count(LINE_END)}"
        name = (binding.key or "").upper()
        if binding.error or (binding.key and binding.value is None):
            # what stands there is not repeated: it may be the second half of a password
            what = "this line is not NAME=value; put a value that holds quotes, '#' or line breaks in quotes"
            mistakes.append(Mistake(origin, what))
        elif name and not name.startswith(PREFIX):
            mistakes.append(Mistake(origin, f"'{binding.key}' means nothing here; every setting starts with {PREFIX}"))
        elif name in first:
            mistakes.append(Mistake(origin, f"{name} stands twice, first at {first[name]}; keep one"))
        elif name:
            first[name] = origin
            yield name.removeprefix(PREFIX), binding.value or "", origin


def _is_absent(path: Path) -> bool:
    try:
        path.stat()
    except FileNotFoundError:
        return True
    except OSError:
        return False  # it may well be there, behind a folder that is closed to us
    return False


def _read_secret(path: Path, where: str, mistakes: list[Mistake]) -> str | None:
    try:
        content = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        mistakes.append(Mistake(where, f"the secret file {path} can't be read: {reason}"))
        return None
    if not content.strip():
        mistakes.append(Mistake(where, f"the secret file {path} is empty"))
        return None
    return content


def environment() -> dict[str, str]:
    """Return the process's environment: the one place that looks at it."""
    return dict(os.environ)


def secret_values(gathered: Gathered) -> tuple[str, ...]:
    """Return every password, token and database URL, for the redaction of whatever is printed.

    A database URL gives its password too: drivers complain about the one without the other. One that is only a
    path is no secret: whoever reads that the store can't be opened needs it.
    """
    told = {name: value for name, value in gathered.values.items() if name.rpartition("__")[2] in SECRETS and value}
    secrets = [value for name, value in told.items() if name != "STORE" or not value.startswith(ONLY_A_PATH)]
    tokens = (token for name in CHANNELS for token in tokens_in(told.get(name, "")) if token)
    return (*secrets, *(password for value in secrets if (password := _password_in(value))), *tokens)


def _password_in(url: str) -> str:
    try:
        return unquote(urlsplit(url).password or "")
    except ValueError:
        return ""


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
