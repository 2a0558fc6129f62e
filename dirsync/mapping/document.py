"""YAML with positions: every mistake in a file gets its line and column, all at once.

The one door to ruamel.yaml. YAML 1.2, so a group called `no` stays a string. Tags other than the plain ones
are refused; aliases are followed, with a cap, so that no file can grow without bound.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, ReusedAnchorWarning, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from dirsync.errors import ConfigurationInvalid, Mistake
from dirsync.mapping.wording import did_you_mean, in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Document", "ListPlace", "did_you_mean", "in_words", "list_at", "mistakes_in", "read_document", "validate"]

Path = tuple[str | int, ...]
ModelType = TypeVar("ModelType", bound=BaseModel)

MAX_REPEATED = 10_000
"""So many values may come from aliases; each alias of an alias multiplies ("billion laughs")."""
PLAIN_TAGS = frozenset(
    f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq")
)
HINTS = {
    "'\\t'": "; indent with spaces, YAML takes no tabs",
    "undefined alias": "; put text that begins with '*' in quotes",
    "mapping values are not allowed": "; put text that holds ': ' in quotes",
    "cannot start any token": "; put text that begins with it in quotes",
}
"""What the admin probably did, by what the parser says; the first that fits."""


@dataclass
class Document:
    """A YAML file as plain data, and where each part of it stands."""

    name: str
    """What messages call the file, e.g. `mappings/customers.yaml`."""
    data: Any = None
    mistakes: list[Mistake] = field(default_factory=list)
    """Duplicate keys and forbidden tags; `validate` raises them together with what it finds itself."""
    _values: dict[Path, tuple[int, int]] = field(default_factory=dict)
    _keys: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def place(self, *path: str | int, of_key: bool = False) -> str:
        """Return `file:line:column` of a value (or its key); of the nearest part above it if it isn't there."""
        while path and path not in self._values:
            path = path[:-1]
        line, column = (self._keys if of_key else self._values).get(path) or self._values.get(path, (1, 1))
        return f"{self.name}:{line}:{column}"

    def line(self, *path: str | int) -> str:
        """Return `file:line` of a value, for evidence."""
        return self.place(*path, of_key=True).rsplit(":", 1)[0]


def read_document(text: str, name: str) -> Document:
    """Parse YAML. Raises `ConfigurationInvalid` where the text is not YAML at all."""
    document = Document(name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ReusedAnchorWarning)  # YAML 1.2, 7.1: an anchor may be used again
            root = YAML(typ="safe", pure=True).compose(text)
        document.data = _Builder(document).build(root, ())
    except ReaderError as error:
        before = text[: error.position]
        where = f"{name}:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"
        what = f"not valid YAML: the character U+{int(error.character):04X} may not stand there"
        raise ConfigurationInvalid([Mistake(where, what)]) from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        raise ConfigurationInvalid([Mistake(where, f"not valid YAML: {_problem(error)}")]) from None
    except (ValueError, OverflowError):  # "\\UFFFFFFFF", which the scanner hands to chr() as it is
        raise ConfigurationInvalid([Mistake(name, "not valid YAML: an escape names no character")]) from None
    except RecursionError:
        what = "its lists or keys lie too deep in each other, or an alias holds itself"
        raise ConfigurationInvalid([Mistake(name, what)]) from None
    return document


@dataclass(frozen=True, slots=True)
class ListPlace:
    """Where a top-level list stands in the text of a YAML file; positions count characters."""

    key_end: int
    """Behind its key."""
    start: int
    """Its own first character, or that of an anchor before it."""
    column: int
    """Of `start`: in a list without brackets, of its dashes."""
    is_flow: bool
    """Whether it is written in brackets."""


def list_at(text: str, key: str) -> ListPlace | None:
    """Return where a top-level list stands in what `read_document` can read; None where there is none of that name."""
    root = YAML(typ="safe", pure=True).compose(text)
    for key_node, node in root.value if isinstance(root, MappingNode) else ():
        if isinstance(key_node, ScalarNode) and str(key_node.value) == key and isinstance(node, SequenceNode):
            is_flow = bool(node.flow_style)
            return ListPlace(key_node.end_mark.index, node.start_mark.index, node.start_mark.column, is_flow)
    return None


