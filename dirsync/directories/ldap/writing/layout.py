"""Where a Mapping's accounts and groups are made on an LDAP target, and of what classes they are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Layout:
    """What one Mapping says of its target; an empty value leaves it to the server's family (`Writing`).

    What is read of the target, and which attribute means what, is its Selection: one for all Mappings that feed it.
    """

    users_base: str
    groups_base: str = ""
    object_classes: tuple[str, ...] = ()
    rdn: str = ""
    group_class: str = ""
    has_password: bool = True
    """Whether a new account gets a password that nobody knows, or none."""
