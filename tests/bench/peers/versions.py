"""Which versions of the clients were measured."""

from __future__ import annotations

import subprocess
from functools import cache
from typing import TYPE_CHECKING

from bench.peers.table import ENVIRONMENT

if TYPE_CHECKING:
    from bench.peers.table import Peer

_ASK = "from importlib.metadata import distributions as d; [print(x.name.lower(), x.version) for x in d()]"


@cache
def versions() -> dict[str, str]:
    """Return the version of every distribution in the clients' environment."""
    asked = subprocess.run([ENVIRONMENT / "bin" / "python", "-c", _ASK], check=True, capture_output=True, text=True)
    return dict(line.split(" ", 1) for line in asked.stdout.splitlines())


def is_there(peer: Peer) -> bool:
    """Say whether all that a client stands on is installed."""
    return versions().keys() >= set(peer.distributions)


def version_of(peer: Peer) -> str:
    """Return `name version, name version` of what it stands on; empty for what is not from there."""
    return ", ".join(f"{name} {versions()[name]}" for name in peer.distributions)
