"""The order of Jira's user directories, made of what is known of them; what nobody told keeps all its values."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from dirsync.audit.crowd import unsaid
from dirsync.audit.effective.order import EITHER, EVERYBODY, NO, YES, Admission, Filtering, Layer, Order, View, unread
from dirsync.audit.seats import memberships_missing
from dirsync.model.facts import MissingFact
from dirsync.model.names import directory_key, same
from dirsync.model.products import DirectoryMode, DirectoryType
from dirsync.model.snapshot import WHOLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from dirsync.model.estate import Estate
    from dirsync.model.facts import Fact
    from dirsync.model.products import CrowdApplication, CrowdDirectory, JiraDirectory

T = TypeVar("T")
ADD_USER = "CREATE_USER"
"""Crowd's word for the permission Add User."""


def order_of_jira(estate: Estate) -> Order:
    """Return Jira's user directories in their order; raise `MissingFact` when nobody lists them.

    That nested groups are enabled is assumed unless a fact `jira.user_directories[NAME].nested_groups` says no: it is
    the reading that costs seats, and `Cause.NESTED` counts whom it concerns.
    """
    return estate.once(_order_of_jira)


def _order_of_jira(estate: Estate) -> Order:
    return Order(tuple(_view(estate, known) for known in estate.jira_directories()))


def order_of_crowd(estate: Estate, application: CrowdApplication) -> Order:
    """Return what a Crowd application shows, in its order, as any client of it sees it.

    Raises `MissingFact` when nobody says which directories those are.
    """
    told = _Told(estate, f"crowd.applications[{application.name}]")
    if application.directories is None:
        raise MissingFact(unsaid(application))
    return Order((_crowd_view(estate, application.name, application, application.directories, told),))


@dataclass
class _Told:
    """Asks for the settings below one name, and notes what is missing."""

    estate: Estate
    name: str
    missing: list[Fact[Any]] = field(default_factory=list)

    def ask(self, leaf: str, read: Callable[[Any], T], unknown: T) -> T:
        """Return what a setting says, or what stands for "nobody told"."""
        try:
            return read(self.estate.need(f"{self.name}.{leaf}").value)
        except MissingFact as missing:
            self.missing.append(missing.fact)
            return unknown

    def switch(self, leaf: str) -> tuple[bool, ...]:
        """Return the possible values of a switch."""
        return self.ask(leaf, lambda value: YES if value else NO, EITHER)


def _view(estate: Estate, known: JiraDirectory) -> View:
    told = _Told(estate, f"jira.user_directories[{known.name}]")
    nested = f"{told.name}.nested_groups"
    view = replace(
        _content(estate, known, told),
        is_active=told.switch("active"),
        is_writable=told.ask("mode", lambda mode: YES if mode == DirectoryMode.READ_WRITE else NO, EITHER),
        nests=NO if estate.has(nested) and not estate.need(nested).value else YES,
    )
    return replace(view, missing=(*view.missing, *told.missing))


def _content(estate: Estate, known: JiraDirectory, told: _Told) -> View:
    """Return what a user directory shows: what its Crowd application does, else the Directory that is named for it."""
    application = _crowd_application(estate, known)
    if application and application.directories is not None:
        crowd = _Told(estate, f"crowd.applications[{application.name}]")
        return _crowd_view(estate, known.name, application, application.directories, crowd)
    layer = _named(estate, known)
    if known.type is DirectoryType.CROWD:
        layer = replace(
            layer, admission=None, grants_add_user=EITHER, default_groups=None, directory_default_groups=None
        )
        return View(known.name, (layer,))
    # Jira's internal directory has no such setting ("Configuring the internal directory").
    given = () if known.type is DirectoryType.INTERNAL else told.ask("default_groups", tuple, None)
    return View(known.name, (layer,), default_groups=given)


def _named(estate: Estate, known: JiraDirectory) -> Layer:
    """Return the Directory that shows what Jira sees there; unread where nobody names one."""
    if not known.directory:
        return _nobodys(estate, known.name, "Jira")
    people = (each.selection for each in estate.populations if each.mapping == known.mapping)
    return _layer(estate, known.directory, next(people, WHOLE))


