"""Whatever happens to a directory: what was kept, and the changes told, are what a fresh whole read finds."""

from __future__ import annotations

import string
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from integration.ldap.changes.watching import Domain, Place, Watcher

from dirsync.directories.ldap.searches import Kind

pytestmark = pytest.mark.server
HOUR = timedelta(hours=1)
WORDS = st.text(string.ascii_letters + "äß漢,+\\ ", min_size=1, max_size=8).map(lambda text: f"x{text}x")
FEW = settings(max_examples=10, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck))
FEWER = settings(FEW, max_examples=4)
"""For servers that take their time."""
MANY = settings(FEW, max_examples=150, stateful_step_count=40)


class Happenings(RuleBasedStateMachine):
    """Random changes in and around what is read, and everything polled after each."""

    def __init__(self, place: Place, *, restarts: bool) -> None:
        super().__init__()
        self.place = place
        self.restarts = restarts

    @initialize()
    def begin(self) -> None:
        self.branch = self.place.branch()
        self.people: list[str] = []
        self.groups: list[str] = []
        self.count = 0
        searches = [self.branch.search(Kind.USERS), self.branch.search(Kind.GROUPS)]
        self.watchers = [Watcher(self.place, search) for search in searches]
        self.watchers_have_a_clock = isinstance(self.place, Domain)

    def new_name(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def where(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from([self.branch.base, self.branch.deeper, self.branch.outside]))

    def somebody(self, data: st.DataObject) -> int:
        return data.draw(st.integers(0, len(self.people) - 1))

    @rule(data=st.data())
    def add_person(self, data) -> None:
        self.people.append(self.branch.person(self.new_name("p"), self.where(data)))

    @precondition(lambda self: self.people)
    @rule(data=st.data(), word=WORDS)
    def change_person(self, data, word: str) -> None:
        self.branch.put(self.people[self.somebody(data)], self.branch.words, word, "second")

    @precondition(lambda self: self.people)
    @rule(data=st.data())
    def delete_person(self, data) -> None:
        self.branch.delete(self.people.pop(self.somebody(data)))

    @precondition(lambda self: self.people)
    @rule(data=st.data())
    def replace_person_by_another_of_the_same_name(self, data) -> None:
        name = self.people[self.somebody(data)]
        self.branch.delete(name)
        first, _, where = name.partition(",")
        self.branch.person(first.partition("=")[2], where)

    @precondition(lambda self: self.people)
    @rule(data=st.data())
    def rename_person(self, data) -> None:
        who = self.somebody(data)
        self.people[who] = self.branch.rename(self.people[who], f"{self.branch.first}={self.new_name('p')}")

    @precondition(lambda self: self.people)
    @rule(data=st.data())
    def move_person(self, data) -> None:
        who = self.somebody(data)
        first = self.people[who].partition(",")[0]
        self.people[who] = self.branch.rename(self.people[who], first, self.where(data))

    @precondition(lambda self: self.people)
    @rule(data=st.data(), kind=st.sampled_from(["left", "here"]))
    def leave_or_enter_the_filter(self, data, kind: str) -> None:
        self.branch.put(self.people[self.somebody(data)], "employeeType", kind)

    @rule()
    def add_group(self) -> None:
        self.groups.append(self.branch.group(self.new_name("g"), *self.people[:2]))

    @precondition(lambda self: self.groups)
    @rule(data=st.data())
    def change_members(self, data) -> None:
        """Groups may hold each other in circles."""
        group = data.draw(st.sampled_from(self.groups))
        # a domain refuses a group that is its own member
        others = [name for name in (*self.people, *self.groups) if name != group]
        if others:
            members = data.draw(st.lists(st.sampled_from(others), min_size=1, unique=True))
            self.branch.put(group, "member", *members)

    @precondition(lambda self: self.groups)
    @rule()
    def delete_group(self) -> None:
        self.branch.delete(self.groups.pop())

    @rule()
    def rename_container(self) -> None:
        before = self.branch.deeper
        self.branch.deeper = self.branch.rename(before, f"ou={self.new_name('deeper')}")
        self.people = [name.replace(before, self.branch.deeper) for name in self.people]

    @rule(data=st.data())
    def let_many_things_happen_at_once(self, data) -> None:
        """Several changes between two polls, to one and the same entry too."""
        name = self.branch.person(self.new_name("p"), self.where(data))
        name = self.branch.rename(name, f"{self.branch.first}={self.new_name('p')}", self.where(data))
        self.branch.put(name, "employeeType", data.draw(st.sampled_from(["left", "here"])))
        if data.draw(st.booleans()):
            self.branch.delete(name)
        else:
            self.people.append(name)

    @precondition(lambda self: self.watchers_have_a_clock)
    @rule()
    def let_an_hour_pass(self) -> None:
        """After which a domain controller is asked otherwise."""
        for watcher in self.watchers:
            watcher.later += HOUR

    @precondition(lambda self: self.restarts)
    @rule()
    def restart(self) -> None:
        self.place.server.restart()

    @invariant()
    def nothing_is_missed(self) -> None:
        for watcher in getattr(self, "watchers", ()):
            watcher.changes()
            watcher.assert_up_to_date()


@pytest.fixture(params=["openldap", "ds389", pytest.param("sees_living", marks=pytest.mark.long), "sees_deleted"])
def any_place(request: pytest.FixtureRequest) -> Place:
    """Each server that tells what is gone; a domain controller to accounts with either right."""
    return request.getfixturevalue(request.param)


def test_what_is_kept_and_what_is_told_make_a_whole_read(any_place: Place) -> None:
    happening = partial(Happenings, any_place, restarts=any_place.id_attribute != "nsUniqueId")
    run_state_machine_as_test(happening, settings=FEWER if isinstance(any_place, Domain) else FEW)


@pytest.mark.long
def test_what_is_kept_and_what_is_told_make_a_whole_read_for_long(any_place: Place) -> None:
    happening = partial(Happenings, any_place, restarts=any_place.id_attribute != "nsUniqueId")
    run_state_machine_as_test(happening, settings=MANY)
