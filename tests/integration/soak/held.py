"""What a target holds, in one form whatever it is: accounts by an id that stays, and who is in which group."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from servers.slapd import Slapd

from dirsync.sandbox.server import RunningSandbox


class Account(NamedTuple):
    name: str
    mail: str
    display: str
    active: bool


@dataclass(frozen=True)
class Held:
    """What was there at one moment."""

    accounts: dict[str, Account]
    """By the target's immutable id."""
    groups: dict[str, frozenset[str]] = field(default_factory=dict)
    """Name to ids of accounts."""

    def named(self, name: str) -> str:
        """Return the id of an account."""
        return next(number for number, one in self.accounts.items() if one.name == name)


class Place(Protocol):
    """A target, as the people see it who work in it by hand."""

    def held(self) -> Held: ...
    def make(self, name: str, mail: str) -> None: ...
    def put_in(self, group: str, name: str) -> None: ...
    def take_out(self, group: str, name: str) -> None: ...
    def write_mail(self, name: str, mail: str) -> None: ...
    def delete(self, name: str) -> None: ...


@dataclass(frozen=True)
class CrowdPlace:
    """A directory of the emulated Crowd."""

    sandbox: RunningSandbox
    name: str

    @property
    def _directory(self):
        return self.sandbox.state.directory(self.name)

    def held(self) -> Held:
        with self.sandbox.state.lock:
            users = self._directory.users
            return Held(
                {one.key: Account(one.name, one.email, one.display_name, one.active) for one in users.values()},
                {one.name: frozenset(users[name].key for name in one.users) for one in self._directory.groups.values()},
            )

    def make(self, name: str, mail: str) -> None:
        with self.sandbox.state.lock:
            self._directory.add_user(name, {"email": mail, "display_name": name, "active": True})

    def put_in(self, group: str, name: str) -> None:
        with self.sandbox.state.lock:
            self._directory.add_member(group, name)

    def take_out(self, group: str, name: str) -> None:
        with self.sandbox.state.lock:
            self._directory.remove_member(group, name)

    def write_mail(self, name: str, mail: str) -> None:
        with self.sandbox.state.lock:
            self._directory.update_user(name, email=mail)

    def delete(self, name: str) -> None:
        with self.sandbox.state.lock:
            self._directory.remove_user(name)


@dataclass(frozen=True)
class TreePlace:
    """A tree in a real slapd."""

    server: Slapd
    people: str
    groups: str

    def held(self) -> Held:
        found = self.server.search(
            self.server.base,
            "(|(objectClass=inetOrgPerson)(objectClass=groupOfNames))",
            *("entryUUID", "uid", "cn", "mail", "displayName", "member", "pwdAccountLockedTime"),
        )
        entries = [_entry(text) for text in found.split("\n\n") if text.startswith("dn")]
        people = {_plain(entry["dn"][0]): entry for entry in entries if "uid" in entry}
        return Held(
            {
                entry["entryUUID"][0]: Account(
                    entry["uid"][0], entry["mail"][0], entry["displayName"][0], "pwdAccountLockedTime" not in entry
                )
                for entry in people.values()
            },
            {
                entry["cn"][0]: frozenset(
                    people[dn]["entryUUID"][0] for dn in map(_plain, entry["member"]) if dn in people
                )
                for entry in entries
                if "uid" not in entry
            },
        )

    def make(self, name: str, mail: str) -> None:
        self.server.modify(
            f"dn: uid={name},{self.people}\nchangetype: add\nobjectClass: inetOrgPerson\nuid: {name}\ncn: {name}\n"
            f"sn: {name}\ndisplayName: {name}\nmail: {mail}\n"
        )

    def put_in(self, group: str, name: str) -> None:
        self._modify(group, f"add: member\nmember: uid={name},{self.people}")

    def take_out(self, group: str, name: str) -> None:
        self._modify(group, f"delete: member\nmember: uid={name},{self.people}")

    def _modify(self, group: str, what: str) -> None:
        self.server.modify(f"dn: cn={group},{self.groups}\nchangetype: modify\n{what}\n-\n")

    def write_mail(self, name: str, mail: str) -> None:
        self.server.modify(f"dn: uid={name},{self.people}\nchangetype: modify\nreplace: mail\nmail: {mail}\n-\n")

    def delete(self, name: str) -> None:
        held = self.held()
        for group, members in held.groups.items():  # a well-kept tree lists nobody who is not there
            if held.named(name) in members:
                self.take_out(group, name)
        self.server.modify(f"dn: uid={name},{self.people}\nchangetype: delete\n")


def _entry(text: str) -> dict[str, list[str]]:
    entry: dict[str, list[str]] = {}
    for line in text.splitlines():
        name, _, value = line.partition(":")
        is_encoded = value.startswith(":")
        plain = b64decode(value[1:]).decode() if is_encoded else value.strip()
        entry.setdefault(name, []).append(plain)
    return entry


def _plain(dn: str) -> str:
    return dn.lower().replace(", ", ",")
