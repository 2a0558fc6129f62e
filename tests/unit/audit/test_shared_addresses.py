"""Addresses that several usernames bear: one at a time, and looked up only where there are several."""

from __future__ import annotations

import pytest

from dirsync.audit.shared_addresses import MANY, SharedAddresses
from dirsync.model.entries import Group, User
from dirsync.model.memory import MemorySpool
from dirsync.model.memory_snapshot import MemorySnapshot
from dirsync.model.snapshot import Completeness


def directory(name: str, *people: tuple[str, str]) -> MemorySnapshot:
    spool = MemorySpool(name)
    for username, email in people:
        spool.add_user(User(f"{name}-{username}", f"u-{username}", username, email))
    return spool.finish(Completeness(is_complete=True))


def told(addresses: SharedAddresses) -> list[list[tuple[str, str]]]:
    return [[(bearer.directory, bearer.user.username) for bearer in bearers] for bearers in addresses.each()]


def test_accounts_of_one_address_are_told_together_over_all_directories():
    addresses = SharedAddresses(
        {
            "b": directory("b", ("ana.b", "Ana@Example.org"), ("ben", "ben@example.org"), ("eve", "")),
            "a": directory("a", ("ana", " ana@example.org"), ("BEN", "ben@example.org"), ("zoe", "zoe@example.org")),
            "nobody": directory("nobody", ("x", "")),
        }
    )
    assert told(addresses) == [[("a", "ana"), ("b", "ana.b")]]
    assert (addresses.compared, addresses.left_aside, addresses.directories) == (3, 0, {"a", "b"})


@pytest.mark.parametrize(("usernames", "found"), [(MANY, 1), (MANY + 1, 0)])
def test_an_address_of_many_usernames_is_nobodys_own(usernames, found):
    people = [(f"desk{number}", "desk@example.org") for number in range(usernames)]
    # a username that stands in two directories is one user
    addresses = SharedAddresses({"a": directory("a", *people), "b": directory("b", *people)})
    assert len(told(addresses)) == found
    assert (addresses.compared, addresses.left_aside) == (found, 1 - found)


@pytest.mark.parametrize(
    "address",
    ["info@example.org", "NO-REPLY@example.org", "list-owner@example.org", "n/a", "@example.org", "ana@", "@"],
)
def test_addresses_of_roles_and_those_that_are_none_are_left_aside(address):
    addresses = SharedAddresses({"a": directory("a", ("one", address), ("two", address))})
    assert told(addresses) == []
    assert (addresses.compared, addresses.left_aside) == (0, 1)


def test_the_address_of_a_group_of_any_directory_is_a_list():
    spool = MemorySpool("lists")
    spool.add_group(Group("g", "g", "sales", email="Sales-North@example.org"))
    people = directory("a", ("one", "sales-north@example.org"), ("two", "sales-north@example.org"))
    addresses = SharedAddresses({"a": people, "lists": spool.finish(Completeness(is_complete=True))})
    assert told(addresses) == []
    assert addresses.left_aside == 1


def test_a_plus_in_an_address_is_part_of_it():
    addresses = SharedAddresses({"a": directory("a", ("one", "ana@example.org"), ("two", "ana+portal@example.org"))})
    assert told(addresses) == []
    assert addresses.compared == 2


class LooksUp:
    """A Snapshot that notes whom it was asked for."""

    def __init__(self, snapshot: MemorySnapshot) -> None:
        self.snapshot, self.asked = snapshot, list[str]()

    def __getattr__(self, name):
        return getattr(self.snapshot, name)

    def user(self, user_id, selection=""):
        self.asked.append(user_id)
        return self.snapshot.user(user_id, selection)


def test_only_accounts_that_share_an_address_are_looked_up():
    people = [(f"person{number}", f"person{number}@example.org") for number in range(50)]
    many = [(f"desk{number}", "desk@example.org") for number in range(20)]
    noting = LooksUp(directory("a", *people, *many, ("twin", "person7@example.org")))
    assert len(told(SharedAddresses({"a": noting}))) == 1
    assert sorted(noting.asked) == ["a-person7", "a-twin"]
