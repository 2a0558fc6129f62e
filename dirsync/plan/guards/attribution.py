"""A target in which it can't be said where a write would land."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.model.names import same
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
            for why in (*_connectors(context, directory), *_filtered(context, directory)):
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
    if not context.estate.has("crowd.applications"):
        return
    for application in context.estate.need("crowd.applications").value:
        if not same(application.name, context.applications.get(directory, "")):
            continue
        if application.shows_several:
            yield (
                f"Crowd application '{application.name}' shows several directories, so nobody can say where a new"
                f" account in {directory} would land. Give dirsync one Crowd application per directory."
            )
        name = f"crowd.applications[{application.name}].access_based_sync"
        if context.estate.has(name) and context.estate.need(name).value:
            yield (
                f"Crowd application '{application.name}' filters people by access (access-based synchronisation), so"
                f" what {directory} shows is not all there is. Switch it off for dirsync's own application."
            )
