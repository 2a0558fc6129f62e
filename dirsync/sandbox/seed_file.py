"""A seed as a file: read, checked, and refused with every mistake and its place."""

from __future__ import annotations

from dirsync.errors import ConfigurationInvalid, Mistake
from dirsync.mapping.document import read_document, validate
from dirsync.sandbox.seed import Seed
from dirsync.sandbox.seed_references import wrong_references


def parse_seed(text: str, name: str) -> Seed:
    """Read a seed; `name` is what messages call the file.

    Raises `ConfigurationInvalid` with every mistake and its `file:line:column`: unknown and duplicate keys,
    wrong types, names used twice, and references to directories, groups and applications that are not there.
    """
    document = read_document(text, name)
    seed = validate(document, Seed)
    mistakes = [Mistake(document.place(*path), what) for path, what in wrong_references(seed)]
    if mistakes:
        raise ConfigurationInvalid(mistakes)
    return seed
