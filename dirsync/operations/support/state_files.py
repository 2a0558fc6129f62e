"""How large the files are that dirsync keeps, of those that it names itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_OWN = ("dirsync.lock", "dirsync.lock.json", "pseudonyms.key", "reports/report.html", "reports/report.json")
_OF_STORE = ("", "-wal", "-shm", "-journal")


def state_files(folder: Path, store: Path | None) -> dict[str, Any]:
    """Return bytes by file. `store` is its file, where it is one: that name is the admin's, and is not told."""
    sizes = {name: folder / name for name in _OWN}
    if store is not None:
        sizes |= {f"the store{ending}": store.with_name(store.name + ending) for ending in _OF_STORE}
    kept = list(_sizes(folder / "kept"))
    return {
        "bytes": {name: path.stat().st_size for name, path in sizes.items() if path.is_file()},
        "kept_reads": {"files": len(kept), "bytes": sum(kept), "largest": max(kept, default=0)},
    }


def _sizes(folder: Path) -> Iterator[int]:
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.is_file() and not path.is_symlink():
            yield path.stat().st_size
