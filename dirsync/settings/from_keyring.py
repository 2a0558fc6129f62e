"""Secrets from the keyring of whoever sits at the desk: the one door to the library `keyring`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

KEYRING: Final = "_KEYRING"
"""The end of a name that says where in the keyring a secret is: `NAME_KEYRING=SERVICE/USERNAME`."""
FORM: Final = "SERVICE/USERNAME, such as dirsync/corp"
_NO_JOB: Final = "jobs of cron and systemd have none, so give them a file"


@dataclass(frozen=True, slots=True)
class Found:
    """What the keyring gave: the secret, or why there is none."""

    secret: str = ""
    why_not: str = ""
    is_elsewhere: bool = False
    """It may well be in the keyring of somebody else, or on another machine."""


def _elsewhere(why_not: str) -> Found:
    return Found(why_not=why_not, is_elsewhere=True)


@cache
def look_up(place: str) -> Found:
    """Ask the keyring for `SERVICE/USERNAME`, once per process: a locked one may ask for its password each time.

    The last `/` separates, so that a service may be a URL.
    """
    service, _, username = place.strip().rpartition("/")
    if not service or not username:
        return Found(why_not=f"must be {FORM}")
    try:
        import keyring
        import keyring.errors
    except ModuleNotFoundError:
        return _elsewhere("needs the library keyring, which is not installed; install dirsync-connector[keyring]")
    try:
        secret = keyring.get_password(service, username)
    except (keyring.errors.KeyringError, RuntimeError, OSError) as error:
        if isinstance(error, keyring.errors.NoKeyringError):
            return _elsewhere(f"there is no keyring here; {_NO_JOB}")
        if isinstance(error, keyring.errors.KeyringLocked):
            return _elsewhere("the keyring is locked; unlock it and run this again")
        # what it says is not repeated: nobody knows what a backend puts into it
        return _elsewhere(f"the keyring can't be read ({type(error).__name__}); try 'keyring get {service} {username}'")
    missing = f"the keyring has no such entry; make it with 'keyring set {service} {username}'"
    return Found(secret) if secret else _elsewhere(missing)
