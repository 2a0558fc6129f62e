"""Names in the mappings folder that must name something: Directories of the settings, other Mappings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.errors import Mistake
from dirsync.mapping.document import did_you_mean
from dirsync.model.names import directory_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Mapping as MappingType

    from pydantic import BaseModel

    from dirsync.mapping.policy import DeclaredEstate, Mapping


def wrong_references(
    mappings: Sequence[Mapping], estate: DeclaredEstate | None, kinds: MappingType[str, str], only: Sequence[str]
) -> Iterator[Mistake]:
    """Yield every name in the files that names nothing, with its place and what was probably meant."""
    names = [mapping.name for mapping in mappings]
    for mapping in mappings:
        if names.count(mapping.name) > 1:
            yield Mistake(mapping.document.place("name"), f"another file has a mapping named '{mapping.name}' too")
        yield from _wrong_in_mapping(mapping, mappings, kinds)
    for name in only:
        if name not in names:
            yield Mistake("--only", f"there is no mapping '{name}'{did_you_mean(name, names)}")
    if estate:
        yield from _wrong_in_estate(estate, names, kinds)


def _unknown_directory(name: str, kinds: MappingType[str, str]) -> str:
    if directory_key(name) in kinds:
        return ""
    known = ", ".join(sorted(kinds)) or "none"
    return (
        f"unknown directory '{name}'{did_you_mean(directory_key(name), kinds)};"
        f" the settings name {known} (DIRSYNC_DIRECTORIES__…)"
    )


def _wrong_in_mapping(mapping: Mapping, mappings: Sequence[Mapping], kinds: MappingType[str, str]) -> Iterator[Mistake]:
    yield from _wrong_source(mapping, kinds)
    yield from _wrong_target(mapping, kinds)
    yield from _wrong_exception(mapping, mappings)


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
    if kind in {"crowd", "jira"}:
        for part in ("users", "groups"):
            if getattr(getattr(source, part), "base", ()):
                what = f"a directory of kind {kind} has no base; leave it out"
                yield Mistake(place("source", part, "base", of_key=True), what)


def _wrong_target(mapping: Mapping, kinds: MappingType[str, str]) -> Iterator[Mistake]:
    target, where = mapping.content.target, mapping.document.place("target", "directory")
    if target is None:
        return
    if why := _unknown_directory(target.directory, kinds):
        yield Mistake(where, why)
    elif mapping.target == mapping.source:
        yield Mistake(where, "the target is the source; name another directory")


def _wrong_exception(mapping: Mapping, mappings: Sequence[Mapping]) -> Iterator[Mistake]:
    other = mapping.content.source.users.except_mapping
    where = mapping.document.place("source", "users", "except_mapping")
    named = [candidate for candidate in mappings if candidate.name == other]
    if other and not named:
        hint = did_you_mean(other, [candidate.name for candidate in mappings])
        yield Mistake(where, f"there is no mapping '{other}'{hint}")
    elif other and _excepts_itself(mapping.name, {m.name: m.content.source.users.except_mapping for m in mappings}):
        yield Mistake(where, f"mappings '{mapping.name}' and '{other}' except each other; one of them must stand alone")
    elif named and named[0].source != mapping.source:
        yield Mistake(where, f"mapping '{other}' reads another directory, so nobody can be in both")


def _excepts_itself(name: str, exceptions: MappingType[str, str]) -> bool:
    seen: set[str] = set()
    following = exceptions.get(name, "")
    while following and following not in seen:
        if following == name:
            return True
        seen.add(following)
        following = exceptions.get(following, "")
    return bool(following)


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
