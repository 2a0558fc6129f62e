"""A company that does not stand still: people and groups in plain dicts, and what happens to them night after night.

The dicts are what everything else is held against. A story changes them and writes down what the directory is told.
"""

from __future__ import annotations

import itertools
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

BASE = "dc=example,dc=org"
TREES = {"staff": f"ou=staff,{BASE}", "portal": f"ou=portal,{BASE}", "partner": f"ou=partners,{BASE}"}
"""Where people are whom a mapping takes, by the name of their kind; groups begin with the name of a kind."""
LEFT = f"ou=left,{BASE}"
"""Where those are moved to who leave and may come back; no mapping looks there."""
GROUPS = f"ou=groups,{BASE}"
NOBODY = f"cn=nobody,{BASE}"
"""A group of this class must have a member; this one exists nowhere, so that everybody else may leave."""
LOCKED = "000001010000Z"
FEWEST, MOST = 24, 48
"""People that the company has, roughly."""
Some = TypeVar("Some")
GIVEN = ("Ana", "Björn", "Célia", "Dan", "Eva", "Füsun", "Gus", "Hélène", "Ida", "Jörg")


@dataclass
class Person:
    """Somebody of the source. `key` never changes, and is the beginning of every mail address."""

    key: str
    name: str
    where: str
    """The kind of tree, or `left`."""
    version: int = 0
    active: bool = True
    given: str = "Ana"

    @property
    def mail(self) -> str:
        return f"{self.key}.{self.version}@example.org"

    @property
    def surname(self) -> str:
        return f"Sûrname {self.version}"

    @property
    def display(self) -> str:
        return f"{self.given} {self.surname}"

    @property
    def dn(self) -> str:
        return f"uid={self.name},{TREES.get(self.where, LEFT)}"

    @property
    def shown(self) -> tuple[str, str, str, bool]:
        """What an account of theirs must show: name, mail, display name, active."""
        return self.name, self.mail, self.display, self.active


@dataclass
class Group:
    """A group of the source: who is in it, and which groups are."""

    name: str
    members: set[str] = field(default_factory=set)
    """Keys of people."""
    children: set[str] = field(default_factory=set)
    """Names of groups."""

    @property
    def kind(self) -> str:
        return self.name.partition("-")[0]

    @property
    def dn(self) -> str:
        return f"cn={self.name},{GROUPS}"


