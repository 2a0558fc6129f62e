"""Which selection a person is added to where a Mapping's conditions may leave them out.

Whoever is left out by an attribute is added for WHOLE instead: the Directory shows them all the same, the audit counts
them, and whoever asks is told why no Mapping takes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.model.snapshot import WHOLE

if TYPE_CHECKING:
    from dirsync.directories.interface import Selection
    from dirsync.model.conditions import Values
    from dirsync.model.entries import User


def placed(user: User, selection: Selection) -> str:
    """Return the name of the selection to add somebody to, of whom no more is known than a `User` has."""
    return WHOLE if selection.conditions and left_out_by(user, selection) else selection.name


def left_out_by(user: User, selection: Selection) -> str:
    """Return why the attributes of a `User` leave somebody out; see `Conditions.left_out_by`."""
    return selection.conditions.left_out_by(values_of(user)) if selection.conditions else ""


def values_of(user: User) -> Values:
    """Return what gives the values of somebody's attributes by the names that a `User` has for them."""

    def values(attribute: str) -> tuple[str, ...]:
        if attribute == "active":
            return (str(user.active).lower(),)
        value = str(getattr(user, attribute, ""))
        return (value,) if value else ()

    return values
