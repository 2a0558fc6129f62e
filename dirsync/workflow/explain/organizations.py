"""The organisations somebody is in, as Jira shows it, and which Mappings answer for that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.model.explained import Belonging
from dirsync.model.links import MemberLink
from dirsync.model.names import fold
from dirsync.model.organizations import ORGANIZATIONS
from dirsync.workflow.organizations import carries_organizations

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dirsync.mapping.checked import Mapping
    from dirsync.model.explained import Remembered
    from dirsync.model.links import Link, Links
    from dirsync.model.snapshot import Snapshot
    from dirsync.workflow.explain.finding import Found


def belongings(
    accounts: Sequence[Found],
    remembered: Sequence[Remembered],
    observed: Snapshot,
    known: tuple[Links, Iterable[Link]],
    mappings: Sequence[Mapping],
) -> Iterator[Belonging]:
    """Yield each organisation once for each username that the accounts bear on targets whose people come into any.

    `known` are the links of the store and those that follow from tonight's reading.
    """
    carrying = [mapping for mapping in mappings if carries_organizations(mapping)]
    theirs = {
        *((one.name, account.id) for one in carrying for account in accounts if account.directory == one.source),
        *((link.mapping, link.source_id) for link in remembered),
    }
    answering = set(_answering(theirs, known, carrying))
    targets = {one.target for one in carrying}
    names = {fold(one.username): one.username for one in accounts if one.username and one.directory in targets}
    for _, username in sorted(names.items()):
        account = observed.user_named(username)
        for organization in sorted(observed.groups_of(account.id), key=lambda one: fold(one.name)) if account else ():
            by = sorted(mapping for mapping, folded in answering if folded == fold(organization.name))
            yield Belonging(organization.name, organization.id, username, tuple(by))


def _answering(
    theirs: set[tuple[str, str]], known: tuple[Links, Iterable[Link]], carrying: Sequence[Mapping]
) -> Iterator[tuple[str, str]]:
    """Yield (Mapping, folded organisation)."""
    links, recorded = known
    for mapping in carrying:
        for source_id, folded in links.members_by_person(ORGANIZATIONS, mapping.name):
            if (mapping.name, source_id) in theirs:
                yield mapping.name, folded
    for link in recorded:
        if not isinstance(link, MemberLink) or link.directory != ORGANIZATIONS:
            continue
        if (link.mapping, link.source_id) in theirs:
            yield link.mapping, link.group
