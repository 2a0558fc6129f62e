"""Whole estates: real directories, real databases, the emulated products, and the real command line."""

from __future__ import annotations

from typing import Any

from servers.workplace import Ran

DEFAULT_GROUP, HOLDS = "customer-default-group-grants-application-access", "customer-holds-application-access"


def states(ran: Ran) -> dict[str, str]:
    """Return what became of every rule."""
    return {rule["rule"]: rule["state"] for rule in ran.document["rules"]}


def undecided(ran: Ran) -> list[tuple[str, str]]:
    """Return what could not be decided, with the reason."""
    found = (one for one in ran.document["findings"] if one["verdict"] == "unknown")
    return [(one["rule"], one["message"]) for one in found]


def failing(ran: Ran) -> list[str]:
    """Return the rules that fail, each once."""
    return sorted({one["rule"] for one in ran.document["findings"] if one["verdict"] == "fail"})


def path(ran: Ran, rule: str) -> list[str]:
    """Return the path of the one failure of a rule."""
    [found] = ran.findings(rule, "fail")
    shown: list[Any] = found["path"]
    return shown


def person(base: str, uid: str) -> str:
    """Return the entry of somebody below ou=people."""
    return (
        f"dn: uid={uid},ou=people,{base}\nobjectClass: inetOrgPerson\nuid: {uid}\ncn: {uid}\nsn: {uid}\n"
        f"mail: {uid}@example.org\n\n"
    )


def unit(base: str, name: str) -> str:
    """Return the record of an organizational unit of a slapd."""
    return f"dn: ou={name},{base}\nobjectClass: organizationalUnit\nou: {name}\n\n"
