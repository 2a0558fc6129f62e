"""How texts stand in the store, on databases that differ in what a text may hold and how texts are sorted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import String, Text
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Dialect
    from sqlalchemy.types import TypeEngine

POSTGRESQL: Final = "postgresql"
SQLITE: Final = "sqlite"
BY_CODE_POINT: Final = "C"
"""PostgreSQL's name for that order; its own is that of a language, and plans merge by Python's."""
_PAIR = re.compile("\x01([\x01\x02])")
_MEANT = {"\x01": "\x00", "\x02": "\x01"}
_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")


class Name(TypeDecorator[str]):
    """A name or id: whatever a directory may call somebody, sorted by code points.

    PostgreSQL takes no NUL (manual, 8.3). LDAP does, so there it stands as two signs that keep its place in the order.
    """

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Sort by code points; SQLite does so by itself."""
        is_told = dialect.name == POSTGRESQL
        return dialect.type_descriptor(String(collation=BY_CODE_POINT) if is_told else String())

    def bind_processor(self, dialect: Dialect) -> Callable[[str | None], str | None] | None:
        """Write what PostgreSQL takes."""
        return written if dialect.name == POSTGRESQL else None

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], str | None] | None:
        """Read what was meant."""
        del coltype
        return meant if dialect.name == POSTGRESQL else None


class Prose(TypeDecorator[str]):
    """What a server said, for people to read. What no database can hold is replaced by the sign for that."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Replace NUL and half characters (lone surrogates), which JSON can bring and UTF-8 can't write."""
        del dialect
        return None if value is None else _UNWRITABLE.sub("\ufffd", value)


def written(text: str | None) -> str | None:
    """Return a name as PostgreSQL takes it. The order of two names stays as it was."""
    if text is None or ("\x00" not in text and "\x01" not in text):
        return text
    return text.replace("\x01", "\x01\x02").replace("\x00", "\x01\x01")


def meant(text: str | None) -> str | None:
    """Return the name that `written` was given; also of several that stand one behind the other."""
    if text is None or "\x01" not in text:
        return text
    return _PAIR.sub(lambda pair: _MEANT[pair[1]], text)
