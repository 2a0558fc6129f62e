"""People who work in the targets by hand: some of it must survive everything, the rest is put right."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from random import Random

from integration.soak.held import Held, Place
from integration.soak.oracle import HAND, Watch, key_of
from integration.soak.scene import CLUB, Scene

MOST = 5
"""Accounts made by hand in one target."""


class Hands:
    """Does something in the targets now and then, and tells the watch what is not dirsync's."""

    def __init__(self, chance: Random, scene: Scene, watches: Mapping[str, Watch]) -> None:
        self._chance, self._scene, self._watches = chance, scene, watches
        self._numbers = itertools.count(1)
        self.acted = 0

    def act(self) -> None:
        """Do something, or nothing."""
        name = self._chance.choice([*self._watches])
        place, watch = self._scene.places[name], self._watches[name]
        act = self._chance.choice([self._make, self._join, self._join_club, self._spoil, self._throw_out, self._delete])
        if self._chance.random() < 0.6:
            act(place, watch, place.held())
            self.acted += 1

    def _make(self, place: Place, _watch: Watch, held: Held) -> None:
        if len(self._by_hand(held)) < MOST:
            place.make(f"hand{next(self._numbers)}", f"{HAND}@example.org")

    def _join(self, place: Place, watch: Watch, held: Held) -> None:
        """Put somebody made by hand into one of dirsync's groups."""
        groups = sorted(held.groups.keys() & watch.called.keys())
        people = self._by_hand(held)
        if groups and people:
            self._put_in(place, watch, held, self._chance.choice(groups), self._chance.choice(people))

    def _join_club(self, place: Place, watch: Watch, held: Held) -> None:
        """Put one of dirsync's people into a group made by hand."""
        if people := self._ours(held):
            self._put_in(place, watch, held, CLUB, self._chance.choice(people))

    def _put_in(self, place: Place, watch: Watch, held: Held, group: str, name: str) -> None:
        number = held.named(name)
        if number not in held.groups[group]:
            place.put_in(group, name)
            watch.by_hand.add((group, number))

    def _spoil(self, place: Place, _watch: Watch, held: Held) -> None:
        if people := self._ours(held):
            name = self._chance.choice(people)
            key = key_of(held.accounts[held.named(name)])
            place.write_mail(name, f"{key}.spoilt@example.org")

    def _throw_out(self, place: Place, watch: Watch, held: Held) -> None:
        ours = {held.named(name) for name in self._ours(held)}
        memberships = sorted(
            (group, held.accounts[number].name)
            for group, members in held.groups.items()
            for number in members & ours
            if (group, number) not in watch.by_hand
        )
        if memberships:
            place.take_out(*self._chance.choice(memberships))

    def _delete(self, place: Place, _watch: Watch, held: Held) -> None:
        if people := self._ours(held):
            place.delete(self._chance.choice(people))

    def _by_hand(self, held: Held) -> list[str]:
        return sorted(one.name for one in held.accounts.values() if key_of(one) == HAND)

    def _ours(self, held: Held) -> list[str]:
        return sorted(one.name for one in held.accounts.values() if key_of(one) != HAND)
