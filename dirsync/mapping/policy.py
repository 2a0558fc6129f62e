"""The mappings folder as a whole: every file read, every reference checked, every mistake reported at once."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from dirsync.errors import ConfigurationInvalid, Mistake
from dirsync.mapping.checked import DeclaredEstate, Mapping
from dirsync.mapping.document import Document, read_document, validate
from dirsync.mapping.estate_file import EstateFile
from dirsync.mapping.mapping import MappingFile
from dirsync.mapping.references import unknown_directories, wrong_in_waivers, wrong_references
from dirsync.mapping.together import places_of, together
from dirsync.mapping.waiver_entry import WaiverEntry, WaiverFile
from dirsync.model.waivers import Waiver

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from collections.abc import Mapping as MappingType
    from pathlib import Path

    from dirsync.model.estate import Population

LINE_END = b"\n"
ESTATE = "estate"
WAIVERS = "waivers"
"""Files of these names (`.yaml` or `.yml`) are no mappings."""


@dataclass(frozen=True)
class Policy:
    """Everything the mappings folder says."""

    mappings: tuple[Mapping, ...]
    estate: DeclaredEstate | None
    waivers: tuple[Waiver, ...]
    digest: str
    """Over the files' bytes: two runs with equal digests had equal policies."""
    shows: MappingType[str, str]
    """Every Mapping's name, chosen or not, to the Directory in which the products see its people."""
    only: tuple[str, ...] = ()
    """The Mappings asked for by name; empty when all are."""
    used_by: MappingType[str, frozenset[str]] = field(default_factory=dict)
    """A Directory's key to the names of all Mappings that read it or write to it, chosen or not."""

    def mapping(self, name: str) -> Mapping:
        """Return a Mapping by name; it was checked to be there."""
        return next(mapping for mapping in self.mappings if mapping.name == name)

    def carried_out(self) -> tuple[Mapping, ...]:
        """Return the Mappings whose targets are planned for and written to.

        Under `only` those are what must be carried out together with one asked for. A Mapping that is here because
        another one leaves out its people is read and audited, and nobody asked for its own target to be touched.
        """
        groups = together(self.mappings)
        names = {name for group in groups if not self.only or {*group} & {*self.only} for name in group}
        return tuple(mapping for mapping in self.mappings if mapping.name in names)

    def without(self, names: Collection[str]) -> Policy:
        """Return what there is to do when whole groups of Mappings are left to another run; something must be left."""
        only = tuple(name for name in self.only or [mapping.name for mapping in self.mappings] if name not in {*names})
        return replace(self, mappings=_wanted(self.mappings, only), only=only)

    def read_as(self, directory: str) -> str:
        """Return what the store calls what is read of a Directory: its key, unless Mappings that use it are left out.

        A part says nothing of the whole, and holds fewer people.
        """
        used_by = frozenset(one.name for one in self.mappings if directory in {one.source, one.target})
        is_whole = used_by == self.used_by.get(directory, used_by)
        return directory if is_whole else f"{directory} for {', '.join(sorted(used_by))}"

    def populations(self) -> tuple[Population, ...]:
        """Return the people of every Mapping, in the order of the Mappings' names."""
        return tuple(mapping.population() for mapping in self.mappings)


def load_policy(folder: Path, kinds: MappingType[str, str], only: Sequence[str] = ()) -> Policy:
    """Read and check a mappings folder against the Directories of the settings (key to kind).

    `only` narrows to Mappings by name; the others are still checked. Raises `ConfigurationInvalid`.
    """
    mistakes: list[Mistake] = []
    digest = hashlib.sha256()
    mappings: list[Mapping] = []
    estate: DeclaredEstate | None = None
    waivers: list[tuple[Document, Sequence[WaiverEntry]]] = []
    unusable: set[str] = set()
    for path in _files(folder):
        document = Document(str(path))
        try:
            raw = path.read_bytes()
            digest.update(path.name.encode() + b"\0" + raw + b"\0")
            document = read_document(text_of(raw, str(path)), str(path))
            if path.stem == ESTATE:
                estate = DeclaredEstate(validate(document, EstateFile), document)
            elif path.stem == WAIVERS:
                waivers.append((document, validate(document, WaiverFile).waivers))
            else:
                _refuse_what_if(document)
                content = validate(document, MappingFile)
                mappings.append(Mapping(content, document))
                waivers.append((document, content.waivers))
        except ConfigurationInvalid as error:
            unusable |= {path.stem, _name_in(document)}
            mistakes += [*error.mistakes, *unknown_directories(document, kinds)]
        except OSError as error:
            unusable.add(path.stem)
            mistakes.append(Mistake(str(path), f"can't be read: {error.strerror}"))
    if not mappings and not mistakes:
        mistakes.append(Mistake(str(folder), "holds no mapping file; write one, or let 'dirsync init' write samples"))
    mappings.sort(key=lambda mapping: mapping.name)
    mistakes += wrong_references(mappings, estate, kinds, only, unusable)
    names = [*(mapping.name for mapping in mappings), *unusable]
    mistakes += [wrong for document, entries in waivers for wrong in wrong_in_waivers(entries, document, names)]
    if mistakes:
        raise ConfigurationInvalid(mistakes)
    shows = {mapping.name: mapping.population().directory for mapping in mappings}
    accepted = tuple(waiver for document, entries in waivers for waiver in _waivers(entries, document))
    digested = digest.hexdigest()[:16]
    return Policy(_wanted(mappings, only), estate, accepted, digested, shows, tuple(only), _used_by(mappings))


