"""What a systemd service with an account of its own can't reach, told before the first night fails for it."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dirsync.operations.deploy.installation import Installation

HOMES: Final = (Path("/home"), Path("/root"), Path("/run/user"))
"""What `ProtectHome=` closes (systemd.exec(5))."""
EMPTIED: Final = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108 - named, not used
"""Of what `PrivateTmp=` gives a folder of the service's own (systemd.exec(5))."""
_INSTALL: Final = (
    "install dirsync with a Python of the system where everybody may read (python3 -m venv /opt/dirsync &&"
    " /opt/dirsync/bin/pip install FOLDER, that of dirsync's sources), and print the unit with that one."
)


def out_of_reach(installed: Installation) -> Iterator[str]:
    """Say what the service could not read or write where it is now, and what to do."""
    program = _outermost(path for path in installed.program if _is_closed(path) or _is_below(path, EMPTIED))
    if program:
        yield f"The service can't start: {' and '.join(map(str, program))} can't be read by it. To mend it, {_INSTALL}"
    for path in installed.read:
        if _is_below(path, EMPTIED):
            yield f"{path} is below a folder that is another one for the service (PrivateTmp=yes): {_MOVE}"
        elif _is_closed(path):
            yield f"{path} can't be read by the account of its own that runs it: {_MOVE}"
    for name, path in installed.outputs.items():
        if _is_below(path, EMPTIED):
            yield f"{name}: {path} would go to a folder of the service's own (PrivateTmp=yes): {_WRITE}"
        else:
            yield f"{name}: the account of its own that runs it must be let write to {path.parent}."


_MOVE: Final = "move it to /etc/dirsync, say, and open it for reading (chmod o+rX)."
_WRITE: Final = "name a file in a folder below /var/log that is there."


def is_at_home(paths: Iterable[Path]) -> bool:
    """Say whether one of them lies in somebody's home folder, or leads there."""
    return any(_is_below(path, HOMES) for path in paths)


def _is_below(path: Path, folders: tuple[Path, ...]) -> bool:
    return any(form.is_relative_to(folder) for form in (path, path.resolve()) for folder in folders)


def _is_closed(path: Path) -> bool:
    """Say whether an account of its own could not read it, because of its mode or a folder above it."""
    needed = stat.S_IROTH
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            needed |= stat.S_IXOTH
        above = {*path.parents, *path.resolve().parents}
        return mode & needed != needed or not all(folder.stat().st_mode & stat.S_IXOTH for folder in above)
    except PermissionError:
        return True
    except OSError:
        return False  # what is not there, `dirsync doctor` tells


def _outermost(paths: Iterable[Path]) -> list[Path]:
    """Return them without those that lie in another one."""
    found = {path.resolve() for path in paths}
    return sorted(path for path in found if not found & set(path.parents))
