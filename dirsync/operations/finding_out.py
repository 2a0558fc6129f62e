"""What servers tell to anybody who asks: the kind of an LDAP server and its bases, the versions of Crowd and Jira."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from dirsync.directories.build import ldap_connection
from dirsync.directories.crowd.client import BASE
from dirsync.directories.crowd.refusals import PRODUCT_HEADER
from dirsync.directories.ldap.asking import Questions
from dirsync.directories.ldap.connection import connected
from dirsync.directories.ldap.dialects import dialect_of
from dirsync.directories.ldap.page_loop import LineBroken
from dirsync.directories.ldap.wire.results import PAGED_RESULTS
from dirsync.errors import DirsyncError, Unreachable, UsageInvalid
from dirsync.facts.jira_answers import version_from
from dirsync.facts.jira_questions import API
from dirsync.facts.jira_refusals import accepted
from dirsync.http import Endpoint, HttpClient
from dirsync.model.visible import visible
from dirsync.settings.models import JiraSettings, LdapSettings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dirsync.directories.ldap.dialects.interface import Dialect

PATIENCE: Final = 5.0
"""Seconds for a connection, and for each wait: what answers only later is written down as silent."""
UNREACHED: Final = "could not be reached: "
"""Said once, where the error says so too."""
_SHOWN: Final = 200
_NO_PEOPLE: Final = re.compile(
    r"(cn=(config|schema|configuration|changelog|monitor|accesslog)\b.*|o=netscaperoot|dc=(domain|forest)dnszones,.*)",
    re.IGNORECASE,
)
"""Naming contexts that servers keep beside those of people."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom to ask; an empty URL is nobody."""

    ldap: str = ""
    crowd: str = ""
    jira: str = ""
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class LdapFound:
    """What an LDAP server told, or why it did not."""

    what: str
    """One sentence for a person, harmless in a comment."""
    dialect: Dialect | None = None
    base: str = ""
    """The naming context that holds people, as far as its name tells; empty where there is none, or several."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was told; one sentence each for Crowd and Jira, empty where nobody was asked."""

    ldap: LdapFound | None = None
    crowd: str = ""
    jira: str = ""


def check_wanted(wanted: Wanted) -> None:
    """Raise `UsageInvalid` for an address that is none; it is not repeated, since it may hold a password."""
    settings: tuple[tuple[str, str, Callable[[], object]], ...] = (
        ("--ldap", wanted.ldap, lambda: LdapSettings(kind="ldap", url=wanted.ldap)),
        ("--crowd", wanted.crowd, lambda: JiraSettings(url=wanted.crowd)),
        ("--jira", wanted.jira, lambda: JiraSettings(url=wanted.jira)),
    )
    for option, url, make in settings:
        try:
            _ = make() if url else None
        except ValidationError as error:
            why = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
            raise UsageInvalid(f"{option}: the address {why}.", f"Write {option} anew.") from None
    if wanted.ca_file is not None and not wanted.ca_file.is_file():
        raise UsageInvalid(f"--ca-file: there is no file {wanted.ca_file}.", "Name the PEM file of your authority.")


def find_out(wanted: Wanted) -> Found:
    """Ask everybody side by side, without any password. Never raises for a server that does not answer."""
    with ThreadPoolExecutor(max_workers=3) as workers:
        ldap = workers.submit(_ldap, wanted) if wanted.ldap else None
        crowd = workers.submit(_told, _crowd, wanted.crowd, wanted) if wanted.crowd else None
        jira = workers.submit(_told, _jira, wanted.jira, wanted) if wanted.jira else None
        return Found(ldap.result() if ldap else None, crowd.result() if crowd else "", jira.result() if jira else "")


def _ldap(wanted: Wanted) -> LdapFound:
    settings = LdapSettings(
        kind="ldap", url=wanted.ldap, ca_file=wanted.ca_file, connect_timeout=PATIENCE, read_timeout=PATIENCE
    )
    try:
        with connected(ldap_connection("corp", settings)) as line:
            root = Questions(line, line.settings).root_dse()
            address = str(line.settings.address)
    except (DirsyncError, LineBroken) as error:
        return LdapFound(_harmless(f"{wanted.ldap} {_silence(error, 'anything')}"))
    dialect = dialect_of(root)
    product = f"{root.vendor} {root.version}".strip()
    people = [context for context in root.naming_contexts if context and not _NO_PEOPLE.fullmatch(context)]
    pages = "offers pages" if PAGED_RESULTS in root.controls else "does not say that it offers pages"
    bases = f"holds {'; '.join(people)}" if people else "does not say what it holds"
    what = f"{address} is {product or 'a server without a name'}, spoken to as {dialect.name}; it {bases}; it {pages}"
    return LdapFound(_harmless(what), dialect, people[0] if len(people) == 1 else "")


def _told(ask: Callable[[HttpClient], str], url: str, wanted: Wanted) -> str:
    endpoint = Endpoint(
        name=url,
        url=url,
        ca_file=wanted.ca_file,
        connect_timeout=PATIENCE,
        read_timeout=PATIENCE,
        retry_seconds=0,
    )
    try:
        with HttpClient(endpoint) as client:
            return _harmless(f"{url} is {ask(client)}")
    except DirsyncError as error:
        return _harmless(f"{url} {_silence(error, 'its version')}")


def _crowd(client: HttpClient) -> str:
    """Ask for anything: whoever refuses says who refuses (crowd-rest.md 1)."""
    told = client.send("GET", f"{BASE}/search").headers.get(PRODUCT_HEADER, "")
    return told.replace("/", " ", 1) if told else "not known to be Crowd: its answer does not say so"


def _jira(client: HttpClient) -> str:
    return f"Jira {version_from(accepted(client.send('GET', f'{API}/serverInfo')))}"


def _silence(error: DirsyncError | LineBroken, what: str) -> str:
    message = error.message if isinstance(error, DirsyncError) else str(error)
    if isinstance(error, Unreachable | LineBroken):
        return f"{UNREACHED}{message.partition(UNREACHED)[2] or message}"
    return f"did not tell {what} without a login: {message}"


def _harmless(text: str) -> str:
    """Return one line, whatever a server has put into it."""
    return visible(" ".join(text.split()))[:_SHOWN].rstrip(".") + "."
