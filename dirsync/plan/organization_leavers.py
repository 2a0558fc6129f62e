"""Whose account ends while they are in an organisation: their name is kept until they have been taken out of it.

With the account its link is gone, which tells what Jira calls them. Jira may be down that night or refuse, and keeps
the accounts of those who have written something.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from dirsync.model.links import MemberLink, UserLink
from dirsync.model.names import fold
from dirsync.model.organizations import LEAVERS, ORGANIZATIONS
from dirsync.model.plans import Op

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dirsync.model.links import Link
    from dirsync.model.plans import Change
    from dirsync.plan.organization_feeds import OrganizationFeed


def leavers(
    carrying: Sequence[OrganizationFeed], changes: Iterable[Change], forgotten: Iterable[Link]
) -> Iterator[MemberLink]:
    """Yield what the store must know of them before any Change is carried out, whether or not Jira could be read.

    `forgotten` are the links of accounts that are already gone.
    """
    removed = {(one.directory, one.mapping, one.source_id): one.user for one in changes if one.op is Op.REMOVE_USER}
    gone = {(one.directory, one.mapping, one.source_id): one.username for one in forgotten if isinstance(one, UserLink)}
    for feed in carrying if removed or gone else ():
        mappings = {feed.name, *feed.others}
        called = {
            person: name
            for (directory, mapping, person), name in chain(gone.items(), removed.items())
            if directory == feed.target.directory and mapping in mappings
        }
        linked = {person for person, _ in feed.links.members_by_person(ORGANIZATIONS, feed.name) if person in called}
        yield from (MemberLink(LEAVERS, feed.name, person, fold(called[person])) for person in sorted(linked))
