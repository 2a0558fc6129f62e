"""Why Active Directory refuses a login: one result code for all reasons, and the real one as a number in the message.

`80090308: LdapErr: DSID-0C09044E, comment: AcceptSecurityContext error, data 52e, v1db1`; the numbers are Windows'
error codes in hexadecimal (winerror.h).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_DATA = re.compile(r"\bAcceptSecurityContext error, data ([0-9a-f]{1,8})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LogonFailure:
    """What it says in words, and what to do."""

    reason: str
    remedy: str


_BY_NUMBER = {
    0x525: LogonFailure("there is no such account", "Check BIND_DN: it may be a DN or a userPrincipalName."),
    0x52E: LogonFailure("the password is wrong", "Check PASSWORD_FILE, and that BIND_DN names the account meant."),
    0x530: LogonFailure("the account may not log in at this hour", "Have its logon hours cover the nightly run."),
    0x531: LogonFailure("the account may not log in from this machine", "Have this machine added to its workstations."),
    0x532: LogonFailure("its password has expired", "Set a new password, which for a service should not expire."),
    0x533: LogonFailure("the account is disabled", "Have it enabled, or name another account in BIND_DN."),
    0x701: LogonFailure("the account has expired", "Have its expiry date (accountExpires) moved or removed."),
    0x773: LogonFailure(
        "it must change its password before it can log in",
        "Set a new password without 'user must change password at next logon'.",
    ),
    0x775: LogonFailure(
        "the account is locked after wrong passwords", "Check PASSWORD_FILE, then have the account unlocked."
    ),
}


def logon_failure(message: str) -> LogonFailure | None:
    """Return what the message of a refused bind means; None where it isn't Active Directory's, or not a known one."""
    found = _DATA.search(message)
    return _BY_NUMBER.get(int(found[1], 16)) if found else None
