"""What a database or its driver complains about, in words, without the password they like to repeat.

SQLSTATEs: PostgreSQL 15 manual, appendix A. Other databases have other codes; there the driver's own words must do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from dirsync.errors import CredentialsRefused, DirectoryUnreadable, NotThatProduct, RightsMissing, Unreachable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.exc import DBAPIError

HIDDEN: Final = "***"
UNDEFINED: Final = ("42P01", "42703", "3F000")
"""undefined_table, undefined_column, invalid_schema_name."""
REFUSED: Final = "42501"
"""insufficient_privilege."""
CANCELED: Final = "57014"
"""query_canceled: the statement time-out, or the database's administrator."""
WRONG_LOGIN: Final = ("28P01", "28000")
NO_SUCH_DATABASE: Final = "3D000"
# libpq says these in words only: its login failures carry no SQLSTATE in psycopg 3 (ConnectionInfo is not kept).
LOGIN_WORDS: Final = ("password authentication failed", "no password supplied", "no pg_hba.conf entry", "role ")
TLS_WORDS: Final = ("SSL", "certificate", "root.crt")


class Failure:
    """One complaint of a driver, looked at once."""

    state: str
    """SQLSTATE, empty where there is none."""

    def __init__(self, error: DBAPIError, secrets: Sequence[str]) -> None:
        self.state = str(getattr(error.orig, "sqlstate", "") or "")
        self.is_broken_line = bool(error.connection_invalidated)
        self.said = concealed(_first_line(error.orig), secrets)

    @property
    def is_timeout(self) -> bool:
        """Whether the statement took longer than it may."""
        return self.state == CANCELED

    @property
    def is_refusal(self) -> bool:
        """Whether a right is missing."""
        return self.state == REFUSED

    @property
    def is_undefined(self) -> bool:
        """Whether there is no such table or column."""
        return self.state in UNDEFINED

    def as_unreachable(self, database: str, prefix: str) -> DirectoryUnreadable:
        """Return the error for a connection that did not come about."""
        url = f"{prefix}__DATABASE_URL"
        if self.state in WRONG_LOGIN or any(word in self.said for word in LOGIN_WORDS):
            return CredentialsRefused(
                f"{database} does not let this account in: {self.said}.",
                f"Check name and password in {url}, and that pg_hba.conf lets this host in.",
            )
        if self.state == NO_SUCH_DATABASE or ('database "' in self.said and "does not exist" in self.said):
            return NotThatProduct(f"{database} is not there: {self.said}.", f"Correct the database's name in {url}.")
        if any(word in self.said for word in TLS_WORDS):
            return Unreachable(
                f"{database} could not be reached by TLS as it must be: {self.said}.",
                f"Name the authority in {prefix}__CA_FILE, say otherwise with sslmode in {url}, or accept a line "
                f"that others may read with {prefix}__ALLOW_PLAINTEXT=true.",
            )
        if self.is_refusal:
            return RightsMissing(f"{database} refuses this account: {self.said}.", "Let it connect (GRANT CONNECT).")
        return Unreachable(f"{database} could not be reached: {self.said}.", f"Check host, port and {url}.")


def concealed(told: str, secrets: Sequence[str]) -> str:
    """Return a text with every secret in it hidden."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        told = told.replace(secret, HIDDEN)
    return told


def _first_line(problem: Any) -> str:  # noqa: ANN401 - whatever a driver raises
    """Return what a driver says, without the lines that repeat the statement."""
    lines = [line.strip() for line in str(problem).splitlines() if line.strip()]
    return (lines[0] if lines else type(problem).__name__).rstrip(".")
