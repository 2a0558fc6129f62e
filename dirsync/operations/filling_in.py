"""The samples with what was found out put into them, each with a comment that says where it comes from."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from dirsync.directories.ldap.dialects.active_directory import ACTIVE_DIRECTORY
from dirsync.operations.examples import STILL_A_SAMPLE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from dirsync.operations.finding_out import Found, LdapFound, Wanted

SAMPLE_BASE: Final = "dc=example,dc=com"
_SAMPLE_FILTER: Final = "filter: (objectClass=inetOrgPerson)"
_LDAP, _CROWD = "DIRSYNC_DIRECTORIES__CORP__", "DIRSYNC_DIRECTORIES__CROWD_CUSTOMERS__"
_OTHER_CROWD: Final = "DIRSYNC_DIRECTORIES__CROWD_AGENTS__"
_PLAIN: Final = re.compile(r"[A-Za-z0-9=,. _-]+")
_SOURCE: Final = "  directory: corp"


def filled_settings(sample: str, wanted: Wanted, found: Found, on: date) -> str:
    """Return the settings file with the addresses that were given, and above them what was found there."""
    text = sample
    ca_file = str(wanted.ca_file) if wanted.ca_file else ""

    def _for(url: str) -> str:
        return ca_file if url.lower().startswith("https:") else ""

    if found.ldap:
        head = [_comment(found.ldap.what, on), *_attributes(found.ldap)]
        text = _switched_on(
            text, {f"{_LDAP}KIND": "ldap", f"{_LDAP}URL": wanted.ldap, f"{_LDAP}CA_FILE": ca_file}, head
        )
    if found.crowd:
        customers = {f"{_CROWD}KIND": "crowd", f"{_CROWD}URL": wanted.crowd, f"{_CROWD}CA_FILE": _for(wanted.crowd)}
        text = _switched_on(text, customers, [_comment(found.crowd, on), *_agents(wanted, _for(wanted.crowd))])
    if found.jira:
        jira = {"DIRSYNC_JIRA__URL": wanted.jira, "DIRSYNC_JIRA__CA_FILE": _for(wanted.jira)}
        text = _switched_on(text, jira, [_comment(found.jira, on)])
    return text


def filled_mapping(sample: str, found: Found, on: date) -> str:
    """Return a mapping with the base and the defaults of the LDAP server; as it is where nothing is known of one."""
    ldap = found.ldap
    if ldap is None or ldap.dialect is None or _SOURCE not in sample:
        return sample
    lines = []
    for line in sample.splitlines():
        told = line
        if ldap.base and SAMPLE_BASE in line:
            told = _with_base(line, ldap.base)
        if ldap.dialect is ACTIVE_DIRECTORY and line.strip() == _SAMPLE_FILTER:
            told = line.replace(_SAMPLE_FILTER, f"filter: {ldap.dialect.user_filter}")
        lines.append(told)
        if line.startswith(_SOURCE):
            lines += [f"  {comment}" for comment in (_comment(ldap.what, on), *_attributes(ldap))]
    return "\n".join([STILL_A_SAMPLE.rstrip(), *lines]) + "\n"


def _with_base(line: str, base: str) -> str:
    key, _, value = line.partition("base: ")
    whole = value.strip().replace(SAMPLE_BASE, base)
    return f"{key}base: {whole if _PLAIN.fullmatch(whole) else json.dumps(whole, ensure_ascii=False)}"


def _attributes(ldap: LdapFound) -> Iterator[str]:
    """Yield what the mappings' empty fields mean on this server."""
    dialect = ldap.dialect
    if dialect is None:
        return
    people, groups = dialect.attributes, dialect.group_attributes
    yield (
        f"# What a mapping leaves out means here: people {dialect.user_filter}, id {people.id}, username"
        f" {people.username}, email {people.email};"
    )
    members = " and ".join(groups.member)
    yield f"# groups {dialect.group_filter}, id {groups.id}, name {groups.name}, members {members}."


def _agents(wanted: Wanted, ca_file: str) -> Iterator[str]:
    """Yield the second Crowd application that the samples speak of: usermanagement names no directory."""
    yield f"{_OTHER_CROWD}KIND=crowd"
    yield f"{_OTHER_CROWD}URL={wanted.crowd}"
    yield f"#{_OTHER_CROWD}APPLICATION=dirsync-agents"
    yield f"#{_OTHER_CROWD}PASSWORD_FILE=/run/secrets/crowd-agents"
    if ca_file:
        yield f"{_OTHER_CROWD}CA_FILE={_quoted(ca_file)}"


def _switched_on(text: str, values: dict[str, str], head: list[str]) -> str:
    """Take the # off the lines of these settings, give them values, and put `head` above the first of them."""
    told: list[str] = []
    is_begun = False
    for line in text.splitlines():
        name = line.removeprefix("#").partition("=")[0]
        if values.get(name):
            told += [] if is_begun else head
            is_begun = True
            told.append(f"{name}={_quoted(values[name])}")
        else:
            told.append(line)
    return "\n".join(told) + "\n"


def _quoted(value: str) -> str:
    return value if re.fullmatch(r"[A-Za-z0-9_./:%@\[\]-]+", value) else json.dumps(value, ensure_ascii=False)


def _comment(what: str, on: date) -> str:
    return f"# Asked by 'dirsync init' on {on.isoformat()}: {what}"
