"""Switching an account off and on: each attribute that says so says it in its own way (`activity` reads them)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.directories.ldap.attribute_names import canonical
from dirsync.directories.ldap.dialects.generic import LOCKED_FOR_GOOD
from dirsync.directories.ldap.writing.requests import Modification, adding, deleting, replacing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dirsync.directories.ldap.writing.requests import Values

NORMAL_ACCOUNT, ACCOUNT_DISABLE = 0x200, 0x2
"""ADS_UF_NORMAL_ACCOUNT, ADS_UF_ACCOUNTDISABLE ([MS-ADTS] 2.2.16)."""
NO_SWITCH = (
    "this server has no attribute by which dirsync could switch accounts on and off; name one under "
    "target.users.attributes.active"
)
_WORDS = {
    b"true": (b"TRUE", b"FALSE"),
    b"false": (b"TRUE", b"FALSE"),
    b"yes": (b"yes", b"no"),
    b"no": (b"yes", b"no"),
    b"1": (b"1", b"0"),
    b"0": (b"1", b"0"),
}
"""What a server may have now, to what stands for active and for inactive in the same way of saying it."""


def switched(attribute: str, held: Sequence[bytes], *, active: bool) -> tuple[Modification, ...]:
    """Return what makes an account active or inactive that has these values; nothing where it is so already.

    Raises ValueError, in words, for an attribute that dirsync can't set.
    """
    wanted = _wanted(attribute, held, active=active)
    if tuple(held) == wanted:
        return ()
    if canonical(attribute) == "useraccountcontrol":
        # whoever changes another of its flags at this moment makes this one fail, and keeps theirs
        return (deleting(attribute, *held), adding(attribute, *wanted))
    return (replacing(attribute, *wanted),)


def switch_of_new(attribute: str, *, active: bool) -> Values:
    """Return the values a new account has there. Raises ValueError as `switched` does."""
    if canonical(attribute) == "useraccountcontrol":
        return (b"%d" % (NORMAL_ACCOUNT | (0 if active else ACCOUNT_DISABLE)),)
    return _wanted(attribute, (), active=active) if attribute or not active else ()


def _wanted(attribute: str, held: Sequence[bytes], *, active: bool) -> Values:
    if not attribute:
        raise ValueError(NO_SWITCH)
    return _WRITERS.get(canonical(attribute), _word)(attribute, held, active)


def _word(_attribute: str, held: Sequence[bytes], active: bool) -> Values:  # noqa: FBT001 - one row of a table
    on, off = _WORDS.get(held[0].strip().lower() if held else b"", (b"TRUE", b"FALSE"))
    return (on if active else off,)


def _lock(_attribute: str, _held: Sequence[bytes], active: bool) -> Values:  # noqa: FBT001 - one row of a table
    return () if active else (b"true",)


def _locked_time(_attribute: str, held: Sequence[bytes], active: bool) -> Values:  # noqa: FBT001 - one row of a table
    """Leave a passing lock-out alone: it is no more dirsync's to end than to make."""
    if not active:
        return (LOCKED_FOR_GOOD,)
    return tuple(value for value in held if value != LOCKED_FOR_GOOD)


def _shadow_expire(_attribute: str, _held: Sequence[bytes], active: bool) -> Values:  # noqa: FBT001 - one row of a table
    return () if active else (b"1",)


def _account_control(attribute: str, held: Sequence[bytes], active: bool) -> Values:  # noqa: FBT001 - one row of a table
    try:
        (value,) = held
        flags = int(value)
    except ValueError:
        raise ValueError(f"its {attribute} can't be read, so its other flags would be lost") from None
    return (b"%d" % (flags & ~ACCOUNT_DISABLE if active else flags | ACCOUNT_DISABLE),)


def _not_settable(attribute: str, _held: Sequence[bytes], _active: bool) -> Values:  # noqa: FBT001 - one row of a table
    raise ValueError(
        f"{attribute} is a date, which dirsync does not set; name another attribute under "
        "target.users.attributes.active"
    )


_WRITERS: dict[str, Callable[[str, Sequence[bytes], bool], Values]] = {
    "nsaccountlock": _lock,
    "pwdaccountlockedtime": _locked_time,
    "shadowexpire": _shadow_expire,
    "useraccountcontrol": _account_control,
    "accountexpires": _not_settable,
}
