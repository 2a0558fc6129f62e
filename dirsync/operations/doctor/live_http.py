"""Crowd and Jira: reached, known to them, allowed to ask, and agreed on the time."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from dirsync.directories.build import crowd_endpoint
from dirsync.directories.crowd.client import CrowdClient
from dirsync.directories.crowd.refusals import refusal_of_crowd
from dirsync.facts.jira_answers import account_permissions_from, version_from
from dirsync.facts.jira_questions import API
from dirsync.facts.jira_refusals import accepted
from dirsync.http import HttpClient
from dirsync.http.certificate import certificate_of
from dirsync.operations.doctor.certificates import validity
from dirsync.operations.doctor.interface import ok, warn
from dirsync.settings.products import JIRA, product_endpoint

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from dirsync.http import Answer, Endpoint
    from dirsync.operations.doctor.interface import Remark, Surroundings
    from dirsync.settings.models import CrowdSettings, JiraSettings

MOST_SKEW = 60
"""Seconds that clocks may differ. Evidence is dated by ours, tokens and certificates by theirs."""
_ONE_USER = {"entity-type": "user", "start-index": "0", "max-results": "1"}
_ADMINISTRATIVE = ("ADMINISTER", "SYSTEM_ADMIN")


def crowd(name: str, settings: CrowdSettings, given: Surroundings) -> Iterator[Remark]:
    """Ask for one user: what is refused says by itself whether it is the password, the address or a right."""
    endpoint = crowd_endpoint(name, settings)
    yield from certificate(name, endpoint, given)
    with CrowdClient(endpoint) as client:
        answer = client.send("GET", "/search", _ONE_USER)
        if not answer.is_success:
            raise refusal_of_crowd(answer)
        yield ok(name, f"{client.server} knows the application '{settings.application}' and lets it read.")
    yield from skew(name, answer, given)


def jira(name: str, settings: JiraSettings, given: Surroundings) -> Iterator[Remark]:
    """Ask who Jira is and what we may do there; which facts that costs, the check of facts says.

    Nothing where only the database is asked.
    """
    if settings.url is None:
        return
    endpoint = product_endpoint(JIRA, settings)
    yield from certificate(name, endpoint, given)
    with HttpClient(endpoint) as client:
        answer = accepted(client.send("GET", f"{API}/serverInfo"))
        yield ok(name, f"Jira {version_from(answer)} at {endpoint.url}.")
        yield from skew(name, answer, given)
        held = account_permissions_from(accepted(client.send("GET", f"{API}/mypermissions")))
    yield _rights(name, held)


def _rights(name: str, held: Collection[str]) -> Remark:
    mine = [permission for permission in _ADMINISTRATIVE if permission in held]
    if mine:
        return ok(name, f"this account holds {' and '.join(mine)}.")
    return warn(
        name,
        "knows this account, which may not administer Jira: application access and group members stay unknown.",
        "Give it the global permission 'Jira Administrators', or declare the facts in mappings/estate.yaml.",
    )


def certificate(name: str, endpoint: Endpoint, given: Surroundings) -> Iterator[Remark]:
    """Say until when the server's certificate holds; nothing where there is none."""
    shown = certificate_of(endpoint)
    if shown:
        yield validity(name, shown, given.now(), "Have the server's certificate renewed.")


def skew(name: str, answer: Answer, given: Surroundings) -> Iterator[Remark]:
    """Compare clocks by the answer's Date, which is of whole seconds (RFC 9110, 6.6.1)."""
    try:
        theirs = parsedate_to_datetime(answer.headers.get("Date", ""))
    except ValueError:
        yield warn(name, "its answers bear no date, so clocks can't be compared.", "See what stands before it.")
        return
    theirs = theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)
    seconds = round((given.now() - theirs).total_seconds())
    if abs(seconds) > MOST_SKEW:
        ahead = "ahead of" if seconds > 0 else "behind"
        what = f"this machine's clock is {abs(seconds):,} s {ahead} the server's."
        yield warn(name, what, "Set both machines' clocks by NTP.")
    else:
        yield ok(name, "its clock and ours agree.")
