"""Who is taken by several Mappings, with what is known of Jira's order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.audit.role_addresses import role_in
from dirsync.audit.shared_names import place
from dirsync.plan.conflict_words import JiraOrder
from dirsync.plan.conflicts import find_conflicts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dirsync.model.conflicts import Conflicts
    from dirsync.model.estate import Estate
    from dirsync.plan.desired import Feed

ORDER = "jira.user_directories"


def conflicts_over(feeds: Mapping[str, Sequence[Feed]], estate: Estate) -> Conflicts:
    """See `find_conflicts`; under `--only` no more is compared than the Mappings that were asked for."""
    return find_conflicts(feeds, jira_order(estate, feeds), lambda address: bool(role_in(address)[0]))


def jira_order(estate: Estate, targets: Iterable[str]) -> JiraOrder:
    """Return where Jira's user directories show the targets, as far as that is known."""
    if not estate.has(ORDER):
        return JiraOrder(unknown="nobody told the order of Jira's user directories")
    places = {target: place(estate, target) for target in targets}
    return JiraOrder({target: where for target, where in places.items() if where is not None})
