"""A target in which it can't be said where a write would land."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.model.facts import FactState
from dirsync.model.names import fold, same
from dirsync.model.plans import Refusal
from dirsync.model.products import DirectoryType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.plan.guards.interface import GuardContext


class Attribution:
    """Refuses connectors onto their own source, and Crowd applications that show several or filtered directories."""

    name = "target-not-attributable"

    def judge(self, context: GuardContext) -> Iterator[Refusal]:
        """See `Guard`."""
        for directory in sorted({change.directory for change in context.plan.appliable}):
            onto_itself = [context.own_sources[directory]] if directory in context.own_sources else []
            for why in (*onto_itself, *_connectors(context, directory), *_filtered(context, directory)):
                yield Refusal(self.name, refused=True, message=why, directory=directory)


def _connectors(context: GuardContext, directory: str) -> Iterator[str]:
    if not context.estate.has("crowd.directories"):
        return
    for known in context.estate.need("crowd.directories").value:
        if known.directory == directory and known.type in {DirectoryType.CONNECTOR, DirectoryType.DELEGATING}:
            yield (
                f"'{known.name}' in Crowd, behind {directory}, is a {known.type} directory: Crowd fills it from LDAP"
                " itself, so dirsync must not write there. Point the mapping at an internal Crowd directory."
            )


def _filtered(context: GuardContext, directory: str) -> Iterator[str]:
    ours = context.applications.get(directory, "")
    if not ours:
        return
    known = context.estate.need("crowd.applications").value if context.estate.has("crowd.applications") else ()
    for application in known:
        if same(application.name, ours) and application.shows_several:
            yield (
                f"Crowd application '{application.name}' shows several directories, so nobody can say where a new"
                f" account in {directory} would land. Give dirsync one Crowd application per directory."
            )
    # It may be told of an application that no list names: of dirsync's own one estate.yaml may say just that.
    switch = fold(f"crowd.applications[{ours}].access_based_sync")
    told = (fact for name, fact in context.estate.facts.items() if fold(name) == switch)
    if any(fact.state is not FactState.UNKNOWN and fact.value for fact in told):
        yield (
            f"Crowd application '{ours}' filters people by access (access-based synchronisation), so"
            f" what {directory} shows is not all there is. Switch it off for dirsync's own application."
        )
