"""Who is in none of some groups, without holding everybody."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st
from unit.audit.building import CUSTOMERS, EstateBuilder

from dirsync.audit.admission import authorised, shut_out
from dirsync.audit.people import People, people_by_directory
from dirsync.model.entries import User
from dirsync.model.estate import Audience, Estate, Population
from dirsync.model.snapshot import WHOLE

NAMES = st.lists(st.sampled_from("abcdefgh"), unique=True)


def found(told: EstateBuilder) -> People:
    (people,) = people_by_directory(told.build(), Audience.CUSTOMERS)
    return people


@given(NAMES, NAMES, NAMES, NAMES)
def test_it_is_whoever_is_active_and_in_none_of_the_groups(users, inactive, portal, shop):
    told = EstateBuilder().customers()
    for username in users:
        told.user(username, active=username not in inactive)
    for name, members in (("portal", portal), ("shop", shop), ("other", users)):
        told.group(name).holds(*(member for member in members if member in users))
    people = found(told)
    groups = authorised(people.snapshot, ["portal", "shop"])
    assert sorted(user.username for user in shut_out(people, people.snapshot, groups)) == sorted(
        set(users) - set(inactive) - set(portal) - set(shop)
    )


def test_groups_inside_an_authorised_one_count_and_a_circle_ends():
    told = EstateBuilder().customers()
    told.group("inner").inside("middle").inside("portal")
    told.group("middle").inside("portal").inside("inner")
    told.group("portal").inside("above")
    groups = authorised(found(told).snapshot, ["PORTAL", "gone"])
    assert sorted(group.name for group in groups.values()) == ["inner", "middle", "portal"]


class _Endless:
    """A Directory of more people than anybody can hold; every third one is a member."""

    def __init__(self) -> None:
        self.taken = 0

    def users(self, _: str = WHOLE) -> Iterator[User]:
        for number in range(10**12):
            self.taken += 1
            yield User(f"{number:012}", f"u{number}", f"u{number}")

    def members(self, _: str, __: str = WHOLE) -> Iterator[User]:
        for number in range(0, 10**12, 3):
            self.taken += 1
            yield User(f"{number:012}", f"u{number}", f"u{number}")


def test_people_and_members_are_walked_side_by_side():
    directory = _Endless()
    population = Population("customers", Audience.CUSTOMERS, "corp", CUSTOMERS)
    people = People(Estate({CUSTOMERS: directory}, (population,)), (population,))
    outside = shut_out(people, directory, ["portal"])
    assert [next(outside).username for _ in range(4)] == ["u1", "u2", "u4", "u5"]
    assert directory.taken < 12
