"""Which dirsync Directory shows which of Crowd's own directories.

Crowd's REST interface for applications names no directory, so a Directory of kind crowd is known by what its Crowd
application is mapped to: it shows a directory of Crowd if that is the only active one there. That it is the same Crowd
the address says; a read looks at the keys of users besides, which begin with the directory's number
(`directories/crowd/attribution`). What that can't tell, estate.yaml may: by the name of the
directory in Crowd, or by an application that shows one directory and is declared to show one Directory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from dirsync.model.facts import Fact, FactState
from dirsync.model.names import fold, same

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dirsync.facts.crowd_admin_told import Told, ToldDirectory
    from dirsync.model.products import CrowdApplication, CrowdDirectory

REMEDY = "Name '{}' as the directory of its entry under crowd.directories in mappings/estate.yaml."


@dataclass(frozen=True, slots=True)
class CrowdView:
    """A Directory of kind crowd as the settings have it: what one Crowd application shows."""

    directory: str
    """Its key."""
    application: str
    url: str = ""
    """Where that application asks."""


@dataclass(frozen=True, slots=True)
class Tie:
    """A Directory that shows a directory of Crowd, and who says so."""

    directory: str
    mapping: str = ""
    """The Mapping by which a declaration names the Directory."""
    declared: Fact[Any] | None = None
    """The declaration it rests on; None when Crowd itself told."""


@dataclass(frozen=True, slots=True)
class Open:
    """Why nobody can say what a Directory of kind crowd shows."""

    why: str
    remedy: str
    is_final: bool = False
    """True where a declaration can't help: what is known speaks against any one directory of this Crowd."""


@dataclass
class Ties:
    """What is known of which Directory shows which directory of Crowd."""

    by_directory: dict[str, list[Tie]] = field(default_factory=dict)
    """Crowd's own name of a directory, folded, to what shows it."""
    open: dict[str, Open] = field(default_factory=dict)
    """By key, the Directories of kind crowd of which that can't be said."""
    shown: dict[str, str] = field(default_factory=dict)
    """Key of a Directory of kind crowd to Crowd's own name of the directory it shows, where Crowd itself tells."""
    _pairs: list[tuple[str, Tie]] = field(default_factory=list)

    def of(self, directory: ToldDirectory) -> tuple[Tie, ...]:
        """Return what shows a directory of Crowd."""
        return tuple(self.by_directory.get(fold(directory.name), ()))

    def shown_by(self, directory: str) -> tuple[str, Tie]:
        """Return what a Directory shows that is not open, by Crowd's own name, and who says so."""
        return next((shown, tie) for shown, tie in self._pairs if tie.directory == directory)

    def add(self, directory: ToldDirectory, tie: Tie) -> None:
        """Note a tie, unless that Directory is tied to it already."""
        known = self.by_directory.setdefault(fold(directory.name), [])
        if all(other.directory != tie.directory for other in known):
            known.append(tie)
            self._pairs.append((directory.name, tie))


def attribute(told: Told, views: Sequence[CrowdView], declared: Mapping[str, Fact[Any]], url: str) -> Ties:
    """Tie Directories to Crowd's directories; `declared` are the facts of estate.yaml, `url` is who told."""
    ties = Ties()
    for view in views:
        problem = _tie_view(told, view, url, ties)
        if problem:
            ties.open[view.directory] = problem
    for directory, tie in (*_named(told, declared), *_single(told, declared)):
        # What a Directory of kind crowd shows is settled by its own application; a declaration can't make it another.
        unsaid = ties.open.get(tie.directory)
        if tie.directory not in ties.shown and not (unsaid and unsaid.is_final):
            ties.add(directory, tie)
            ties.open.pop(tie.directory, None)
    return ties


def _tie_view(told: Told, view: CrowdView, url: str, ties: Ties) -> Open | None:
    """Tie one Directory to what its application shows, or return why that can't be said."""
    remedy = REMEDY.format(view.directory)
    if told.applications.state is FactState.UNKNOWN:
        return Open(told.applications.why, told.applications.remedy)
    application = next((known for known in told.active_applications() if same(known.name, view.application)), None)
    if application is None:
        why = f"the Crowd at {url} lists no active application '{view.application}', as which {view.directory} asks"
        return Open(why, f"See whether that is the Crowd which {view.directory} reads. Or: {remedy}")
    mapped = told.mapped(application.name)
    if mapped is None:
        fact = told.mappings.get(application.name)
        return Open(fact.why if fact else f"nobody tells what '{application.name}' shows", remedy)
    if len(mapped) != 1:
        names = ", ".join(directory.name for _, directory in mapped)
        what = f"several directories ({names})" if mapped else "no active directory"
        why = f"the Crowd application '{application.name}', as which {view.directory} asks, shows {what}"
        give = f"Give {view.directory} a Crowd application of its own that shows one directory."
        return Open(why, give, is_final=bool(mapped))
    directory = mapped[0][1]
    problem = _is_another_crowd(view, url)
    if problem:
        return problem
    ties.add(directory, Tie(view.directory))
    ties.shown[view.directory] = directory.name
    return None


def _is_another_crowd(view: CrowdView, url: str) -> Open | None:
    """Return why an application of the same name may be one of another Crowd, or None."""
    if not view.url or _place(view.url) == _place(url):
        return None
    return Open(
        f"{view.directory} is read from {view.url}, and {url} may be another Crowd",
        f"Use one address for both, or: {REMEDY.format(view.directory)}",
    )


def _place(url: str) -> tuple[str, int | None, str]:
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return (parts.hostname or "").rstrip("."), parts.port or default, parts.path.rstrip("/")


def _named(told: Told, declared: Mapping[str, Fact[Any]]) -> Iterator[tuple[ToldDirectory, Tie]]:
    """Yield what `crowd.directories` of estate.yaml says, by the names of the directories in Crowd."""
    fact = _declared(declared, "crowd.directories")
    entries: tuple[CrowdDirectory, ...] = fact.value if fact else ()
    for entry in entries:
        for directory in _every_directory(told):
            if entry.directory and same(entry.name, directory.name):
                yield directory, Tie(entry.directory, entry.mapping, fact)


def _single(told: Told, declared: Mapping[str, Fact[Any]]) -> Iterator[tuple[ToldDirectory, Tie]]:
    """Yield what an application tells that shows one directory, and is declared to show one Directory."""
    fact = _declared(declared, "crowd.applications")
    entries: tuple[CrowdApplication, ...] = fact.value if fact else ()
    for entry in entries:
        keys = {key for key in entry.directories or () if key}
        for application in told.active_applications():
            mapped = told.mapped(application.name)
            if same(entry.name, application.name) and mapped and len(mapped) == 1 and len(keys) == 1:
                yield mapped[0][1], Tie(next(iter(keys)), "", fact)


def _declared(declared: Mapping[str, Fact[Any]], name: str) -> Fact[Any] | None:
    fact = declared.get(name)
    return fact if fact and fact.state is FactState.DECLARED else None


def _every_directory(told: Told) -> tuple[ToldDirectory, ...]:
    """Return the directories that were listed, or those that applications are mapped to where no list was told."""
    listed = told.all_directories()
    if listed:
        return listed
    mapped = (pair for known in told.active_applications() for pair in told.mapped(known.name) or ())
    return tuple({fold(directory.name): directory for _, directory in mapped}.values())
