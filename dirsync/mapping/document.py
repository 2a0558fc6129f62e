"""YAML with positions: every mistake in a file gets its line and column, all at once.

The one door to ruamel.yaml. YAML 1.2, so a group called `no` stays a string. Tags other than the plain ones
are refused; aliases are followed, with a cap, so that no file can grow without bound.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from dirsync.errors import ConfigurationInvalid, Mistake

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pydantic_core import ErrorDetails

Path = tuple[str | int, ...]
ModelType = TypeVar("ModelType", bound=BaseModel)

MAX_NODES = 2_000_000
PLAIN_TAGS = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null", "timestamp"))


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
        root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        raise ConfigurationInvalid([Mistake(where, f"not valid YAML: {error.problem or error.context}")]) from None
    except (YAMLError, ValueError) as error:
        raise ConfigurationInvalid([Mistake(name, f"not valid YAML: {error}")]) from None
    document.data = _Builder(document).build(root, ())
    return document


class _Builder:
    """Turns composed nodes into plain data and notes positions on the way."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.constructor = YAML(typ="safe", pure=True).constructor
        self.nodes = 0

    def build(self, node: Node | None, path: Path) -> Any:  # noqa: ANN401 - YAML holds anything
        if node is None:
            return None
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise ConfigurationInvalid([Mistake(self.document.name, f"holds more than {MAX_NODES:,} values")])
        self.document._values[path] = (node.start_mark.line + 1, node.start_mark.column + 1)  # noqa: SLF001 - its maker
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.build(item, (*path, index)) for index, item in enumerate(node.value)]
        return self._scalar(node, path)

    def _mapping(self, node: MappingNode, path: Path) -> dict[str | int, Any]:
        built: dict[str | int, Any] = {}
        for key_node, value_node in node.value:
            where = f"{self.document.name}:{key_node.start_mark.line + 1}:{key_node.start_mark.column + 1}"
            if not isinstance(key_node, ScalarNode):
                self.document.mistakes.append(Mistake(where, "a key must be a plain word"))
                continue
            # Keys are names here (groups, projects), so `7` and `true` are names too.
            key = str(key_node.value)
            if key in built:
                first = self.document.place(*path, key, of_key=True)
                self.document.mistakes.append(Mistake(where, f"key '{key}' stands twice, first at {first}"))
                continue
            self.document._keys[(*path, key)] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)  # noqa: SLF001 - its maker
            built[key] = self.build(value_node, (*path, key))
        return built

    def _scalar(self, node: Node, path: Path) -> Any:  # noqa: ANN401 - YAML holds anything
        tag = str(node.tag)
        if tag not in PLAIN_TAGS:
            self.document.mistakes.append(Mistake(self.document.place(*path), f"the tag '{tag}' is not allowed here"))
            return None
        try:
            return self.constructor.construct_object(node)
        except (MarkedYAMLError, ValueError):
            self.document.mistakes.append(Mistake(self.document.place(*path), f"'{node.value}' can't be read"))
            return None


def validate(document: Document, model: type[ModelType]) -> ModelType:
    """Check a document against a model; raise `ConfigurationInvalid` with every mistake, each with its place."""
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


def in_words(detail: ErrorDetails, model: type[BaseModel]) -> str:
    """Say what is wrong with a value, what it must be, and what was probably meant."""
    location, given, kind = detail["loc"], detail.get("input"), detail["type"]
    name = next((str(step) for step in reversed(location) if isinstance(step, str)), "the file")
    if kind == "extra_forbidden":
        return f"unknown key '{name}'{did_you_mean(name, _fields_beside(location, model))}"
    if kind == "missing":
        return f"'{name}' is missing"
    if kind in {"literal_error", "enum"}:
        expected = str(detail.get("ctx", {}).get("expected", ""))
        choices = [choice.strip(" '") for choice in expected.replace(" or ", ",").split(",")]
        hint = did_you_mean(str(given), choices) or f"; it must be {expected}"
        return f"unknown {name.replace('_', ' ')} '{given}'{hint}"
    if kind == "value_error":
        return str(detail.get("ctx", {}).get("error", detail["msg"]))
    must_be = detail["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    return f"'{name}' must be {must_be}, not {_shown(given)}"


def _shown(given: object) -> str:
    if isinstance(given, dict):
        return "a mapping"
    if isinstance(given, list):
        return "a list"
    return "nothing" if given is None else repr(given)


def did_you_mean(given: str, choices: Iterable[str]) -> str:
    """Return `, did you mean 'x'?` when one of the choices is close, else nothing."""
    close = get_close_matches(given, list(choices), n=1, cutoff=0.6)
    return f", did you mean '{close[0]}'?" if close else ""


def _fields_beside(location: Sequence[str | int], model: type[BaseModel]) -> list[str]:
    """Return the keys that are allowed where an unknown one stands."""
    models: list[type[BaseModel]] = [model]
    for step in location[:-1]:
        found = [
            inner
            for outer in models
            if isinstance(step, str) and step in (fields := _by_key(outer))
            for inner in _models_in(fields[step])
        ]
        models = found or models
    return [key for outer in models for key in _by_key(outer)]


def _by_key(model: type[BaseModel]) -> dict[str, Any]:
    return {info.alias or name: info.annotation for name, info in model.model_fields.items()}


def _models_in(annotation: Any) -> Iterable[type[BaseModel]]:  # noqa: ANN401 - any annotation
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)
