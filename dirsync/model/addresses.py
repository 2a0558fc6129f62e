"""E-mail addresses that are looked for among many."""

from __future__ import annotations

from dataclasses import dataclass

from dirsync.model.names import fold


@dataclass(frozen=True, slots=True)
class Addresses:
    """Whole addresses, and mailboxes whoever's domain they are of; all folded."""

    whole: frozenset[str] = frozenset()
    mailboxes: frozenset[str] = frozenset()
    """What stands before the first `@`."""
    endings: tuple[str, ...] = ()
    """What a mailbox may end in."""

    def has(self, email: str) -> bool:
        """Say whether an address is one of them; it may be written in any case and with blanks around it."""
        address = fold(email)
        mailbox, at, _ = address.partition("@")
        is_mailbox = bool(at) and (mailbox in self.mailboxes or mailbox.endswith(self.endings))
        return is_mailbox or address in self.whole