class Estate:
    """Everybody in the source. Stories go into `told`, the change records that the directory has not heard yet."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.people: dict[str, Person] = {}
        self.groups: dict[str, Group] = {}
        self.told: list[str] = []
        self.happened = 0
        self._numbers = itertools.count(1)
        for kind in TREES:
            for _ in range(3):
                self._found(kind)
        for _ in range(FEWEST):
            self._join()

    def happen(self, stories: int) -> str:
        """Let so many things happen, and return them as change records, none of which tells of half a thing."""
        for _ in range(stories):
            self._choose()()
            self.happened += 1
        told, self.told = "\n".join(self.told), []
        return told

    def here(self, kind: str) -> dict[str, Person]:
        """Return those whom the mapping of a kind takes, by key."""
        return {one.key: one for one in self.people.values() if one.where == kind}

    def called_for(self, kind: str) -> dict[str, set[str]]:
        """Return who belongs to which group of a kind, at any depth of nesting; only those whom the mapping takes."""
        here = self.here(kind).keys()
        return {
            group.name: {key for name in self._within(group.name) for key in self.groups[name].members} & here
            for group in self.groups.values()
            if group.kind == kind
        }

    def _within(self, name: str) -> set[str]:
        found, waiting = {name}, [name]
        while waiting:
            fresh = self.groups[waiting.pop()].children - found
            found |= fresh
            waiting.extend(fresh)
        return found

    def _choose(self) -> Callable[[], None]:
        if len(self.people) < FEWEST:
            return self._join
        stories: list[tuple[Callable[[], None], int]] = [
            (self._join, 4 if len(self.people) < MOST else 0), (self._is_deleted, 2), (self._leaves, 2),
            (self._comes_back, 4), (self._is_renamed, 3), (self._swap_names, 1), (self._changes, 4), (self._lock, 3),
            (self._moves, 2), (self._rename_and_move, 1), (self._enters, 6), (self._is_taken_out, 4),
            (lambda: self._found(self.chance.choice([*TREES])), 1), (self._rename_group, 1), (self._empty_group, 1),
            (self._end_group, 1), (self._nest, 1), (self._take_apart, 1),
        ]  # fmt: skip
        return self.chance.choices([story for story, _ in stories], [weight for _, weight in stories])[0]

    # people

    def _join(self) -> None:
        number = next(self._numbers)
        given = self.chance.choice(GIVEN)
        person = Person(f"p{number}", f"user{number}", self.chance.choice([*TREES]), given=given)
        self.people[person.key] = person
        lock = f"\npwdAccountLockedTime: {LOCKED}" if not person.active else ""
        self.told.append(
            f"dn: {person.dn}\nchangetype: add\nobjectClass: inetOrgPerson\nuid: {person.name}\ncn: {person.name}\n"
            f"{_said('sn', person.surname)}\n{_said('givenName', given)}\n{_said('displayName', person.display)}\n"
            f"mail: {person.mail}{lock}\n"
        )
        for group in self._some([one for one in self.groups.values() if one.kind == person.where], 2):
            self._put_in(group, person)

    def _is_deleted(self) -> None:
        for person in self._some(self._present()):
            for group in self._groups_of(person):
                self._take_out(group, person)
            del self.people[person.key]
            self.told.append(f"dn: {person.dn}\nchangetype: delete\n")

    def _leaves(self) -> None:
        for person in self._some(self._present()):
            self._called(person, person.name, "left")

    def _comes_back(self) -> None:
        for person in self._some([one for one in self.people.values() if one.where == "left"], 2):
            self._called(person, person.name, self.chance.choice([*TREES]))

    def _is_renamed(self) -> None:
        for person in self._some(self._present()):
            self._called(person, f"user{next(self._numbers)}", person.where)

    def _swap_names(self) -> None:
        kind = self.chance.choice([*TREES])
        pair = list(self._some([*self.here(kind).values()], 2))
        if len(pair) == 2:
            one, other = pair
            first, second = one.name, other.name
            self._called(one, f"between{next(self._numbers)}", one.where)
            self._called(other, first, other.where)
            self._called(one, second, one.where)

    def _moves(self) -> None:
        for person in self._some(self._present()):
            self._called(person, person.name, self.chance.choice([*TREES]))

    def _rename_and_move(self) -> None:
        for person in self._some(self._present()):
            self._called(person, f"user{next(self._numbers)}", self.chance.choice([*TREES]))

    def _changes(self) -> None:
        for person in self._some(self._present(), 2):
            person.version += 1
            self.told.append(
                f"dn: {person.dn}\nchangetype: modify\nreplace: mail\nmail: {person.mail}\n-\nreplace: sn\n"
                f"{_said('sn', person.surname)}\n-\nreplace: displayName\n{_said('displayName', person.display)}\n-\n"
            )

    def _lock(self) -> None:
        for person in self._some(self._present()):
            person.active = not person.active
            change = "delete: pwdAccountLockedTime" if person.active else "add: pwdAccountLockedTime"
            value = "" if person.active else f"pwdAccountLockedTime: {LOCKED}\n"
            self.told.append(f"dn: {person.dn}\nchangetype: modify\n{change}\n{value}-\n")

    def _called(self, person: Person, name: str, where: str) -> None:
        """Give somebody another name, another place, or both; every group follows, as in a well-kept tree."""
        groups = self._groups_of(person)
        old = person.dn
        person.name, person.where = name, where
        if person.dn == old:
            return
        self.told.append(
            f"dn: {old}\nchangetype: modrdn\nnewrdn: uid={name}\ndeleteoldrdn: 1\n"
            f"newsuperior: {TREES.get(where, LEFT)}\n"
        )
        for group in groups:
            self._says(group, f"delete: member\nmember: {old}\n-\nadd: member\nmember: {person.dn}")

    # groups

    def _found(self, kind: str) -> None:
        group = Group(f"{kind}-g{next(self._numbers)}")
        self.groups[group.name] = group
        self.told.append(
            f"dn: {group.dn}\nchangetype: add\nobjectClass: groupOfNames\ncn: {group.name}\nmember: {NOBODY}\n"
        )
        for person in self._some([*self.here(kind).values()], 4):
            self._put_in(group, person)

    def _enters(self) -> None:
        for group in self._some([*self.groups.values()]):
            # now and then somebody whom the group's own mapping does not take
            whoever = self._present() if self.chance.random() < 0.2 else [*self.here(group.kind).values()]
            for person in self._some([one for one in whoever if one.key not in group.members], 3):
                self._put_in(group, person)

    def _is_taken_out(self) -> None:
        for group in self._some([*self.groups.values()]):
            for person in self._some([self.people[key] for key in sorted(group.members)], 3):
                self._take_out(group, person)

    def _empty_group(self) -> None:
        for group in self._some([*self.groups.values()]):
            for key in sorted(group.members):
                self._take_out(group, self.people[key])

    def _rename_group(self) -> None:
        for group in self._some([*self.groups.values()]):
            old, name = group.name, f"{group.kind}-g{next(self._numbers)}"
            self.told.append(f"dn: {group.dn}\nchangetype: modrdn\nnewrdn: cn={name}\ndeleteoldrdn: 1\n")
            parents = self._parents(group)
            before = group.dn
            group.name = name
            del self.groups[old]
            self.groups[name] = group
            for parent in parents:
                parent.children.remove(old)
                parent.children.add(name)
                self._says(parent, f"delete: member\nmember: {before}\n-\nadd: member\nmember: {group.dn}")

    def _end_group(self) -> None:
        for group in self._some([one for one in self.groups.values() if self._has_others(one)]):
            for parent in self._parents(group):
                parent.children.remove(group.name)
                self._says(parent, f"delete: member\nmember: {group.dn}")
            del self.groups[group.name]
            self.told.append(f"dn: {group.dn}\nchangetype: delete\n")

    def _nest(self) -> None:
        for parent in self._some([*self.groups.values()]):
            others = [one for one in self.groups.values() if one.kind == parent.kind and one is not parent]
            for child in self._some([one for one in others if one.name not in parent.children]):
                parent.children.add(child.name)
                self._says(parent, f"add: member\nmember: {child.dn}")

    def _take_apart(self) -> None:
        for parent in self._some([one for one in self.groups.values() if one.children]):
            child = self.groups[self.chance.choice(sorted(parent.children))]
            parent.children.remove(child.name)
            self._says(parent, f"delete: member\nmember: {child.dn}")

    def _put_in(self, group: Group, person: Person) -> None:
        group.members.add(person.key)
        self._says(group, f"add: member\nmember: {person.dn}")

    def _take_out(self, group: Group, person: Person) -> None:
        group.members.discard(person.key)
        self._says(group, f"delete: member\nmember: {person.dn}")

    def _says(self, group: Group, modifications: str) -> None:
        self.told.append(f"dn: {group.dn}\nchangetype: modify\n{modifications}\n-\n")

    def _groups_of(self, person: Person) -> list[Group]:
        return [one for one in self.groups.values() if person.key in one.members]

    def _parents(self, group: Group) -> list[Group]:
        return [one for one in self.groups.values() if group.name in one.children]

    def _has_others(self, group: Group) -> bool:
        return sum(one.kind == group.kind for one in self.groups.values()) > 2

    def _present(self) -> list[Person]:
        return [one for one in self.people.values() if one.where in TREES]

    def _some(self, whoever: Iterable[Some], most: int = 1) -> Iterator[Some]:
        known = [*whoever]
        yield from self.chance.sample(known, min(len(known), self.chance.randint(1, most)))


def _said(attribute: str, value: str) -> str:
    """Return a line of LDIF, in Base64 where it must be."""
    if value.isascii():
        return f"{attribute}: {value}"
    return f"{attribute}:: {b64encode(value.encode()).decode()}"
