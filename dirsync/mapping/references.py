"""Names in the mappings folder that must name something: Directories of the settings, other Mappings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.errors import Mistake
from dirsync.mapping.conditions import wrong_conditions
from dirsync.mapping.organizations import wrong_organizations
from dirsync.mapping.places import wrong_places
from dirsync.mapping.wording import did_you_mean
from dirsync.model.names import directory_key, same

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from collections.abc import Mapping as MappingType

    from pydantic import BaseModel

    from dirsync.mapping.checked import DeclaredEstate, Mapping
    from dirsync.mapping.document import Document
    from dirsync.mapping.waiver_entry import WaiverEntry


def wrong_references(
    mappings: Sequence[Mapping],
    estate: DeclaredEstate | None,
    kinds: MappingType[str, str],
    only: Sequence[str] = (),
    unusable: Collection[str] = (),
) -> Iterator[Mistake]:
    """Yield every name in the files that names nothing, with its place and what was probably meant.

    `unusable` are the names of mappings whose own mistakes are told already: they are there, so nobody who names
    them is wrong.
    """
    names = [*(mapping.name for mapping in mappings), *unusable]
    for mapping in mappings:
        others = [one.document.line("name") for one in mappings if one.name == mapping.name and one is not mapping]
        if others:
            what = f"mapping '{mapping.name}' stands at {' and '.join(others)} too; give each a name of its own"
            yield Mistake(mapping.document.place("name"), what)
        yield from _wrong_source(mapping, kinds)
        yield from wrong_conditions(mapping, kinds)
        yield from _wrong_target(mapping, kinds)
        yield from wrong_places(mapping, mappings, kinds)
        yield from wrong_organizations(mapping, kinds)
        yield from _wrong_exception(mapping, mappings, names)
    for name in only:
        if name not in names:
            yield Mistake("--only", f"there is no mapping '{name}'{did_you_mean(name, names)}")
    if estate:
        yield from _wrong_in_estate(estate, names, kinds)


def wrong_in_waivers(entries: Sequence[WaiverEntry], document: Document, mappings: Sequence[str]) -> Iterator[Mistake]:
    """Yield every waiver that names a mapping which isn't there. What else it names, only the audit can find."""
    for index, entry in enumerate(entries):
        if entry.mapping and not any(same(entry.mapping, name) for name in mappings):
            hint = did_you_mean(entry.mapping, mappings) or "; correct the name, or delete the waiver"
            yield Mistake(document.place("waivers", index, "mapping"), f"there is no mapping '{entry.mapping}'{hint}")


def unknown_directories(document: Document, kinds: MappingType[str, str]) -> Iterator[Mistake]:
    """Yield the unknown Directories of a mapping file that has other mistakes too, so that all are told at once."""
    for part in ("source", "target"):
        section = document.data.get(part) if isinstance(document.data, dict) else None
        name = section.get("directory") if isinstance(section, dict) else None
        if isinstance(name, str) and name and (why := _unknown_directory(name, kinds)):
            yield Mistake(document.place(part, "directory"), why)


def _unknown_directory(name: str, kinds: MappingType[str, str]) -> str:
    if directory_key(name) in kinds:
        return ""
    variable = f"DIRSYNC_DIRECTORIES__{directory_key(name).upper()}__KIND"
    missing = f"; no directory is set up yet: fill in {variable} and what goes with it in dirsync.env"
    named = f"; the settings name {', '.join(sorted(kinds))} (DIRSYNC_DIRECTORIES__…)" if kinds else missing
    hint = did_you_mean(directory_key(name), kinds) or named
    return f"unknown directory '{name}'{hint}"


def _wrong_source(mapping: Mapping, kinds: MappingType[str, str]) -> Iterator[Mistake]:
    source, place = mapping.content.source, mapping.document.place
    if why := _unknown_directory(source.directory, kinds):
        yield Mistake(place("source", "directory"), why)
        return
    kind = kinds[mapping.source]
    if kind == "ldap" and not source.users.base:
        yield Mistake(
            place("source", of_key=True),
            f"'source.users.base' is missing: '{source.directory}' is an LDAP directory,"
            " so say where its people are, e.g. base: ou=people,dc=example,dc=com",
        )
    if kind == "ldap" and source.groups and not source.groups.base:
        yield Mistake(
            place("source", "groups", of_key=True),
            f"'source.groups.base' is missing: '{source.directory}' is an LDAP directory,"
            " so say where its groups are, e.g. base: ou=groups,dc=example,dc=com",
        )
    if kind in {"crowd", "jira"}:
        for part in ("users", "groups"):
            if getattr(getattr(source, part), "base", ()):
                what = f"a directory of kind {kind} has no base; leave it out"
                yield Mistake(place("source", part, "base", of_key=True), what)
            if kind == "jira" and getattr(getattr(source, part), "filter", None):
                what = "a directory that Jira holds is taken whole; leave the filter out"
                yield Mistake(place("source", part, "filter", of_key=True), what)


def _wrong_target(mapping: Mapping, kinds: MappingType[str, str]) -> Iterator[Mistake]:
    target, where = mapping.content.target, mapping.document.place("target", "directory")
    if target is None:
        return
    if why := _unknown_directory(target.directory, kinds):
        yield Mistake(where, why)
    elif mapping.target == mapping.source:
        yield Mistake(where, "the target is the source; name another directory")


def _wrong_exception(mapping: Mapping, mappings: Sequence[Mapping], names: Sequence[str]) -> Iterator[Mistake]:
    other = mapping.content.source.users.except_mapping
    where = mapping.document.place("source", "users", "except_mapping")
    named = [candidate for candidate in mappings if candidate.name == other]
    if other and other not in names:
        yield Mistake(where, f"there is no mapping '{other}'{did_you_mean(other, names)}")
    elif other == mapping.name:
        yield Mistake(where, "a mapping can't except its own people; name another one")
    elif circle := _circle(mapping.name, {m.name: m.content.source.users.except_mapping for m in mappings}):
        yield Mistake(where, f"mappings except each other in a circle ({circle}); one of them must stand alone")
    elif named and named[0].source != mapping.source:
        yield Mistake(where, f"mapping '{other}' reads another directory, so nobody can be in both")


def _circle(name: str, exceptions: MappingType[str, str]) -> str:
    """Return how a mapping comes to except itself, or an empty string."""
    seen = [name]
    while (following := exceptions.get(seen[-1], "")) and following not in seen:
        seen.append(following)
    return " > ".join([*seen, name]) if following == name else ""


def _wrong_in_estate(estate: DeclaredEstate, names: Sequence[str], kinds: MappingType[str, str]) -> Iterator[Mistake]:
    content, place = estate.content, estate.document.place
    shown: list[tuple[tuple[str | int, ...], BaseModel]] = []
    if content.jira and content.jira.user_directories:
        shown += [(("jira", "user_directories", i), entry) for i, entry in enumerate(content.jira.user_directories)]
    if content.crowd:
        shown += [(("crowd", "directories", i), entry) for i, entry in enumerate(content.crowd.directories or ())]
        for i, application in enumerate(content.crowd.applications or ()):
            entries = enumerate(application.directories or ())
            shown += [(("crowd", "applications", i, "directories", j), entry) for j, entry in entries]
    for path, entry in shown:
        mapping, directory = str(getattr(entry, "mapping", "")), str(getattr(entry, "directory", ""))
        if mapping and mapping not in names:
            yield Mistake(place(*path, "mapping"), f"there is no mapping '{mapping}'{did_you_mean(mapping, names)}")
        if directory and (why := _unknown_directory(directory, kinds)):
            yield Mistake(place(*path, "directory"), why)
