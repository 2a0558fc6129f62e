"""The settings: found, parsed, each secret with its origin, and who else may read them."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from dirsync.operations.doctor.interface import fail, ok, warn
from dirsync.reports.wording import counted
from dirsync.settings.gather import ONLY_A_PATH, PREFIX, SECRETS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dirsync.operations.doctor.interface import Remark, Surroundings

_OTHERS_READ = stat.S_IRGRP | stat.S_IROTH
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def settings(given: Surroundings) -> Iterator[Remark]:
    """Say where settings come from, and every mistake in them."""
    set_here = f"{counted(len(given.gathered.values), 'setting')} in force"
    if given.env_file.is_file():
        yield ok(str(given.env_file), f"found; {set_here}.")
    else:
        yield ok(str(given.env_file), f"no such file, so only the environment counts; {set_here}.")
    remedy = "Correct it there; dirsync.env.example names every setting there is."
    for mistake in given.settings_mistakes:
        yield fail(mistake.where, f"{mistake.what}.", remedy)
    if not given.kinds:
        yield fail(
            "DIRSYNC_DIRECTORIES",
            "no directory is set up yet.",
            "In dirsync.env, take the # off one block for each directory you have and fill it in, beginning with its"
            " KIND. No dirsync.env yet? 'dirsync init' writes one.",
        )
    if not any(name.startswith("JIRA__") for name in given.gathered.values):
        yield warn(
            "DIRSYNC_JIRA",
            "Jira is not set up, so nobody is asked which groups cost seats.",
            "Set DIRSYNC_JIRA__URL and DIRSYNC_JIRA__TOKEN_FILE, or declare it all in mappings/estate.yaml.",
        )
    if given.settings.read_only:
        yield ok("DIRSYNC_READ_ONLY", "set: no command will write to a directory.")


def secrets(given: Surroundings) -> Iterator[Remark]:
    """Say where each secret comes from, never what it is."""
    for name in sorted(_secrets(given)):
        called = f"{PREFIX}{name}"
        origin = given.gathered.origins[name]
        if origin.startswith(f"{called} (") or name in given.gathered.keyring:
            origin = origin.partition(" (")[2].removesuffix(")")
        file = given.gathered.files.get(name)
        place = "the environment" if origin == "environment" else origin
        if name in given.gathered.keyring:
            entry = given.gathered.keyring[name]
            message = f"from the keyring (entry {entry}), named in {place}. Jobs of cron and systemd have no keyring."
            yield ok(called, message)
        else:
            yield ok(called, f"from the file {file}, named in {place}." if file else f"from {place}.")
    for name, why in sorted(given.secrets_elsewhere.items()):
        remedy = "Where the job runs, 'dirsync doctor' checks it."
        yield warn(f"{PREFIX}{name}", f"not on this machine: {why}.", remedy)


def permissions(given: Surroundings) -> Iterator[Remark]:
    """Say who besides the owner may read secrets, or may change the settings.

    Files in /run/secrets and $CREDENTIALS_DIRECTORY are left out: their modes are the container's or systemd's.
    """
    if given.env_file.is_file():
        holds_secret = any(f"({given.env_file}:" in given.gathered.origins[name] for name in plain_secrets(given))
        yield from _who_may(given.env_file, is_secret=holds_secret)
    keys = {getattr(settings, "client_key_file", None) for _, settings in given.connections()}
    for file in sorted({*given.gathered.files.values(), *(key for key in keys if key and key.is_file())}):
        yield from _who_may(file, is_secret=True)


def _who_may(file: Path, *, is_secret: bool) -> Iterator[Remark]:
    mode = stat.S_IMODE(file.stat().st_mode)
    remedy = f"chmod 600 {file} (in Kubernetes: defaultMode 0400)."
    if mode & _OTHERS_WRITE:
        yield warn(str(file), f"others than its owner may change it (mode {mode:04o}).", remedy)
    elif is_secret and mode & _OTHERS_READ:
        yield warn(str(file), f"holds a secret, and others than its owner may read it (mode {mode:04o}).", remedy)
    else:
        seen = "" if is_secret else "; it holds no secret"
        yield ok(str(file), f"mode {mode:04o}{seen}.")


def plaintext(given: Surroundings) -> Iterator[Remark]:
    """Name each connection over which passwords may travel in clear."""
    allowed = [name for name, settings in given.connections() if getattr(settings, "allow_plaintext", False)]
    for name in allowed:
        yield warn(
            name,
            "ALLOW_PLAINTEXT is set, so its password may travel unencrypted.",
            "Use https://, ldaps:// or StartTLS, and take ALLOW_PLAINTEXT out.",
        )
    if given.settings.directories and not allowed:
        yield ok("connections", "none may send a password in clear over a network.")


def _secrets(given: Surroundings) -> Iterator[str]:
    """Yield the names of secrets that are here; a store that is only a path is none."""
    for name, value in given.gathered.values.items():
        is_path = name == "STORE" and value.startswith(ONLY_A_PATH)
        if name.rpartition("__")[2] in SECRETS and not is_path and name not in given.secrets_elsewhere:
            yield name


def plain_secrets(given: Surroundings) -> Iterator[str]:
    """Yield the secrets that stand where they are named, not in a file of their own or in a keyring."""
    gathered = given.gathered
    return (name for name in _secrets(given) if name not in gathered.files and name not in gathered.keyring)
