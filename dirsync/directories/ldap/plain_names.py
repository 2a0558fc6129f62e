r"""Names of members by the hundred, where all are as simple as nearly all names are: `uid=ana,ou=people,dc=example`.

`dirsync.directories.ldap.dn.normal` knows all forms and is the one rule. Here is only a short way to the same result
(tests/unit/directories/test_plain_names.py compares them), since a directory names each person in every group of
theirs: of those names in their normal form nothing is different but large letters.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

ATTRIBUTES: Final = ("uid", "cn", "ou", "dc", "o", "c", "l", "st", "street", "mail", "sn")
"""Attributes that have this name alone; of those that have several, each way to write them is the same name."""
AT_ONCE: Final = 500
"""Names of which one that is not simple makes all be read one by one."""
_VALUE = r"[a-z0-9._@'-]++(?:\ [a-z0-9._@'-]++)*+"
_PART = rf"(?:{'|'.join(ATTRIBUTES)})={_VALUE}"
_NAME = rf"{_PART}(?:,{_PART})*+"
_NAMES = re.compile(rf"{_NAME}(?:\n{_NAME})*+")
"""Possessive, so that no way back is kept for each of them."""


def plain_names(values: Sequence[bytes]) -> list[str] | None:
    """Return the normal forms of some names in their order; None where one of them may need a closer look."""
    together = b"\n".join(values)
    if not together.isascii():
        return None
    text = together.decode("ascii").lower()
    if not _NAMES.fullmatch(text):
        return None
    names = text.split("\n")
    return names if len(names) == len(values) else None
