"""Where secrets don't belong: in the environment of a shell that somebody works in, and in a git checkout."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from dirsync.operations.doctor.interface import warn
from dirsync.operations.doctor.settings_files import plain_secrets
from dirsync.settings.gather import PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dirsync.operations.doctor.interface import Remark, Surroundings

_IN_ENVIRONMENT = "(environment)"


def in_a_shell(given: Surroundings) -> Iterator[Remark]:
    """Name the secrets that everything started from this shell is given, and that its history may hold.

    Nothing where nobody sits in front of it: a container and a job get theirs that way, and from nowhere else.
    """
    exported = [
        f"{PREFIX}{name}" for name in plain_secrets(given) if given.gathered.origins[name].endswith(_IN_ENVIRONMENT)
    ]
    if not given.is_interactive:
        return
    for name in sorted(exported):
        yield warn(
            name,
            "stands in the environment of a shell: every program you start there can read it, and the shell's history"
            " may hold it.",
            f"unset {name}; put it into a file with mode 0600 and name that in {name}_FILE.",
        )


def in_a_checkout(given: Surroundings) -> Iterator[Remark]:
    """Say of each file with a secret that lies in a git checkout, from where it is one command to publish it."""
    files = set(given.gathered.files.values())
    if any(f"({given.env_file}:" in given.gathered.origins[name] for name in plain_secrets(given)):
        files.add(given.env_file)
    files |= {key for _, settings in given.connections() if (key := getattr(settings, "client_key_file", None))}
    for file in sorted(files):
        path = file.absolute()
        top = next((folder for folder in path.parents if (folder / ".git").exists()), None)
        if top is None:
            continue
        if _is_tracked(path, top):
            yield warn(
                str(file),
                f"holds a secret, and git keeps it in {top}: whoever has a clone has the secret.",
                f"Change the secret, then: git rm --cached {file}, and move the file out of {top}.",
            )
        elif not _is_ignored(path, top):
            yield warn(
                str(file),
                f"holds a secret and lies in the git checkout {top}, where nothing keeps it from being committed.",
                f"Move it out of there, or add a line '{path.name}' to {top / '.gitignore'}.",
            )


def _is_tracked(path: Path, top: Path) -> bool:
    """Look for the path in git's index, which holds paths as they are but for version 4, which shortens them.

    Git itself is not run: in a checkout of somebody else it may start what that one's settings say (core.fsmonitor).
    """
    try:
        index = (top / ".git" / "index").read_bytes()
    except OSError:
        return False
    name = str(path.relative_to(top)).encode(errors="surrogateescape")
    # behind its own length, as an entry has it (gitformat-index(5))
    return min(len(name), 0xFFF).to_bytes(2, "big") + name + b"\0" in index


def _is_ignored(path: Path, top: Path) -> bool:
    """Say whether a line of a .gitignore above names the file or one of its folders; of patterns the plain ones."""
    for folder in path.parents:
        try:
            lines = (folder / ".gitignore").read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            lines = []
        below = path.relative_to(folder)
        if any(_names(line.strip(), below) for line in lines):
            return True
        if folder == top:
            break
    return False


def _names(line: str, below: Path) -> bool:
    pattern = line.rstrip("/")
    if not pattern or line.startswith(("#", "!")):
        return False
    if "/" in pattern.removeprefix("**/"):
        return fnmatchcase(str(below), pattern.removeprefix("/")) or pattern.removeprefix("/") in map(
            str, below.parents
        )
    return any(fnmatchcase(part, pattern.removeprefix("**/")) for part in below.parts)