def _files(folder: Path) -> list[Path]:
    try:
        if folder.is_dir():
            found = sorted(path for path in folder.iterdir() if path.suffix.lower() in {".yaml", ".yml"})
            files = [path for path in found if path.is_file()]
        else:
            how = "Name another with --mappings DIR, or run 'dirsync init'"
            what = f"no such folder; it must hold your mapping files. {how}"
            raise ConfigurationInvalid([Mistake(str(folder), what)])
    except OSError as error:
        raise ConfigurationInvalid([Mistake(str(folder), f"can't be read: {error.strerror}")]) from None
    for name in (ESTATE, WAIVERS):
        of_one_kind = [path for path in files if path.stem == name]
        if len(of_one_kind) > 1:
            what = f"stands beside {of_one_kind[0].name}; keep one of them"
            raise ConfigurationInvalid([Mistake(str(of_one_kind[1]), what)])
    return files


def _refuse_what_if(document: Document) -> None:
    """Say of a file of `audit --what-if` what it is, instead of all that a mapping has and it has not."""
    if isinstance(document.data, dict) and "suppose" in document.data and "source" not in document.data:
        what = (
            "is a what-if file, and here every file is a mapping; move it out of this folder and name it to --what-if"
        )
        raise ConfigurationInvalid([Mistake(document.place("suppose", of_key=True), what)])


def _name_in(document: Document) -> str:
    """Return what a file that can't be used calls itself, as far as that can be told."""
    return str(document.data.get("name", "")) if isinstance(document.data, dict) else ""


def text_of(raw: bytes, name: str) -> str:
    """Return the text of a file. Raises `ConfigurationInvalid` with the place of what is no UTF-8."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        where = f"{name}:{before.count(LINE_END) + 1}:{len(before) - before.rfind(LINE_END)}"
        what = f"is not UTF-8 (byte 0x{raw[error.start]:02x}); save the file as UTF-8"
        raise ConfigurationInvalid([Mistake(where, what)]) from None


def _used_by(mappings: Iterable[Mapping]) -> dict[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for mapping in mappings:
        for directory in {mapping.source, mapping.target} - {""}:
            found[directory].add(mapping.name)
    return {directory: frozenset(names) for directory, names in found.items()}


def _wanted(mappings: Sequence[Mapping], only: Sequence[str]) -> tuple[Mapping, ...]:
    """Narrow to the named Mappings, those that write into the same place, and those whose people they leave out.

    Whether somebody is missing from a target, or from an organisation, can only be said with everything that feeds it;
    and who is left out only with the Mapping that takes them.
    """
    if not only:
        return tuple(mappings)
    wanted: set[str] = set()
    named = set(only)
    while named - wanted:
        wanted |= named
        chosen = [mapping for mapping in mappings if mapping.name in wanted]
        places = frozenset[str]().union(*map(places_of, chosen))
        named = {mapping.content.source.users.except_mapping for mapping in chosen} - {""}
        named |= {mapping.name for mapping in mappings if places_of(mapping) & places}
    return tuple(mapping for mapping in mappings if mapping.name in wanted)


def parse_mapping(text: str, name: str) -> Mapping:
    """Check one mapping on its own, without its references. Raises `ConfigurationInvalid`."""
    document = read_document(text, name)
    return Mapping(validate(document, MappingFile), document)


def parse_estate(text: str, name: str) -> DeclaredEstate:
    """Check one estate file on its own, without its references. Raises `ConfigurationInvalid`."""
    document = read_document(text, name)
    return DeclaredEstate(validate(document, EstateFile), document)


def _waivers(entries: Iterable[WaiverEntry], document: Document) -> Iterator[Waiver]:
    for index, entry in enumerate(entries):
        yield Waiver(source=document.line("waivers", index), **entry.model_dump())
