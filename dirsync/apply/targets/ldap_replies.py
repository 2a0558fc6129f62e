"""What an LDAP server's no means for a Change, and what the admin can do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.apply.targets.endings import Ending, failed, refused

if TYPE_CHECKING:
    from dirsync.directories.ldap.writing.tree import Reply
    from dirsync.model.plans import Change

# RFC 4511, appendix A; RFC 4528, 4
NO_SUCH_ATTRIBUTE, VALUE_EXISTS, NO_SUCH_OBJECT = 16, 20, 32
OBJECT_CLASS_VIOLATION, ALREADY_EXISTS, ASSERTION_FAILED = 65, 68, 122
_REFERRAL, _UNWILLING, _NO_RIGHTS = 10, 53, 50
_NO = {
    8: "It wants a stronger login or an encrypted line for this: use ldaps://.",
    13: "It wants an encrypted line for this: use ldaps://.",
    _REFERRAL: (
        "It holds a copy and sends writers to another server, which is never followed: write the URL of the server "
        "that takes changes."
    ),
    _NO_RIGHTS: "Give the account that BIND_DN names the right to write there: see its access rules.",
    _UNWILLING: (
        "It may hold a copy that takes no changes (then write the URL of the server that does), or its rules are "
        "against this one: see its log."
    ),
}
"""What stands against a Change because somebody wants it so."""
_REMEDIES = {
    11: "Have the server's administrative limits raised for the account that BIND_DN names.",
    NO_SUCH_ATTRIBUTE: "Somebody else has changed it at this moment; the next run plans anew.",
    17: (
        "Its schema lacks an attribute that the mapping names, or that dirsync disables accounts with (OpenLDAP: load "
        "the ppolicy overlay); name another one under target.users.attributes."
    ),
    19: "A rule of the server is against a value: see its words, and correct the person at the source.",
    VALUE_EXISTS: "Somebody else has changed it at this moment; the next run plans anew.",
    21: "A value is not of the form that the attribute has: see its words, and correct the person at the source.",
    51: "It is busy: run again later.",
    52: "It is shutting down or can't reach its data: run again later.",
    64: "Its schema does not let an entry be named so: set target.users.rdn in the mapping.",
    OBJECT_CLASS_VIOLATION: (
        "Its schema wants an attribute that is missing, or has no room for one that is given: set "
        "target.users.object_classes or target.users.attributes in the mapping."
    ),
    66: "It has entries below it, which dirsync does not remove: remove them by hand.",
    67: "It is part of the entry's name: set target.users.rdn to the attribute that holds the username.",
    69: "An existing entry can't be of other classes.",
}


def judged(where: str, change: Change, reply: Reply) -> Ending:
    """Return the Ending of a Change that the server did not carry out."""
    who = " / ".join(name for name in (change.user, change.group, change.child_group) if name)
    said = f"{where}: the server did not {change.op.replace('_', ' ')} {who!r}: {reply.words}."
    if reply.code == ASSERTION_FAILED:
        return refused(f"{said} It is another entry by now. Nothing was done; the next run plans anew.")
    if reply.code == NO_SUCH_OBJECT:
        return refused(f"{said} It was removed or renamed at this moment. Nothing was done; the next run plans anew.")
    if reply.code in _NO:
        return refused(f"{said} {_NO[reply.code]}")
    return failed(f"{said} {_REMEDIES.get(reply.code, 'See its log for the reason.')}")