def _problem(error: MarkedYAMLError) -> str:
    problem = str(error.problem or error.context)
    if problem.startswith("but "):
        problem = f"{error.context}, {problem}"
    return problem + next((hint for said, hint in HINTS.items() if said in problem), "")


class _Builder:
    """Turns composed nodes into plain data and notes positions on the way."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.constructor = YAML(typ="safe", pure=True).constructor
        self.seen: set[int] = set()
        self.repeated = 0

    def build(self, node: Node | None, path: Path) -> Any:  # noqa: ANN401 - YAML holds anything
        if node is None:
            return None
        self.repeated += id(node) in self.seen
        self.seen.add(id(node))
        if self.repeated > MAX_REPEATED:
            what = f"its aliases (*name) repeat more than {MAX_REPEATED:,} values; write them out"
            raise ConfigurationInvalid([Mistake(self.document.name, what)])
        self.document._values[path] = (node.start_mark.line + 1, node.start_mark.column + 1)  # noqa: SLF001 - its maker
        if str(node.tag) not in PLAIN_TAGS:
            what = f"the tag '{node.tag}' is not allowed here; leave it out"
            self.document.mistakes.append(Mistake(self.document.place(*path), what))
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.build(item, (*path, index)) for index, item in enumerate(node.value)]
        if any("\ud800" <= character <= "\udfff" for character in node.value):
            what = "an escape names half a character (a surrogate); write the character itself"
            self.document.mistakes.append(Mistake(self.document.place(*path), what))
            return "?"
        return self._scalar(node) if str(node.tag) in PLAIN_TAGS else str(node.value)

    def _mapping(self, node: MappingNode, path: Path) -> dict[str | int, Any]:
        built: dict[str | int, Any] = {}
        for key_node, value_node in node.value:
            where = f"{self.document.name}:{key_node.start_mark.line + 1}:{key_node.start_mark.column + 1}"
            if not isinstance(key_node, ScalarNode):
                self.document.mistakes.append(Mistake(where, "a key must be a plain word"))
                continue
            # Keys are names here (groups, projects), so `7` and `true` are names too.
            key = str(key_node.value).encode(errors="replace").decode()
            if key in built:
                first = self.document.place(*path, key, of_key=True)
                self.document.mistakes.append(Mistake(where, f"key '{key}' stands twice, first at {first}"))
                continue
            place = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            self.document._keys[(*path, key)] = place  # noqa: SLF001 - its maker
            built[key] = self.build(value_node, (*path, key))
            if value_node.start_mark.index == value_node.end_mark.index:  # an empty value begins on the next line
                self.document._values[(*path, key)] = place  # noqa: SLF001 - its maker
        return built

    def _scalar(self, node: Node) -> Any:  # noqa: ANN401 - YAML holds anything
        try:
            return self.constructor.construct_object(node)
        except (YAMLError, ValueError, LookupError, AttributeError, TypeError):
            # 2027-02-30, `!!int x`: what it must be is said best by whoever wants a date or a number
            return str(node.value)


def validate(document: Document, model: type[ModelType]) -> ModelType:
    """Check a document against a model; raise `ConfigurationInvalid` with every mistake, each with its place."""
    if document.data is None and not document.mistakes:
        needed = ", ".join(f"'{key}'" for key, info in model.model_fields.items() if info.is_required())
        if needed:
            raise ConfigurationInvalid([Mistake(document.place(), f"the file is empty; it needs {needed}")])
    try:
        checked = model.model_validate(document.data if document.data is not None else {})
    except ValidationError as error:
        raise ConfigurationInvalid([*document.mistakes, *mistakes_in(error, document, model)]) from None
    if document.mistakes:
        raise ConfigurationInvalid(document.mistakes)
    return checked


def mistakes_in(error: ValidationError, document: Document, model: type[BaseModel]) -> Iterable[Mistake]:
    """Put pydantic's complaints into the admin's words, with places."""
    for detail in error.errors(include_url=False):
        path = _real_path(document, detail["loc"])
        is_about_key = detail["type"] in {"extra_forbidden", "missing"}
        yield Mistake(document.place(*path, of_key=is_about_key), in_words(detail, model))


def _real_path(document: Document, location: Sequence[str | int]) -> Path:
    """Drop what pydantic adds to a location (names of union members) and is not in the file."""
    path: Path = ()
    for step in location:
        if (*path, step) in document._values:  # noqa: SLF001 - same module
            path = (*path, step)
    return path
