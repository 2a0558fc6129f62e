"""Questions about Jira's applications, and setting their groups (reference notes on Jira, 1 and 3.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse

from dirsync.sandbox.jira import replies
from dirsync.sandbox.jira.calls import JiraRefusal

if TYPE_CHECKING:
    from starlette.responses import Response

    from dirsync.sandbox.jira.calls import JiraCall
    from dirsync.sandbox.seed_jira import SeedJiraApplication

RAW_LICENSE = "SANDBOX-RAW-LICENSE-that-nobody-may-log"
DAY = 24 * 60 * 60 * 1000


def application_roles(call: JiraCall) -> Response:
    """Return the licensed applications."""
    _require_roles(call)
    return _all_roles(call)


def application_role(call: JiraCall) -> Response:
    """Return one licensed application."""
    _require_roles(call)
    return _one_role(call, _licensed(call, call.parts[0]))


def set_application_roles(call: JiraCall) -> Response:
    """Replace the groups of the applications in the body; those left out stay as they are."""
    _require_roles(call)
    given = call.json()
    if not isinstance(given, list):
        raise JiraRefusal(400, "The body must be a list of application roles.")
    changes = [(_licensed(call, str(_object(each).get("key", ""))), each) for each in given]
    _refuse_stale(call)
    for application, change in changes:
        _set_groups(call, application, change)
    return _all_roles(call)


def set_application_role(call: JiraCall) -> Response:
    """Replace the groups of one application; key and name in the body are ignored."""
    _require_roles(call)
    application = _licensed(call, call.parts[0])
    change = _object(call.json())
    _refuse_stale(call)
    _set_groups(call, application, change)
    return _one_role(call, _licensed(call, application.key))


def installed(call: JiraCall) -> Response:
    """Return an installed application with its licence, as Jira's own administration pages ask for it."""
    application = _installed(call)
    described = {"key": application.key, "name": application.name or application.key}
    return JSONResponse({**described, "version": call.jira.settings.version, "license": _license(call, application)})


def license_of(call: JiraCall) -> Response:
    """Return the licence of an installed application; it carries the licence's own text, a secret."""
    return JSONResponse(_license(call, _installed(call)))


def _installed(call: JiraCall) -> SeedJiraApplication:
    if not call.is_administrator:
        raise JiraRefusal(401, "Client must be authenticated as an administrator")
    return _licensed(call, call.parts[0])


def _license(call: JiraCall, application: SeedJiraApplication) -> dict[str, Any]:
    expiry = call.jira.clock() // DAY * DAY + 365 * DAY
    return {
        "valid": True,
        "evaluation": False,
        "maximumNumberOfUsers": -1 if application.is_unlimited else application.seats,
        "licenseType": "COMMERCIAL",
        "expiryDate": expiry,
        "organizationName": "Example organisation",
        "dataCenter": True,
        "subscription": True,
        "rawLicense": RAW_LICENSE,
        "expired": False,
        "supportEntitlementNumber": "SEN-0000000",
        "enterprise": False,
        "active": True,
        "autoRenewal": False,
    }


def _require_roles(call: JiraCall) -> None:
    if not call.jira.has_application_roles:
        raise JiraRefusal(404, f"Jira {call.jira.settings.version} has no application roles; they came with 7.0.")
    call.require_administrator()


def _licensed(call: JiraCall, key: str) -> SeedJiraApplication:
    application = call.jira.application(key)
    if application is None:
        raise JiraRefusal(404, f"No application role with key '{key}' exists.")
    return application


def _object(given: object) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise JiraRefusal(400, "An application role must be an object.")
    return given


def _refuse_stale(call: JiraCall) -> None:
    given = call.request.headers.get("If-Match")
    if given is not None and given.removeprefix("W/").strip('"') != call.jira.version_hash():
        raise JiraRefusal(412, "The application roles have been changed since they were read.")


def _set_groups(call: JiraCall, application: SeedJiraApplication, change: dict[str, Any]) -> None:
    groups = _names(change, "groups", application.groups)
    default_groups = _names(change, "defaultGroups", application.default_groups)
    for name in (*groups, *default_groups):
        if not call.jira.has_group(name):
            raise JiraRefusal(400, f"The group '{name}' does not exist.")
    call.jira.set_groups(application.key, groups, default_groups)


def _names(change: dict[str, Any], key: str, otherwise: list[str]) -> list[str]:
    given = change.get(key, otherwise)
    if not isinstance(given, list) or not all(isinstance(name, str) for name in given):
        raise JiraRefusal(400, f"{key} must be a list of group names.")
    return given


def _all_roles(call: JiraCall) -> Response:
    roles = [replies.application_role(call.jira, each) for each in call.jira.settings.applications]
    return JSONResponse(roles, headers=_etag(call))


def _one_role(call: JiraCall, application: SeedJiraApplication) -> Response:
    return JSONResponse(replies.application_role(call.jira, application), headers=_etag(call))


def _etag(call: JiraCall) -> dict[str, str]:
    return {"ETag": f'"{call.jira.version_hash()}"'}
