"""A person read in one go, where every value is there once or not at all and has no options: so nearly everybody is.

Whoever is otherwise is left to `careful`, which knows all cases and says what is wrong. The rules are its alone: here
is only a short way to the same result (tests/unit/directories/test_usual_user.py compares them), since a directory has
a million people, and looking up the same seven meanings for each of them took longer than taking them off the line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from dirsync.directories.ldap.attribute_names import NAMES_WITH_OPTIONS, split_description
from dirsync.directories.ldap.dn import normal
from dirsync.directories.ldap.text_forms import text_reader
from dirsync.model.entries import User

if TYPE_CHECKING:
    from collections.abc import Callable

    from dirsync.directories.interface import Attributes
    from dirsync.directories.ldap.entry import Entry

ReadUser: TypeAlias = "Callable[[Entry], User]"


def usual_user(
    meaning: Attributes, display_name_fallback: str, is_active: Callable[[Entry], bool], careful: ReadUser
) -> ReadUser:
    """Return what reads a person; it gives and raises what `careful` does."""
    wanted = (
        *(meaning.id, meaning.username, meaning.email, meaning.first_name, meaning.last_name),
        *(meaning.display_name, display_name_fallback),
    )
    if any(split_description(description)[1] for description in wanted):
        return careful
    id_text = text_reader(meaning.id)
    id_, username, email, first_name, last_name, display_name, fallback = map(_key, wanted)

    def read(entry: Entry) -> User:
        held: dict[str | None, bytes] = entry.held  # type: ignore[assignment] # what has no decode() is for `careful`
        try:
            user_id, login = id_text(held[id_]).strip(), held[username].decode()
            if not user_id or not login.strip():
                return careful(entry)
            return User(
                user_id,
                normal(entry.dn),
                login,
                held[email].decode() if email in held else _absent(email),
                held[first_name].decode() if first_name in held else _absent(first_name),
                held[last_name].decode() if last_name in held else _absent(last_name),
                (held[display_name].decode() if display_name in held else _absent(display_name))
                or (held[fallback].decode() if fallback in held else _absent(fallback)),
                is_active(entry),
            )
        except (KeyError, AttributeError, TypeError, ValueError):
            return careful(entry)

    return read


def _key(description: str) -> str | None:
    """Return the key under which an entry holds the attribute; None, which none has, where nothing is meant."""
    return split_description(description)[0] if description else None


def _absent(key: str | None) -> str:
    """Return the text of an attribute that is not there. Raises KeyError where it may be there with options."""
    if key in NAMES_WITH_OPTIONS:
        raise KeyError(key)
    return ""
