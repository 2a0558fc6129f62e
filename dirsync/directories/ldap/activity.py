"""Whether an account is enabled, by the attribute that says so: each says it in its own way."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from dirsync.directories.ldap.attribute_names import canonical

if TYPE_CHECKING:
    from collections.abc import Callable

_TRUE, _FALSE = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0"})
_UNIX_EPOCH = date(1970, 1, 1)
_FILETIME_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_FILETIME_TICK = timedelta(microseconds=1)
_TICKS = 10
"""FILETIME counts tenths of a microsecond since 1601 ([MS-DTYP] 2.3.3)."""
_ACCOUNT_DISABLE = 0x2
"""The flag ADS_UF_ACCOUNT_DISABLE ([MS-ADTS] 2.2.16). A lock-out after wrong passwords has another, and passes."""


def read_active(attribute: str, value: str, read_at: datetime) -> bool:
    """Read one value of the attribute a mapping names as `active`, or a dialect goes by; no value means active.

    `read_at` (UTC) decides whether an expiry is past. Raises ValueError for a value that says neither.
    """
    if not value.strip():
        return True
    reader = _READERS.get(canonical(attribute), _read_word)
    return reader(attribute, value.strip(), read_at)


def expiry(attribute: str, value: str) -> datetime | None:
    """Return the instant (UTC) at which an account that is active by this attribute ceases to be; None for never.

    Only of use where `read_active` said that it is.
    """
    try:
        number = int(value) if value.strip() else 0
        match canonical(attribute):
            case "shadowexpire" if value.strip() and number >= 0:
                return datetime.combine(_UNIX_EPOCH + timedelta(days=number), datetime.min.time(), UTC)
            case "accountexpires" if number > 0:
                return _FILETIME_EPOCH + timedelta(microseconds=number // _TICKS)
    except (ValueError, OverflowError):
        pass  # no number, and a date that no clock reaches
    return None


def _read_word(attribute: str, value: str, _read_at: datetime) -> bool:
    word = value.lower()
    if word in _TRUE | _FALSE:
        return word in _TRUE
    raise ValueError(f"its {attribute} is {value[:40]!r}, which is neither true/yes/1 nor false/no/0")


def _read_lock(attribute: str, value: str, read_at: datetime) -> bool:
    return not _read_word(attribute, value, read_at)


def _read_locked_time(_attribute: str, value: str, _read_at: datetime) -> bool:
    return value != "000001010000Z"


def _read_shadow_expire(attribute: str, value: str, read_at: datetime) -> bool:
    """Read days since 1970 (shadow(5)); negative or none: never expires."""
    try:
        days = int(value)
        return days < 0 or read_at.date() < _UNIX_EPOCH + timedelta(days=days)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"its {attribute} is {value[:40]!r}, not a number of days since 1970") from error


def _read_account_control(attribute: str, value: str, _read_at: datetime) -> bool:
    return not _number(attribute, value) & _ACCOUNT_DISABLE


def _read_account_expires(attribute: str, value: str, read_at: datetime) -> bool:
    """Read a FILETIME; 0 means never, as does the largest number, which no clock reaches ([MS-ADA1] 2.2)."""
    expires = _number(attribute, value)
    return expires == 0 or expires > (read_at - _FILETIME_EPOCH) // _FILETIME_TICK * _TICKS


def _number(attribute: str, value: str) -> int:
    try:
        return int(value)
    except ValueError:
        raise ValueError(f"its {attribute} is {value[:40]!r}, not a whole number") from None


_READERS: dict[str, Callable[[str, str, datetime], bool]] = {
    "nsaccountlock": _read_lock,
    "pwdaccountlockedtime": _read_locked_time,
    "shadowexpire": _read_shadow_expire,
    "useraccountcontrol": _read_account_control,
    "accountexpires": _read_account_expires,
}
