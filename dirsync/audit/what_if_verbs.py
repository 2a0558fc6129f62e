"""What one supposition makes of the Estate: which facts would be other ones, and what that is in words.

Names are looked for in the Estate, as Jira and Crowd compare them; one that is not there is told with what was probably
meant. What is not known can be set, but nothing can be added to it or taken from it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dirsync.audit.evidence import sentences
from dirsync.mapping.wording import did_you_mean
from dirsync.model.facts import MissingFact
from dirsync.model.names import directory_key, fold, same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from dirsync.mapping.what_if_file import (
        SupposedAccess,
        SupposedAggregation,
        SupposedDefaultGroup,
        SupposedMode,
        Supposition,
    )
    from dirsync.model.estate import Estate, Population
    from dirsync.model.products import CrowdApplication, JiraApplication

APPLICATIONS = "jira.applications"
USER_DIRECTORIES = "jira.user_directories"
CROWD_APPLICATIONS = "crowd.applications"
Groups = tuple[str, ...]


class Impossible(Exception):
    """Raised where something can't be supposed: at which keys of the supposition, and why."""

    def __init__(self, path: tuple[str, ...], why: str) -> None:
        super().__init__(why)
        self.path = path
        self.why = why


@dataclass(frozen=True)
class Alteration:
    """What a supposition would change."""

    text: str
    """In words, without a full stop."""
    values: Mapping[str, Any]
    """Name of a fact to its value."""
    population: Population | None = None
    """The people of a Mapping, as it would be."""


def altered(estate: Estate, supposition: Supposition) -> Alteration:
    """Return what a supposition would change. Raises `Impossible`."""
    verb = supposition.chosen(0)
    try:
        return _VERBS[verb](estate, getattr(supposition, verb))
    except MissingFact as missing:
        known = sentences((missing.fact.why, missing.fact.remedy))
        raise Impossible((verb,), f"what would become of it can't be said. {known}") from None


def _default_group(estate: Estate, asked: SupposedDefaultGroup) -> Alteration:
    place = asked.chosen(1)
    leaves, where = _PLACES[place](estate, asked)
    text = f"default group '{asked.add or asked.remove}' {_done(asked.add)} {where}{_if_nowhere(estate, asked.add)}"
    if place == "jira_application":
        return Alteration(text, _application(estate, asked.jira_application, place, _defaults(asked)))
    if place == "mapping":
        people = next(each for each in estate.populations if same(each.mapping, asked.mapping))
        given = _moved(people.default_groups, asked.add, asked.remove, ("default_group", "remove"))
        return Alteration(text, {}, replace(people, default_groups=given))
    known = [leaf for leaf in leaves if estate.has(leaf)] or leaves[:1]
    return Alteration(
        text,
        {
            leaf: _moved(tuple(estate.need(leaf).value), asked.add, asked.remove, ("default_group", "remove"))
            for leaf in known
        },
    )


def _defaults(asked: SupposedDefaultGroup) -> Callable[[JiraApplication], JiraApplication]:
    def change(known: JiraApplication) -> JiraApplication:
        if known.default_groups is None:
            why = f"nobody says what the default groups of {known.key} are; let dirsync ask Jira, or declare them"
            raise Impossible(("default_group", "jira_application"), why)
        given = _moved(known.default_groups, asked.add, asked.remove, ("default_group", "remove"))
        return replace(known, default_groups=given)

    return change


def _of_jira_application(_: Estate, asked: SupposedDefaultGroup) -> tuple[list[str], str]:
    return [], f"of the Jira application {asked.jira_application}"


def _of_mapping(estate: Estate, asked: SupposedDefaultGroup) -> tuple[list[str], str]:
    names = [people.mapping for people in estate.populations]
    return [], f"of the mapping {_found(asked.mapping, names, 'mapping', ('default_group', 'mapping'))}"


def _of_user_directory(estate: Estate, asked: SupposedDefaultGroup) -> tuple[list[str], str]:
    name = _user_directory(estate, asked.user_directory, ("default_group", "user_directory"))
    return [f"{USER_DIRECTORIES}[{name}].default_groups"], f"of Jira's user directory '{name}'"


def _of_crowd_directory(estate: Estate, asked: SupposedDefaultGroup) -> tuple[list[str], str]:
    """Return where it may be known: beside the directory itself, and in each application that shows it."""
    path = ("default_group", "crowd_directory")
    directory = directory_key(asked.crowd_directory)
    entries = estate.need("crowd.directories").value if estate.has("crowd.directories") else ()
    applications = estate.need(CROWD_APPLICATIONS).value if estate.has(CROWD_APPLICATIONS) else ()
    shown = {*(entry.directory for entry in entries), *(each for known in applications for each in _shows(known))}
    _found(directory, sorted(shown - {""}), "directory of Crowd", path)
    leaves = [f"crowd.directories[{entry.name}].default_groups" for entry in entries if entry.directory == directory]
    leaves += [
        f"{CROWD_APPLICATIONS}[{known.name}].directories[{directory}].directory_default_groups"
        for known in applications
        if directory in _shows(known)
    ]
    return leaves, f"of the Crowd directory {directory}"


