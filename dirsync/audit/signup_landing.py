"""Whether the accounts of sign-up are made among the people they are meant for."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dirsync.audit.effective.from_estate import order_of_jira
from dirsync.audit.effective.new_users import Landing, landings
from dirsync.audit.effective.order import NO
from dirsync.audit.jira_order import people_in, settings_of
from dirsync.audit.signup import door, unresolved
from dirsync.model.facts import MissingFact, unknown
from dirsync.model.names import same
from dirsync.model.products import DirectoryType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.audit.effective.order import Layer, Order, View
    from dirsync.model.estate import Estate, Population
    from dirsync.model.facts import Fact
    from dirsync.model.products import CrowdApplication, JiraDirectory

OF_JIRA = ("mode", "active")
PERMISSIONS = ("allowed_operations", "directory_allowed_operations")
OF_CROWD = ("access_based_sync", *PERMISSIONS)
"""Ends of the names of the settings that decide where an account is made."""


class Among(Enum):
    """Among whom an account is made."""

    MEANT = "meant"
    OTHERS = "others"
    """Or nobody is made, as Jira sends it to a user directory that shows none of those who are meant."""
    NOBODY = "nobody"
    """No account is made: Jira may write nowhere, or Crowd refuses where those who are meant are shown."""
    UNTOLD = "untold"
    """Nobody says whose people are shown there."""


@dataclass(frozen=True)
class Landings:
    """Every reading of where Jira makes an account, for some people it is meant for."""

    estate: Estate
    meant: tuple[Population, ...]

    @cached_property
    def readings(self) -> tuple[Landing, ...]:
        """What `landings` says of Jira's order; raises `MissingFact` when nobody lists Jira's user directories."""
        return landings(self._order)

    @cached_property
    def among(self) -> frozenset[Among]:
        """Among whom an account is made, by every reading."""
        return frozenset(self.of(reading) for reading in self.readings)

    @cached_property
    def last_view(self) -> View | None:
        """The last user directory that may get the account; None where it may be none at all."""
        return self.readings[-1].view

    def of(self, reading: Landing) -> Among:
        """Say among whom one reading makes the account."""
        if reading.view is None:
            return Among.NOBODY
        layers = (reading.layer,) if reading.layer else reading.view.layers
        if any(self._is_meant(layer) for layer in layers):
            return Among.MEANT if reading.layer else Among.NOBODY
        return Among.UNTOLD if self._is_untold(reading.view) else Among.OTHERS

    def made(self, among: Among) -> tuple[tuple[View, Layer | None], ...]:
        """Return where accounts are made among some: Jira's user directory, and the Directory that it shows.

        Without a Directory only where Crowd surely refuses; else that it may refuse is left out.
        """
        found = [(each.view, each.layer) for each in self.readings if each.view and self.of(each) is among]
        taking = {view for view, layer in found if layer}
        return tuple((view, layer) for view, layer in found if layer or view not in taking)

    def people(self) -> tuple[Population, ...]:
        """Return the people among whom every account is made; none where that is not known, or no Mapping says."""
        with suppress(MissingFact):
            layers = {reading.layer for reading in self.readings}
            sure = layers if len(layers) == 1 else ()
            return tuple(each for layer in sure if layer for each in people_in(self.estate, layer))
        return ()

    def shows_meant(self, view: View) -> bool:
        """Say whether a user directory shows people who are meant, so that only Crowd's order leads past them."""
        return any(self._is_meant(layer) for layer in view.layers)

    def jira_directory(self, view: View) -> JiraDirectory:
        """Return the user directory of Jira that a view is of."""
        return next(known for known in self.estate.jira_directories() if known.name == view.name)

    def facts(self) -> tuple[Fact[Any], ...]:
        """Return what is known of the settings that lead there."""
        estate = self.estate
        found = [*settings_of(estate)]
        for view in self._views():
            found += door(estate, self.jira_directory(view)).facts
            found += (estate.need(name) for name in self._crowd_settings(view) if estate.has(name))
        return tuple(found)

    def missing(self) -> tuple[Fact[Any], ...]:
        """Return what would settle among whom, where the readings differ or nobody says whose people are shown."""
        return (*self._nobodys(), *self._unset())

    @cached_property
    def _order(self) -> Order:
        return order_of_jira(self.estate)

    def _views(self) -> Iterator[View]:
        """Yield the user directories that Jira asks, down to the last that may get the account."""
        for view in self._order.views:
            yield view
            if view is self.last_view:
                return

    def _unset(self) -> Iterator[Fact[Any]]:
        for view in self._views():
            if NO in {view.is_active, view.is_writable}:
                continue
            differ = len({self.of(reading) for reading in self.readings if reading.view is view}) > 1
            leaves = (*OF_JIRA, *OF_CROWD) if differ else OF_JIRA
            yield from (fact for fact in view.missing if fact.name.rsplit(".", 1)[-1] in leaves)

    def _nobodys(self) -> Iterator[Fact[Any]]:
        for view, _ in self.made(Among.UNTOLD):
            yield unknown(
                f"jira.user_directories[{view.name}].directory",
                f"accounts may be made in Jira's user directory '{view.name}', and nobody says whose people it shows",
                f"Name the directory or the mapping of '{view.name}' under jira.user_directories in "
                "mappings/estate.yaml, or those of what its Crowd application shows under crowd.directories.",
            )

    def _is_meant(self, layer: Layer) -> bool:
        return any(population in self.meant for population in people_in(self.estate, layer))

    def _is_untold(self, view: View) -> bool:
        """Say whether a user directory may show those who are meant, although nobody says so."""
        known = self.jira_directory(view)
        application = self._crowd_application(known)
        if application and application.unattributed:
            return True
        if known.type is DirectoryType.INTERNAL and not known.directory:
            # It is its own store, so it shows people whom a Mapping reads out of Jira, or none that are known.
            return any(self.estate.kinds.get(population.directory) == "jira" for population in self.meant)
        return f"jira.user_directories[{view.name}].directory" in {fact.name for fact in unresolved(self.estate)}

    def _crowd_application(self, known: JiraDirectory) -> CrowdApplication | None:
        if not self.estate.has("crowd.applications"):
            return None
        applications: tuple[CrowdApplication, ...] = self.estate.need("crowd.applications").value
        return next((each for each in applications if same(each.name, known.crowd_application)), None)

    def _crowd_settings(self, view: View) -> Iterator[str]:
        application = self._crowd_application(self.jira_directory(view))
        if application is None:
            return
        start = f"crowd.applications[{application.name}]"
        yield f"{start}.access_based_sync"
        for layer in view.layers:
            yield from (f"{start}.directories[{layer.directory}].{leaf}" for leaf in PERMISSIONS)
