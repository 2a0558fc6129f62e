"""The store that was worked with so far, which a service or a container doesn't see: how to take it along."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Final

from dirsync.store.opening import is_there

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.operations.deploy.installation import Installation

OF_THE_SERVICE: Final = Path("/var/lib/dirsync/dirsync.db")
"""Where systemd keeps the state of a service called dirsync, and where our image keeps its own."""
_LOST: Final = "With it a run knows nobody that dirsync has made or adopted, and guards have nothing to compare with"
HOW_TO_TAKE_ALONG: Final = {
    "systemd": (
        "As root, while no run is under way: install -D -m 0600 {store} /var/lib/dirsync/dirsync.db &&"
        " chown --reference=/var/lib/dirsync /var/lib/dirsync/dirsync.db"
    ),
    "docker": (
        "While no run is under way: docker compose run --rm -T --entrypoint sh dirsync -c"
        " 'umask 077; cat > /var/lib/dirsync/dirsync.db' < {store}"
    ),
    "compose": "A store in SQLite is not carried over: docs/recipes/store-on-postgresql.md says how to begin anew",
    "kubernetes": (
        "While no run is under way, copy it to /var/lib/dirsync/dirsync.db by a pod that mounts the claim"
        " dirsync-state and runs as 10001, before the first night"
    ),
}
"""By kind, the store's file left open."""


def left_behind(kind: str, installed: Installation) -> Iterator[str]:
    """Say that the job has a store of its own, where there is one already; only for a kind that has one."""
    store = installed.store_file
    if kind not in HOW_TO_TAKE_ALONG or store is None or (kind == "systemd" and store == OF_THE_SERVICE):
        return
    if not is_there(f"sqlite:///{store}"):
        return
    how = HOW_TO_TAKE_ALONG[kind].format(store=quote(str(store)))
    first = f" A run was killed here: 'dirsync history' puts {store}-wal in order first." if _has_rest(store) else ""
    yield f"The job begins with an empty store of its own, not with {store}. {_LOST}.{first} {how}"


def _has_rest(store: Path) -> bool:
    """Say whether something written stands beside the file only (sqlite.org, "Write-Ahead Logging", 4)."""
    rest = store.with_name(f"{store.name}-wal")
    return rest.is_file() and rest.stat().st_size > 0
