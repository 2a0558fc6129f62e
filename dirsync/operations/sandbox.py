"""`dirsync sandbox`: the emulator, with a word on how to point the settings at it."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, TypeVar

from dirsync.errors import ConfigurationInvalid, UsageInvalid

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dirsync.console import Console
    from dirsync.errors import Mistake
    from dirsync.sandbox.faults import Fault
    from dirsync.sandbox.seed import Seed
    from dirsync.sandbox.server import Where

Parsed = TypeVar("Parsed")


def run_sandbox(seed_file: Path | None, faults_file: Path | None, where: Where, console: Console) -> None:
    """Serve until stopped.

    Raises `ConfigurationInvalid` with all mistakes of both files, and `UsageInvalid` for a file that isn't there or
    an address that may not be listened on.
    """
    from dirsync.sandbox.server import serve_forever

    mistakes: list[Mistake] = []
    seed = _parsed(lambda: _seed(seed_file), mistakes)
    faults = _parsed(lambda: _faults(faults_file), mistakes)
    if seed is None or faults is None:
        raise ConfigurationInvalid(mistakes)
    serve_forever(seed, console.answer, where, faults)


def _parsed(parse: Callable[[], Parsed], mistakes: list[Mistake]) -> Parsed | None:
    try:
        return parse()
    except ConfigurationInvalid as error:
        mistakes.extend(error.mistakes)
        return None


def _seed(path: Path | None) -> Seed:
    from dirsync.sandbox.seed_file import parse_seed

    if path is None:
        text = (resources.files("dirsync.operations.demo") / "files" / "sandbox.yaml").read_text(encoding="utf-8")
        return parse_seed(text, "the demo's sandbox.yaml")
    return parse_seed(_text(path, "seed", "Name a YAML file; 'dirsync demo' writes one to look at."), str(path))


def _faults(path: Path | None) -> list[Fault]:
    from dirsync.sandbox.fault_file import parse_faults

    if path is None:
        return []
    remedy = "Name a YAML file such as: 'faults: [{path: /search, status: 503}]'."
    return parse_faults(_text(path, "faults file", remedy), str(path))


def _text(path: Path, what: str, remedy: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"The {what} {path} can't be read: {error}."
        raise UsageInvalid(message, remedy) from None
