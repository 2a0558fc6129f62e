"""How Crowd's administrative interfaces draw applications, mappings and directories (reference notes, 8.2 and 8.3).

Only the fields of the documented samples are drawn. What an application's mapping looks like is not established: the
fields are those of the published class DirectoryMappingEntity, and the groups beside them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dirsync.sandbox.crowd.directory import Directory
    from dirsync.sandbox.seed import SeedCrowdApplication, SeedCrowdDirectory, SeedCrowdMapping

Data = dict[str, Any]
FIRST_APPLICATION = 2
"""Crowd's own console is number 1."""


def server_info(version: str, base: str) -> Data:
    """Describe the server."""
    return {
        "version": version,
        "deploymentTitle": "dirsync sandbox",
        "buildNumber": int(version.split(".", maxsplit=1)[0]) * 100,
        "baseUrl": base,
        "deploymentType": "DATACENTER",
    }


def application(number: int, seed: SeedCrowdApplication) -> Data:
    """Draw an application as the list of the documented interface has it: mappings and filters are not filled."""
    return {
        "id": number,
        "name": seed.name,
        "description": "",
        "type": seed.type,
        "active": seed.active,
        "aliasingEnabled": False,
        "lowercaseOutput": False,
        "aggregateMemberships": seed.aggregate_memberships,
        "cachedDirectoriesAuthenticationOrderOptimisation": False,
        "directoryMappings": None,
        "filteringUsersWithAccessEnabled": None,
        "filteringGroupsWithAccessEnabled": None,
    }


def older_application(
    number: int, seed: SeedCrowdApplication, mappings: Sequence[tuple[Directory, SeedCrowdMapping]]
) -> Data:
    """Draw an application as `appmanagement` does."""
    return {
        "id": number,
        "name": seed.name,
        "active": seed.active,
        "type": seed.type,
        "password": {"value": seed.password},
        "directoryMappings": [mapping(directory, mapped) for directory, mapped in mappings],
    }


def mapping(directory: Directory, seed: SeedCrowdMapping) -> Data:
    """Draw a directory as an application sees it."""
    return {
        "directoryId": directory.number,
        "authenticateAll": seed.allow_all_to_authenticate,
        "allowedOperations": sorted(seed.allowed_operations),
        "groupMappings": [{"groupName": name} for name in seed.authorised_groups],
    }


def access_based_synchronization(seed: SeedCrowdApplication) -> Data:
    """Draw which people and groups an application is shown."""
    is_filtered = bool(seed.access_based_sync)
    return {
        "filteringUsersWithAccessEnabled": is_filtered,
        "filteringGroupsWithAccessEnabled": seed.access_based_sync == "users-and-groups",
    }


def directory(directory: Directory, seed: SeedCrowdDirectory) -> Data:
    """Draw a directory. Only one that is fetched from elsewhere has a synchronisation."""
    drawn: Data = {
        "id": directory.number,
        "name": seed.name,
        "type": seed.type.upper(),
        "active": seed.active,
        "allowedOperations": sorted(directory.allowed_operations),
    }
    if seed.synchronised:
        drawn["synchronisation"] = {"isSynchronising": False, "syncEnd": seed.synchronised, "syncStatus": "SUCCESS"}
    return drawn


def page(records: Sequence[Data], start: int, limit: int) -> Data:
    """Draw one page of a list."""
    shown = records[start : start + limit]
    return {
        "values": list(shown),
        "size": len(shown),
        "start": start,
        "limit": limit,
        "isLastPage": start + limit >= len(records),
    }


def wrapped(drawn: object, entity: str) -> object:
    """Draw an element, or each of a list, inside the name of its class, with hyphens instead of capitals."""
    if isinstance(drawn, list):
        return [wrapped(element, entity) for element in drawn]
    return {entity: hyphenated(drawn)} if isinstance(drawn, dict) else drawn


def hyphenated(drawn: object) -> Any:  # noqa: ANN401 - JSON in, JSON out
    """Write the names of fields with hyphens; lists of names get an element of their own."""
    if isinstance(drawn, dict):
        return {_hyphens(name): _with_element(name, value) for name, value in drawn.items()}
    return [hyphenated(element) for element in drawn] if isinstance(drawn, list) else drawn


def _hyphens(name: str) -> str:
    return re.sub("([A-Z])", lambda found: f"-{found[1].lower()}", name)


def _with_element(name: str, value: object) -> object:
    # As XML has it: <allowed-operations><allowed-operation>…
    if isinstance(value, list) and value:
        return {_hyphens(name.removesuffix("s")): hyphenated(value)}
    return hyphenated(value)


def plugin_application(
    number: int, seed: SeedCrowdApplication, mappings: Iterable[tuple[Directory, SeedCrowdMapping]]
) -> Data:
    """Draw an application as the plug-in does, password included: a client must cope with being handed it."""
    filter_of = {False: "NO_FILTERING", "users-and-groups": "USER_AND_GROUP_FILTERING"}
    return {
        "id": number,
        "name": seed.name,
        "active": seed.active,
        "type": seed.type.removesuffix("_APPLICATION"),
        "password": seed.password,
        "directoryMappings": [
            {
                "directoryName": directory.name,
                "authenticationAllowAll": mapped.allow_all_to_authenticate,
                "authenticationGroups": [] if mapped.allow_all_to_authenticate else sorted(mapped.authorised_groups),
                "autoAssignmentGroups": sorted(mapped.default_groups),
                "allowedOperations": sorted(mapped.allowed_operations),
            }
            for directory, mapped in mappings
        ],
        "accessBasedSynchronisation": filter_of.get(seed.access_based_sync, "USER_ONLY_FILTERING"),
        "membershipAggregationEnabled": seed.aggregate_memberships,
        "remoteAddresses": list(seed.remote_addresses or []),
    }


def plugin_directory(directory: Directory, seed: SeedCrowdDirectory) -> Data:
    """Draw a directory as the plug-in does."""
    drawn: Data = {
        "id": directory.number,
        "name": seed.name,
        "type": {"connector": "ldap"}.get(seed.type, seed.type),
        "active": seed.active,
        "permissions": {
            name: operation in directory.allowed_operations for name, operation in PLUGIN_PERMISSIONS.items()
        },
    }
    if seed.type != "internal":
        drawn["server"] = {"url": "ldap://ldap.example.org", "bindDn": "cn=crowd", "bindPassword": "sandbox-ldap-bind"}
    return drawn


PLUGIN_PERMISSIONS: Mapping[str, str] = {
    "addUser": "CREATE_USER",
    "addGroup": "CREATE_GROUP",
    "modifyUser": "UPDATE_USER",
    "modifyGroup": "UPDATE_GROUP",
    "modifyUserAttributes": "UPDATE_USER_ATTRIBUTE",
    "modifyGroupAttributes": "UPDATE_GROUP_ATTRIBUTE",
    "removeUser": "DELETE_USER",
    "removeGroup": "DELETE_GROUP",
}
