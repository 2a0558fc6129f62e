"""What every Rule is: a question to the Estate, and its answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.model.estate import Estate
    from dirsync.model.findings import Finding, Severity


class Rule(Protocol):
    """One question, and the page that explains it.

    The class docstring is what `dirsync explain RULE` prints: the first line states the problem, then what,
    why it costs money, how it comes about, how to mend it, and the sources.
    """

    id: ClassVar[str]
    """In kebab-case; also the page's anchor. Never renamed."""
    severity: ClassVar[Severity]
    """That of most of its failures; a finding may differ."""
    since: ClassVar[str]
    decides_seats: ClassVar[bool]
    """True for the default-group, seat and sign-up rules: left undecided, they make the exit code 12."""

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """Yield one Finding per subject (and mechanism, and Jira application).

        Passes are yielded once per directory, application or estate, with a count. A `MissingFact` must be
        caught per subject and mechanism, so that it never hides a failure that is proven elsewhere.
        """
