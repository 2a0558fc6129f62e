"""`dirsync sandbox`: the emulator, with a word on how to point the settings at it."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from dirsync.errors import UsageInvalid

if TYPE_CHECKING:
    from pathlib import Path

    from dirsync.console import Console


def run_sandbox(seed_file: Path | None, port: int, console: Console) -> None:
    """Serve until stopped. Raises `ConfigurationInvalid` for a wrong seed, `UsageInvalid` for one that isn't there."""
    from dirsync.sandbox.seed_file import parse_seed
    from dirsync.sandbox.server import serve_forever

    if seed_file is None:
        text = (resources.files("dirsync.operations.demo") / "files" / "sandbox.yaml").read_text(encoding="utf-8")
        name = "the demo's sandbox.yaml"
    else:
        name = str(seed_file)
        try:
            text = seed_file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            what = f"The seed {seed_file} can't be read: {error}."
            raise UsageInvalid(what, "Name a YAML file; 'dirsync demo' writes one to look at.") from None
    serve_forever(parse_seed(text, name), console.answer, port)
