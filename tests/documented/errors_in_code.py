"""Every error the code can raise, read from the code itself: each place that makes one, with the words it puts in."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dirsync import errors
from dirsync.errors import DirsyncError, ExitCode

PACKAGE = Path(errors.__file__).parent
WHATEVER = "…"
"""Stands for what only the run knows: a name, an address, the server's own words."""
MISTAKE = "Mistake"
CARRIERS = {
    "ServerUnusable": "Unreachable",
    "LogonFailure": "CredentialsRefused",
    "LoginFailed": "CredentialsRefused",
    "Failure": "ReadIncomplete",
    "_broken": "AnswerMalformed",
}
"""What carries words to where an error is made of them, and of which class."""
NARROWER = {"AnswerLost": "Unreachable", "AnswerCutOff": "AnswerMalformed"}
BLANK = re.compile(r"\{[A-Za-z_:]+\}")
"""A place in a text that is filled in later."""
NO_PLACE = frozenset({"errors.py"})
"""Where errors are declared and not made."""
TOLD = re.compile(r"[A-Za-z]{2,}.*[A-Za-z]{3,}", re.DOTALL)
"""What an admin could search for: two words at least."""


@dataclass(frozen=True, order=True)
class Raised:
    """One error as it would be told."""

    code: ExitCode
    kind: str
    """The class."""
    message: str
    remedy: str


@dataclass(frozen=True)
class _Assigned:
    """What a line puts into a variable."""

    line: int
    column: int
    texts: tuple[str, ...]


def kinds() -> dict[str, type[DirsyncError]]:
    """Return the tree of errors by name."""
    found = {name: value for name, value in vars(errors).items() if isinstance(value, type)}
    return {name: value for name, value in found.items() if issubclass(value, DirsyncError)}


def raised() -> list[Raised]:
    """Return every error whose message stands in the code, each once, in the order of codes and classes."""
    found = {one for path in sorted(PACKAGE.rglob("*.py")) if path.name not in NO_PLACE for one in _in_file(path)}
    order = list(kinds())
    return sorted(found, key=lambda one: (one.code, order.index(one.kind), one.message.strip(f"{WHATEVER}:' "), one))


def _in_file(path: Path) -> Iterator[Raised]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = _constants(tree)
    for scope in ast.walk(tree):
        if isinstance(scope, (ast.FunctionDef, ast.Module)):
            assigned = _texts(scope)
            for call in _own_calls(scope):
                yield from _told(call, constants | _at(call, assigned))


def _own_calls(scope: ast.AST) -> Iterator[ast.Call]:
    """Yield the calls of a function, and not of the functions inside it."""
    for node in ast.iter_child_nodes(scope):
        if isinstance(node, ast.FunctionDef):
            continue
        if isinstance(node, ast.Call):
            yield node
        yield from _own_calls(node)


def _told(call: ast.Call, known: dict[str, tuple[str, ...]]) -> Iterator[Raised]:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    kind, arguments = _kind(name, call.args)
    if name == MISTAKE:
        places = (f"{WHATEVER}: {text}" for text in _read(call.args[1], known) if TOLD.search(text))
        yield from (Raised(ExitCode.INVALID, "ConfigurationInvalid", place, "") for place in places)
    elif kind and arguments:
        messages = _read(arguments[0], known)
        remedies = _read(arguments[1], known) if len(arguments) > 1 else ("",)
        for number, message in enumerate(messages):
            remedy = remedies[number] if len(remedies) == len(messages) else " Or: ".join(remedies)
            if TOLD.search(message) and (remedy or name in kinds()):
                code = kinds()[kind].exit_code
                yield Raised(code, kind, _filled(message), _filled(remedy) if TOLD.search(remedy) else "")


def _kind(name: str, arguments: list[ast.expr]) -> tuple[str, list[ast.expr]]:
    """Return the class of error that a call makes, if it does, and the arguments that are its words."""
    if name in kinds():
        return name, arguments
    first = arguments[0].id if arguments and isinstance(arguments[0], ast.Name) else ""
    if name in CARRIERS and (first in kinds() or first in NARROWER):
        return NARROWER.get(first, first), arguments[1:]
    return (CARRIERS.get(name, ""), arguments) if len(arguments) > 1 else ("", [])


def remarks() -> list[tuple[str, str]]:
    """Return what the doctor says when something is not well, with its remedy."""
    found: set[tuple[str, str]] = set()
    for path in sorted((PACKAGE / "operations" / "doctor").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"warn", "fail"}:
                message, remedy = (_read(argument, {})[0] for argument in node.args[1:3])
                if TOLD.search(message) and TOLD.search(remedy):
                    found.add((message, remedy))
    return sorted(found, key=lambda one: one[0].strip(f"{WHATEVER}:' "))


def _filled(text: str) -> str:
    return BLANK.sub(WHATEVER, text)


def _constants(tree: ast.Module) -> dict[str, tuple[str, ...]]:
    return {
        target.id: _read(node.value, {})
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _texts(scope: ast.AST) -> dict[str, tuple[_Assigned, ...]]:
    """Return what a function's variables may hold, as far as it is text: all that is assigned to each."""
    found: dict[str, tuple[_Assigned, ...]] = {}
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            found[name] = (*found.get(name, ()), _Assigned(node.lineno, node.col_offset, _read(node.value, {})))
    return found


def _at(call: ast.Call, assigned: dict[str, tuple[_Assigned, ...]]) -> dict[str, tuple[str, ...]]:
    """Return what the variables may hold where a call stands: what the lines before it in its own block say."""
    known: dict[str, tuple[str, ...]] = {}
    for name, every in assigned.items():
        before = [one for one in every if one.line <= call.lineno and one.column <= call.col_offset]
        nearest = max(before, key=lambda one: one.line, default=None)
        known[name] = nearest.texts if nearest else tuple(text for one in every for text in one.texts)
    return known


def _read(node: ast.expr, known: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the texts that an expression may come to."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return (node.value,)
    if isinstance(node, ast.JoinedStr):
        return (_joined(node),)
    if isinstance(node, ast.IfExp):
        return (*_read(node.body, known), *_read(node.orelse, known))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return tuple(left + right for left in _read(node.left, known) for right in _read(node.right, known))
    if isinstance(node, ast.Name) and node.id in known:
        return tuple(dict.fromkeys(known[node.id]))
    return (WHATEVER,)


def _joined(node: ast.JoinedStr) -> str:
    parts = [str(part.value) if isinstance(part, ast.Constant) else WHATEVER for part in node.values]
    return re.sub(f"{WHATEVER}+", WHATEVER, "".join(parts))
