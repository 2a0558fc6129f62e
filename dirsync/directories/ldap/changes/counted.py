"""Where Active Directory counts that a value changed: at the entry itself, at another one, or nowhere.

A link stands at one end and shows at the other: who is added to a group changes the group, and not the person's
memberOf. Names of other entries are worked out when they are asked for: a member that is renamed or deleted changes
every group it is in, and none of them is counted as changed (seen with Samba 4.17; of Active Directory others tell
the same, https://github.com/tmobile/sawtooth-next-directory/issues/253).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dirsync.directories.ldap.changes.inquiry import WholeNeeded, question
from dirsync.directories.ldap.entry import Entry
from dirsync.directories.ldap.filter import And, Not, Or, escape_assertion, parse_filter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dirsync.directories.ldap.changes.inquiry import Inquiry
    from dirsync.directories.ldap.filter import Filter
    from dirsync.directories.ldap.searches import Search

_NAME, _OID, _LINK, _FLAGS, _SYNTAX = "lDAPDisplayName", "attributeID", "linkID", "systemFlags", "attributeSyntax"
_NOT_REPLICATED, _CONSTRUCTED = 0x1, 0x4
"""Of systemFlags ([MS-ADTS] 2.2.10)."""
_NAMES_OF_ENTRIES = frozenset({b"2.5.5.1", b"2.5.5.7", b"2.5.5.14"})
"""The syntaxes whose values hold a distinguished name ([MS-ADTS] 3.1.1.2.2.2)."""
_OF_THE_ENTRY_ITSELF = frozenset(
    {"objectguid", "objectcategory", "distinguishedname", "usncreated", "usnchanged", "whenchanged"}
)
"""Not replicated, or names of entries, and yet they change with the entry alone, or with the containers above it."""


@dataclass(frozen=True, slots=True)
class _Attribute:
    names: frozenset[str]
    """Lower case; its OID is one."""
    is_own: bool
    """Whether an entry is counted as changed whenever a value of it changes."""
    names_others: bool


def links_asked_for(inquiry: Inquiry, search: Search, schema: str) -> tuple[str, ...]:
    """Return those of the attributes asked for that name other entries; back links are none.

    Raises EndedEarly, and WholeNeeded where what fits the filter may change without a count.
    """
    filtered = {_base(name) for name in _names_in(parse_filter(search.filter))} - _OF_THE_ENTRY_ITSELF
    asked = {_base(name) for name in search.attributes} - _OF_THE_ENTRY_ITSELF
    known = list(_known(inquiry, schema, sorted(filtered | asked)))
    own = frozenset[str]().union(*(attribute.names for attribute in known if attribute.is_own))
    for name in sorted(filtered - own):
        raise WholeNeeded(
            f"the filter asks for {name}, and Active Directory does not count it as a change of an entry when that "
            "changes (it is a link, worked out or not replicated, or not in the schema this account is shown)"
        )
    linking = frozenset[str]().union(*(attribute.names for attribute in known if attribute.names_others))
    return tuple(sorted(asked & linking))


def _names_in(parsed: Filter) -> Iterator[str]:
    if isinstance(parsed, And | Or):
        for part in parsed.parts:
            yield from _names_in(part)
    elif isinstance(parsed, Not):
        yield from _names_in(parsed.part)
    else:
        yield parsed.attribute  # type: ignore[attr-defined] # whatever is no And, Or or Not compares an attribute


def _base(description: str) -> str:
    return description.partition(";")[0].strip().lower()


def _known(inquiry: Inquiry, schema: str, names: Iterable[str]) -> Iterator[_Attribute]:
    wanted = "".join(f"({_OID if name[:1].isdigit() else _NAME}={escape_assertion(name)})" for name in names)
    for _, entry in inquiry.entries(question(schema, f"(|{wanted})", _NAME, _OID, _LINK, _FLAGS, _SYNTAX)):
        if isinstance(entry, Entry):
            yield _attribute(entry)


def _attribute(entry: Entry) -> _Attribute:
    names = frozenset(value.decode().lower() for name in (_NAME, _OID) for value in entry.values(name))
    link, flags = _number(entry, _LINK), _number(entry, _FLAGS)
    is_back_link = link % 2 == 1
    names_others = not is_back_link and (link > 0 or not _NAMES_OF_ENTRIES.isdisjoint(entry.values(_SYNTAX)))
    is_counted = not flags & (_NOT_REPLICATED | _CONSTRUCTED)
    return _Attribute(names, is_counted and not (names_others or is_back_link), names_others)


def _number(entry: Entry, attribute: str) -> int:
    return int(next(iter(entry.values(attribute)), b"0"))