def _nobodys(estate: Estate, name: str, product: str) -> Layer:
    """Return what there is of a product's directory for which nobody names a Directory: nothing that was read.

    That a Directory happens to have the same name does not make it the one.
    """
    taken = {*estate.snapshots, *(people.directory for people in estate.populations)}
    directory = f"{name} (as {product} calls it)" if directory_key(name) in taken else name
    return Layer(directory, unread(directory))


def _layer(estate: Estate, directory: str, selection: str = WHOLE) -> Layer:
    key = directory_key(directory)
    snapshot = estate.snapshots.get(key)
    missing = tuple(memberships_missing(estate, key)) if snapshot else ()
    return Layer(directory, snapshot or unread(directory), selection, missing=missing)


def _crowd_application(estate: Estate, known: JiraDirectory) -> CrowdApplication | None:
    if known.type is not DirectoryType.CROWD or not estate.has("crowd.applications"):
        return None
    applications: tuple[CrowdApplication, ...] = estate.need("crowd.applications").value
    return next((each for each in applications if same(each.name, known.crowd_application)), None)


def _crowd_view(
    estate: Estate, name: str, application: CrowdApplication, directories: tuple[str, ...], told: _Told
) -> View:
    # Those that nobody shows may stand anywhere in the order: on top they may mask everybody.
    layers = [_nobodys(estate, each, "Crowd") for each in application.unattributed]
    layers += [_crowd_layer(estate, directory, told) for directory in dict.fromkeys(directories)]
    has_several = len(layers) > 1
    return View(
        name,
        tuple(layers),
        aggregates=told.switch("aggregate_memberships") if has_several else NO,
        filterings=told.ask("access_based_sync", _filterings, tuple(Filtering)),
        missing=tuple(told.missing),
    )


def _filterings(is_on: bool) -> tuple[Filtering, ...]:  # noqa: FBT001 - a fact's value
    """Return what the switch may mean: the fact does not tell whether groups are hidden too."""
    return (Filtering.USERS, Filtering.USERS_AND_GROUPS) if is_on else (Filtering.NONE,)


def _crowd_layer(estate: Estate, directory: str, told: _Told) -> Layer:
    leaf = f"directories[{directory}]"
    itself = _of_the_directory(estate, directory, told)
    levels = (told.ask(f"{leaf}.allowed_operations", tuple, None), itself("allowed_operations"))
    grants = [None if known is None else ADD_USER in known for known in levels]
    return replace(
        _layer(estate, directory),
        admission=_admission(told, leaf),
        # Both levels must grant it ("Specifying directory permissions", x/1o01E).
        grants_add_user=NO if False in grants else EITHER if None in grants else YES,
        default_groups=told.ask(f"{leaf}.default_groups", tuple, None),
        directory_default_groups=itself("default_groups"),
    )


def _of_the_directory(estate: Estate, directory: str, told: _Told) -> Callable[[str], tuple[str, ...] | None]:
    """Return how to ask for what is true of a Crowd directory in every application: it may be told in two places."""
    known: tuple[CrowdDirectory, ...] = (
        estate.need("crowd.directories").value if estate.has("crowd.directories") else ()
    )
    names = [f"crowd.directories[{each.name}]" for each in known if each.directory == directory_key(directory)]

    def ask(leaf: str) -> tuple[str, ...] | None:
        for name in names:
            if estate.has(f"{name}.{leaf}"):
                return tuple(estate.need(f"{name}.{leaf}").value)
        return told.ask(f"directories[{directory}].directory_{leaf}", tuple, None)

    return ask


def _admission(told: _Told, leaf: str) -> Admission | None:
    lets_all_in = told.ask(f"{leaf}.allow_all_to_authenticate", bool, None)
    if lets_all_in:
        return EVERYBODY
    groups = told.ask(f"{leaf}.authorised_groups", tuple, None)
    return None if lets_all_in is None or groups is None else Admission(groups)