def _of_crowd_application(estate: Estate, asked: SupposedDefaultGroup) -> tuple[list[str], str]:
    known = _crowd_application(estate, asked.crowd_application, ("default_group", "crowd_application"))
    shown = sorted(_shows(known))
    if not asked.directory and len(shown) != 1:
        why = f"name the 'directory' too: '{known.name}' shows {', '.join(shown) or 'nobody knows what'}"
        raise Impossible(("default_group",), why)
    wanted = directory_key(asked.directory or shown[0])
    directory = _found(wanted, shown, f"directory of '{known.name}'", ("default_group", "directory"))
    leaf = f"{CROWD_APPLICATIONS}[{known.name}].directories[{directory}].default_groups"
    return [leaf], f"of the Crowd application '{known.name}' for {directory}"


_PLACES: Mapping[str, Callable[[Estate, SupposedDefaultGroup], tuple[list[str], str]]] = {
    "jira_application": _of_jira_application,
    "crowd_directory": _of_crowd_directory,
    "crowd_application": _of_crowd_application,
    "user_directory": _of_user_directory,
    "mapping": _of_mapping,
}
"""Where a default group stands: the facts that tell it, and that in words."""


def _application_access(estate: Estate, asked: SupposedAccess) -> Alteration:
    def change(known: JiraApplication) -> JiraApplication:
        path = ("application_access", "revoke")
        return replace(known, groups=_moved(known.groups, asked.grant, asked.revoke, path))

    values = _application(estate, asked.application, "application", change)
    verb = "granted to" if asked.grant else "revoked from"
    text = f"access to {asked.application} {verb} '{asked.grant or asked.revoke}'{_if_nowhere(estate, asked.grant)}"
    return Alteration(text, values)


def _directory_order(estate: Estate, asked: tuple[str, ...]) -> Alteration:
    known = estate.jira_directories()
    by_name = {fold(each.name): each for each in known}
    order = [_user_directory(estate, name, ("directory_order",)) for name in asked]
    left_out = [each.name for each in known if each.name not in order]
    if left_out:
        why = f"{_quoted(left_out)} {'is' if len(left_out) == 1 else 'are'} left out; name every user directory of Jira"
        raise Impossible(("directory_order",), why)
    value = tuple(by_name[fold(name)] for name in order)
    return Alteration(f"Jira's user directories in the order {_quoted(order)}", {USER_DIRECTORIES: value})


def _aggregation(estate: Estate, asked: SupposedAggregation) -> Alteration:
    known = _crowd_application(estate, asked.crowd_application, ("aggregation", "crowd_application"))
    leaf = f"{CROWD_APPLICATIONS}[{known.name}].aggregate_memberships"
    return Alteration(f"aggregation of '{known.name}' {asked.becomes}", {leaf: asked.becomes == "on"})


def _mode(estate: Estate, asked: SupposedMode) -> Alteration:
    name = _user_directory(estate, asked.user_directory, ("mode", "user_directory"))
    return Alteration(f"mode of '{name}' {asked.becomes}", {f"{USER_DIRECTORIES}[{name}].mode": asked.becomes})


_VERBS: Mapping[str, Callable[[Estate, Any], Alteration]] = {
    "default_group": _default_group,
    "application_access": _application_access,
    "directory_order": _directory_order,
    "aggregation": _aggregation,
    "mode": _mode,
}


def _application(
    estate: Estate, key: str, named_by: str, change: Callable[[JiraApplication], JiraApplication]
) -> dict[str, Any]:
    applications = estate.applications()
    path = ("default_group" if named_by == "jira_application" else "application_access", named_by)
    found = _found(key, [known.key for known in applications], "Jira application", path)
    return {APPLICATIONS: tuple(change(known) if known.key == found else known for known in applications)}


def _user_directory(estate: Estate, name: str, path: tuple[str, ...]) -> str:
    return _found(name, [known.name for known in estate.jira_directories()], "user directory of Jira", path)


def _crowd_application(estate: Estate, name: str, path: tuple[str, ...]) -> CrowdApplication:
    applications: tuple[CrowdApplication, ...] = estate.need(CROWD_APPLICATIONS).value
    found = _found(name, [known.name for known in applications], "Crowd application", path)
    return next(known for known in applications if known.name == found)


def _shows(known: CrowdApplication) -> frozenset[str]:
    return frozenset(known.directories or ())


def _moved(groups: Groups, added: str, removed: str, path: tuple[str, str]) -> Groups:
    """Return the groups with one more, or one less."""
    named = any(same(group, added or removed) for group in groups)
    if added:
        return groups if named else (*groups, added)
    if not named:
        there = f"; there {'is' if len(groups) == 1 else 'are'} {_quoted(groups)}" if groups else "; there is none"
        raise Impossible(path, f"no such group stands there: '{removed}'{did_you_mean(removed, groups) or there}")
    return tuple(group for group in groups if not same(group, removed))


def _found(name: str, names: Iterable[str], what: str, path: tuple[str, ...]) -> str:
    """Return a name as the Estate has it."""
    known = list(names)
    found = next((each for each in known if same(each, name)), None)
    if found is None:
        there = f"; there {'is' if len(known) == 1 else 'are'} {_quoted(known)}" if known else "; none is known"
        raise Impossible(path, f"there is no {what} '{name}'{did_you_mean(name, known) or there}")
    return found


def _done(added: str) -> str:
    return "added to those" if added else "removed from those"


def _if_nowhere(estate: Estate, group: str) -> str:
    """Return a remark on a group that nobody was seen to have: it may be mistyped, and then nothing comes of it."""
    if not group or any(snapshot.group_named(group) for snapshot in estate.snapshots.values()):
        return ""
    return ", though no directory that was read has a group of that name"


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
