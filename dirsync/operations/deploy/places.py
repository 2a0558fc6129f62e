"""Where this dirsync starts from, and where its files for a scheduler are written."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dirsync.errors import UsageInvalid

if TYPE_CHECKING:
    from collections.abc import Mapping


def starting_words(started_as: str, python: str) -> tuple[str, ...]:
    """Return the words that start this dirsync from any folder: its script, else its Python with the module."""
    found = shutil.which(started_as)
    if found is not None and Path(found).stem == "dirsync":
        return (str(Path(found).absolute()),)
    return (python, "-m", "dirsync")


def program() -> tuple[Path, ...]:
    """Return what must be readable for this dirsync to start, by the names it is called by; links lead elsewhere."""
    environment = Path(sys.prefix)
    packages = Path(__file__).parents[2]
    return (Path(sys.executable), environment, Path(sys.base_prefix), packages)


def write_all(files: Mapping[str, str], folder: Path) -> list[Path]:
    """Write all of them or none; what is there already is never touched. Raises `UsageInvalid`."""
    paths = {folder / name: content for name, content in files.items()}
    there = [str(path) for path in paths if os.path.lexists(path)]
    if there:
        raise UsageInvalid(f"There already: {', '.join(there)}. Nothing was written.", "Name another folder by --out.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, content in paths.items():
            with path.open("x", encoding="utf-8") as file:
                file.write(content)
    except OSError as error:
        raise UsageInvalid(
            f"{folder} can't be written to: {error.strerror or error}.", "Name another folder by --out."
        ) from None
    return list(paths)
