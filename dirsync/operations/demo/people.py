"""The demo's people: a made-up company directory as LDIF, whole, and as an export that broke off."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import NAMESPACE_DNS, uuid5

if TYPE_CHECKING:
    from collections.abc import Iterator

BASE = "dc=example,dc=org"
AGENTS = ("agent.day", "agent.night", "agent.weekend", "agent.lead")
BRANCHES = ("north", "south", "west")
CUSTOMERS = 36


def whole_directory() -> str:
    """Return the directory as it is on the first night."""
    return _ldif(CUSTOMERS)


def broken_export() -> str:
    """Return the same directory as an export that ended early wrote it: valid LDIF, and most customers gone."""
    return _ldif(CUSTOMERS // 9)


def customer(number: int) -> str:
    """Return the username of a customer."""
    return f"{BRANCHES[number % len(BRANCHES)]}.buyer{number:02d}"


def _ldif(customers: int) -> str:
    return "\n\n".join(_entries(customers)) + "\n"


def _entries(customers: int) -> Iterator[str]:
    yield f"dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\ndc: example\no: Example"
    for unit in ("agents", "customers", "groups"):
        yield f"dn: ou={unit},{BASE}\nobjectClass: organizationalUnit\nou: {unit}"
    for username in AGENTS:
        yield _person("agents", username, "Agent", username.partition(".")[2].title())
    people = [customer(number) for number in range(customers)]
    for username in people:
        branch, _, buyer = username.partition(".")
        yield _person("customers", username, buyer.title(), branch.title())
    yield _group("jsm-agents", "agents", list(AGENTS))
    for branch in BRANCHES:
        members = [username for username in people if username.startswith(branch)]
        if members:
            yield _group(f"portal-{branch}", "customers", members)


def _person(unit: str, username: str, first_name: str, last_name: str) -> str:
    return (
        f"dn: uid={username},ou={unit},{BASE}\nobjectClass: inetOrgPerson\nuid: {username}\n"
        f"entryUUID: {uuid5(NAMESPACE_DNS, username)}\n"
        f"givenName: {first_name}\nsn: {last_name}\ncn: {first_name} {last_name}\nmail: {username}@example.org"
    )


def _group(name: str, unit: str, members: list[str]) -> str:
    lines = "\n".join(f"member: uid={username},ou={unit},{BASE}" for username in members)
    return (
        f"dn: cn={name},ou=groups,{BASE}\nobjectClass: groupOfNames\ncn: {name}\n"
        f"entryUUID: {uuid5(NAMESPACE_DNS, 'group ' + name)}\n{lines}"
    )
