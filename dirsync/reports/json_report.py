"""The document as JSON: what scripts, dashboards and later runs read."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from dirsync.model.visible import is_acting

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOT_PLAIN = re.compile(r"[^\x20-\x7e\n]")


class JsonReport:
    """Indented UTF-8 with letters of all scripts as they are, so that grep finds a name."""

    name = "json"
    suffix = ".json"

    def render(self, document: Mapping[str, Any]) -> bytes:
        r"""Return the document. What would act on a terminal (`--json` goes to one) is escaped as `\u202e`."""
        text = json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)
        # json.dumps emits such characters only inside strings, where an escape means the same.
        return (_NOT_PLAIN.sub(_escaped_if_acting, text) + "\n").encode()


def _escaped_if_acting(match: re.Match[str]) -> str:
    return json.dumps(match[0])[1:-1] if is_acting(match[0]) else match[0]
