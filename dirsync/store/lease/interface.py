"""What a run may write into while it holds it, and who holds the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from collections.abc import Set as AbstractSet
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection

    Begin = Callable[[], AbstractContextManager[Connection]]
    """Opens a transaction for what only the holder of a lease may write."""


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that holds a lease, or wants to."""

    host: str
    pid: int
    run: str
    since: str
    """When its run began (ISO 8601); empty where nobody may know."""

    def __str__(self) -> str:
        """Return it as it stands in a sentence."""
        since = f", since {self.since}" if self.since else ""
        return f"process {self.pid} on {self.host}, run {self.run}{since}"


class Lease(Protocol):
    """A lease for as long as its block lasts; it ends with the process, however that ends."""

    @property
    def held(self) -> AbstractSet[str]:
        """The places that are this run's alone: keys of targets, and `ORGANIZATIONS`."""

    @property
    def elsewhere(self) -> Mapping[str, str]:
        """Each place that another run holds to who that is, as far as it can be told; else an empty string."""

    def writing(self) -> AbstractContextManager[Connection]:
        """Open a transaction that comes about only if the lease is still held when it ends. Raises `LeaseLost`."""
