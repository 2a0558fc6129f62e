"""Crowd's administration: reached, the user known to it and allowed to see it, and which interface it has.

Which rules are lost without it the check of facts says, which knows what other routes tell.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from dirsync.errors import NotThatProduct
from dirsync.facts.crowd_admin import version_from
from dirsync.facts.crowd_admin_paths import ADMIN, OLDER
from dirsync.facts.crowd_admin_refusals import PRODUCT_HEADER, accepted
from dirsync.http import HttpClient
from dirsync.operations.doctor.interface import ok, warn
from dirsync.operations.doctor.live_http import certificate, skew
from dirsync.settings.products import CROWD_ADMIN, product_endpoint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.http import Answer, Endpoint
    from dirsync.operations.doctor.interface import Remark, Surroundings
    from dirsync.settings.models import CrowdAdminSettings

_ONE = {"start": "0", "limit": "1"}


def crowd_admin(name: str, settings: CrowdAdminSettings, given: Surroundings) -> Iterator[Remark]:
    """Ask for one application; raises what a refusal means. Nothing where only the database is asked."""
    if settings.url is None:
        return
    endpoint = product_endpoint(CROWD_ADMIN, settings)
    yield from certificate(name, endpoint, given)
    with HttpClient(endpoint) as client:
        answer = client.send("GET", f"{ADMIN}/application", _ONE)
        if answer.status != HTTPStatus.NOT_FOUND:
            accepted(answer)
            version = _version(client.send("GET", f"{ADMIN}/server-info"))
            yield ok(name, f"{version} at {endpoint.url} shows '{endpoint.username}' its administration.")
        else:
            yield _without_admin(name, answer, client.send("GET", f"{OLDER}/application"), endpoint)
    yield from skew(name, answer, given)


def _version(answer: Answer) -> str:
    """Return what Crowd calls itself; some versions do not say."""
    return f"Crowd {version_from(answer)}" if answer.is_success else "Crowd"


def _without_admin(name: str, answer: Answer, older: Answer, endpoint: Endpoint) -> Remark:
    """Say what is left where the documented interface is not there: it came with Crowd 3.1 (crowd-rest.md 8)."""
    instead = f"Set {endpoint.setting('DATABASE_URL')}, or declare crowd.applications in mappings/estate.yaml."
    if older.status != HTTPStatus.NOT_FOUND:
        accepted(older)
        what = f"{_called(older)} at {endpoint.url} has only the older interface {OLDER}, which tells less."
        return warn(name, what, instead)
    if PRODUCT_HEADER not in answer.headers:
        raise NotThatProduct(
            f"{answer.question} and {older.question} answered HTTP 404, and not in the way of Crowd.",
            f"Check {endpoint.setting('URL')}: it ends where Crowd's path ends, as in https://crowd.example.com/crowd.",
        )
    what = f"{_called(answer)} at {endpoint.url} has no administrative interface (HTTP 404), so it tells nothing."
    return warn(name, what, f"{instead} Then take {endpoint.setting('URL')} out.")


def _called(answer: Answer) -> str:
    """Return what Crowd calls itself in its header, as one harmless word."""
    told = answer.headers.get(PRODUCT_HEADER, "Crowd")[:40]
    return "".join(character for character in told if character.isprintable())
