"""The order of Jira's directories as rules ask about it: who stands where, and what keeps an answer open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from dirsync.audit.access import seen_directories
from dirsync.audit.effective.access import EffectiveAccess
from dirsync.audit.effective.doubts import unread_fact
from dirsync.audit.effective.from_estate import order_of_jira
from dirsync.audit.effective.of_estate import access_in, administrators_of
from dirsync.audit.effective.order import Layer, Order, View
from dirsync.audit.evidence import reads_of
from dirsync.audit.licences import licences
from dirsync.audit.seats import memberships_missing
from dirsync.audit.unread_groups import groups_unread
from dirsync.model.facts import MissingFact, unknown
from dirsync.model.findings import Subject, SubjectKind
from dirsync.model.names import directory_key
from dirsync.model.snapshot import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dirsync.model.entries import User
    from dirsync.model.estate import Audience, Estate, Population
    from dirsync.model.facts import Evidence, Fact

ESTATE: Final = Subject(SubjectKind.ESTATE, "estate")


def jiras_or_any_order(estate: Estate) -> tuple[Order, tuple[Fact[Any], ...]]:
    """Return Jira's order; where nobody tells it, what Jira is known to see, in no order, and what is missing.

    For questions that no order changes, such as how groups nest. The layers are the same whoever asks.
    """
    return estate.once(_jiras_or_any_order)


def _jiras_or_any_order(estate: Estate) -> tuple[Order, tuple[Fact[Any], ...]]:
    try:
        return order_of_jira(estate), ()
    except MissingFact as missing:
        layers = (
            Layer(key, estate.snapshots[key], missing=tuple(memberships_missing(estate, key)))
            for key in seen_directories(estate)
        )
        return Order(tuple(View(layer.directory, (layer,)) for layer in layers)), (missing.fact,)


def access_by_jiras_or_any_order(estate: Estate) -> tuple[EffectiveAccess, tuple[Fact[Any], ...]]:
    """Return who reaches what by Jira's order; where nobody tells that, by none, and what is missing.

    Worked out once for all who ask. Raises `MissingFact` when nobody knows what costs a seat.
    """
    return estate.once(_access_by_jiras_or_any_order)


def _access_by_jiras_or_any_order(estate: Estate) -> tuple[EffectiveAccess, tuple[Fact[Any], ...]]:
    known = licences(estate)
    order, missing = jiras_or_any_order(estate)
    if not missing:
        return access_in(estate), ()
    return EffectiveAccess(order, (*known.applications, administrators_of(estate))), missing


def people_in(estate: Estate, layer: Layer) -> tuple[Population, ...]:
    """Return the populations whose people a layer shows."""
    return tuple(
        each
        for each in estate.populations
        if each.directory == directory_key(layer.directory)
        and (WHOLE in {layer.selection, each.selection} or layer.selection == each.selection)
    )


def audiences_in(estate: Estate, layer: Layer) -> frozenset[Audience]:
    """Return whose people a layer shows."""
    return frozenset(each.audience for each in people_in(estate, layer))


def mapping_in(estate: Estate, layer: Layer) -> str:
    """Return the Mapping of a layer's people; empty where there are several or none."""
    mappings = [each.mapping for each in people_in(estate, layer)]
    return mappings[0] if len(mappings) == 1 else ""


def user_in(layer: Layer, user: User) -> Subject:
    """Return an account of a layer as the subject of a finding."""
    return Subject(SubjectKind.USER, user.username, user.id, directory_key(layer.directory))


def directories_in(layers: Iterable[Layer]) -> tuple[str, ...]:
    """Return the keys of the Directories, each once, in their order."""
    return tuple(dict.fromkeys(directory_key(layer.directory) for layer in layers))


def settings_of(estate: Estate) -> list[Fact[Any]]:
    """Return what is known of the order, as evidence."""
    return [estate.need(name) for name in ("jira.user_directories", "crowd.applications") if estate.has(name)]


def reads_in(estate: Estate, layers: Iterable[Layer]) -> tuple[Evidence, ...]:
    """Return the reads of the layers' Directories as evidence."""
    return reads_of(estate, *directories_in(layers))


def gaps(estate: Estate, layers: Iterable[Layer], groups: Iterable[str] = ()) -> tuple[Fact[Any], ...]:
    """Return what keeps a layer's users and memberships from being all there are, as far as the groups matter."""
    asked = tuple(groups)
    found = [fact for layer in layers for fact in _gaps(estate, layer, asked)]
    return tuple({fact.name: fact for fact in found}.values())


def _gaps(estate: Estate, layer: Layer, groups: tuple[str, ...]) -> Iterator[Fact[Any]]:
    if not layer.is_whole:
        yield unread_fact(layer)
        return
    yield from layer.missing
    yield from groups_unread(estate, directory_key(layer.directory), groups)


def nowhere(order: Order, directory: str) -> bool:
    """Say whether no user directory of Jira, switched on or off, is known to show a Directory."""
    return not any(directory_key(layer.directory) == directory for view in order.views for layer in view.layers)


def without_a_place(directory: str) -> Fact[None]:
    """Return what is missing while nobody says where a Directory stands."""
    return unknown(
        f"directories[{directory}].place",
        f"nobody says which user directory of Jira shows {directory}, so where it stands in the order is not known",
        f"Name '{directory}' or its mapping under jira.user_directories in mappings/estate.yaml, or under the Crowd "
        "application that Jira uses (crowd.applications).",
    )
