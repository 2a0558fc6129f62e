"""Passwords of new accounts: nobody knows them, and nobody ever sees them."""

from __future__ import annotations

import secrets

EVERY_CLASS = "-aA1"
"""Ends a random password, because password policies ask for one character of each class."""


def random_password() -> str:
    """Return a password nobody knows: 256 random bits, with a character of every class a policy may want."""
    return secrets.token_urlsafe(32) + EVERY_CLASS
