"""Adding waivers to mappings/waivers.yaml: what stands there stays, letter by letter, comments and all."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
from collections import Counter
from typing import TYPE_CHECKING

from dirsync.errors import ConfigurationInvalid, UsageInvalid
from dirsync.mapping.document import list_at, read_document, validate
from dirsync.mapping.waiver_entry import WaiverEntry, WaiverFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from dirsync.model.waivers import Waiver

ENDINGS = frozenset({".yaml", ".yml"})
NEW = """\
# yaml-language-server: $schema=./waivers.schema.json
# Findings that a named person accepts until a day. Each goes on being reported, with who accepted it and why.
# See docs/audit.md, "Waivers".
version: 1
"""
KEY = "waivers"
"""The file's name without its ending, and the key of the list in it."""
_UNQUOTED = frozenset({"rule", "expires", "mechanism"})
_ORDER = (
    *("rule", "user", "group", "project", "directory", "application", "mapping", "mechanism", "finding"),
    *("reason", "owner", "expires"),
)


def waiver_file(folder: Path) -> Path:
    """Return the file that holds a mappings folder's waivers, or the one that would."""
    there = sorted(folder.iterdir()) if folder.is_dir() else []
    return next((path for path in there if path.stem == KEY and path.suffix.lower() in ENDINGS), folder / f"{KEY}.yaml")


def add_waivers(path: Path, waivers: Sequence[Waiver]) -> None:
    """Add waivers to a file of waivers, or make it; what is written has been read back and says just these more.

    The file is there whole, old or new, whenever it is looked at, and keeps its mode and owner; a link stays a link.
    Raises `ConfigurationInvalid` where what stands there is no file of waivers, and `UsageInvalid` where it can't be
    written to or added to; it is then as it was.
    """
    try:
        place = path.resolve()
        with _alone(place.parent):
            before = place.read_bytes() if place.exists() else None
            after = _added(before, waivers, str(path))
            _replace(place, after)
            if place.read_bytes() != after:
                raise UsageInvalid(f"{path} does not hold what was written to it.", "See whether another wrote to it.")
    except OSError as error:
        raise UsageInvalid(
            f"The waivers could not be written to {path}: {error.strerror or error}. It is as it was.",
            f"Let this account write to {path.parent}, then run the same command again.",
        ) from None


def check_writable(path: Path) -> None:
    """Raise `UsageInvalid` where `add_waivers` would fail for want of rights, before anything long has begun."""
    folder = path.resolve().parent
    if folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK):
        raise UsageInvalid(
            f"The waivers can't be written to {path}: this account may not write to {folder}.",
            "Let it, or run the command where the mappings can be changed.",
        )


def _added(before: bytes | None, waivers: Sequence[Waiver], name: str) -> bytes:
    """Return the new content, having read it back as a run would."""
    text = _text(before, name) if before is not None else ""
    old = validate(read_document(text, name), WaiverFile).waivers if text else ()
    after = with_entries(text if text.strip() else text + NEW, waivers)
    try:
        read = validate(read_document(after, name), WaiverFile).waivers
    except ConfigurationInvalid:
        raise _no_room(name) from None
    if Counter(read) != Counter(old) + Counter(_entry(waiver) for waiver in waivers):
        raise _no_room(name)
    mark = b"\xef\xbb\xbf" if before is not None and before.startswith(b"\xef\xbb\xbf") else b""
    return mark + after.encode()


def _text(raw: bytes, name: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageInvalid(f"{name} is not UTF-8.", "Save it as UTF-8.") from None


def _no_room(name: str) -> UsageInvalid:
    return UsageInvalid(
        f"Nothing can be added to {name} as it is written; it is as it was.",
        f"Let '{KEY}:' stand on a line of its own there, and its entries below, each after a '- '.",
    )


def with_entries(text: str, waivers: Sequence[Waiver]) -> str:
    """Return a YAML file of waivers with more of them, first in its list; nothing that stands there is touched.

    Whether it then says what it should is for the caller to read back: YAML has more ways to write a list than these.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    entries = [_written(waiver) for waiver in waivers]
    found = list_at(text, KEY)
    if found is None:  # nothing but comments and the version
        start = text if not text or text.endswith(("\n", "\r")) else text + newline
        return start + newline.join([f"{KEY}:", *_block(entries, "  "), ""])
    if found.is_flow:
        at = text.index("[", found.start) + 1
        lines = [f"  {{{', '.join(pairs)}}}," for pairs in entries]
        return text[:at] + newline.join(["", *lines] + ([] if text[at:].startswith(newline) else ["  "])) + text[at:]
    # after the line of the key, so that a comment above the first entry stays above it
    at = text.find("\n", found.key_end) + 1
    if not at:
        text, at = text + newline, len(text + newline)
    return text[:at] + newline.join([*_block(entries, " " * found.column), ""]) + text[at:]


def _block(entries: Sequence[Sequence[str]], indent: str) -> Iterator[str]:
    for pairs in entries:
        yield f"{indent}- {pairs[0]}"
        yield from (f"{indent}  {pair}" for pair in pairs[1:])


def _written(waiver: Waiver) -> list[str]:
    values = {key: str(getattr(waiver, key) or "") for key in _ORDER}
    return [f"{key}: {value if key in _UNQUOTED else quoted(value)}" for key, value in values.items() if value]


def quoted(text: str) -> str:
    """Return text as YAML's double-quoted style has it (1.2, 7.3.1), in one line, whatever it holds."""
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    if character in {'"', "\\"}:
        return f"\\{character}"
    if character == " " or character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02X}" if code < 1 << 8 else f"\\u{code:04X}" if code < 1 << 16 else f"\\U{code:08X}"


def _entry(waiver: Waiver) -> WaiverEntry:
    return WaiverEntry.model_validate({key: getattr(waiver, key) for key in _ORDER})


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep a second writer waiting until the first one is done; the lock goes with the process, however that ends."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
        os.fsync(handle)  # a rename is durable only once its folder is (rename(2))
    finally:
        os.close(handle)


def _replace(place: Path, content: bytes) -> None:
    unfinished = place.with_name(f".{place.name}.{secrets.token_hex(4)}.part")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            if place.exists():
                _keep_rights(file.fileno(), place.stat())
        unfinished.replace(place)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def _keep_rights(handle: int, known: os.stat_result) -> None:
    with contextlib.suppress(PermissionError):  # only root may give a file away
        os.fchown(handle, known.st_uid, known.st_gid)
    os.fchmod(handle, known.st_mode & 0o7777)
