"""The access paths of a run as a graph for BloodHound: user > group > … > Jira application.

Shape and limits: BloodHound OpenGraph, https://bloodhound.specterops.io/opengraph/developer/nodes and /edges (ids that
are unique everywhere, kinds with a prefix of one's own, lower-case properties that hold plain values only).
"""

from __future__ import annotations

import hashlib
import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from dirsync.model.names import fold
from dirsync.model.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    Item = Mapping[str, Any]
    Node = tuple[str, str, str]
    """Its kind, its Directory, and what it is there: an immutable id, or a name in the form in which names compare."""

_USER, _GROUP, _APPLICATION = "Dirsync_User", "Dirsync_Group", "Dirsync_JiraApplication"
_MEMBER_OF, _GRANTS = "Dirsync_MemberOf", "Dirsync_GrantsAccess"


class OpenGraphReport:
    """JSON with a node or an edge on each line, so that two nights can be compared by line; ASCII only."""

    name = "opengraph"
    suffix = ".opengraph.json"

    def render(self, document: Item) -> bytes:
        """Return the paths of all findings that fail, waived ones too: their users, groups and Jira applications.

        A group is one node for each Directory, because what it is nested in there says nothing of another one's.
        The id of a user comes from the immutable one, that of a group or an application from its name.
        """
        nodes: dict[Node, dict[str, Any]] = {}
        edges: dict[tuple[Node, Node], None] = {}
        names = {seats["key"]: seats["name"] for seats in document["applications"]}
        for finding in document["findings"]:
            if finding["verdict"] == "fail" and finding["path"]:
                walked = list(_walked(finding, names))
                for node, properties in walked:
                    nodes.setdefault(node, properties)
                subject = nodes[walked[0][0]]
                subject.setdefault("findings", []).append(finding["id"])
                subject.setdefault("rules", []).append(finding["rule"])
                edges.update(dict.fromkeys(pairwise(node for node, _ in walked)))
        return b"".join(_lines(nodes, edges))


def _walked(finding: Item, application_names: Mapping[str, str]) -> Iterator[tuple[Node, dict[str, Any]]]:
    """Yield a path's nodes. It ends in the key of a Jira application, and begins with the user if it is about one."""
    subject, directory = finding["subject"], finding["subject"]["directory"]
    *walked, application = finding["path"]
    for place, name in enumerate(walked):
        if place == 0 and subject["kind"] == "user":
            yield (_USER, directory, subject["id"] or fold(name)), _properties(name, directory)
        else:
            yield (_GROUP, directory, fold(name)), _properties(name, directory)
    yield (_APPLICATION, "", application), _properties(application_names.get(application, application), "")


def _properties(name: str, directory: str) -> dict[str, Any]:
    # BloodHound writes `name` in capitals when it reads a file, which the names of some directories don't survive
    shown = visible(name)
    told = {"name": shown, "displayname": shown, "directory": visible(directory)}
    return {key: value for key, value in told.items() if value}


def _lines(nodes: Mapping[Node, Mapping[str, Any]], edges: Iterable[tuple[Node, Node]]) -> Iterator[bytes]:
    yield b'{"metadata":{"source_kind":"Dirsync"},"graph":{"nodes":['
    yield from _listed(
        {"id": _id(node), "kinds": [node[0]], "properties": properties} for node, properties in nodes.items()
    )
    yield b'\n],"edges":['
    yield from _listed(
        {
            "kind": _GRANTS if end[0] == _APPLICATION else _MEMBER_OF,
            "start": {"match_by": "id", "value": _id(start)},
            "end": {"match_by": "id", "value": _id(end)},
        }
        for start, end in edges
    )
    yield b"\n]}}\n"


def _listed(items: Iterable[Item]) -> Iterator[bytes]:
    separator = b"\n"
    for item in items:
        yield separator + json.dumps(item, separators=(",", ":")).encode()
        separator = b",\n"


def _id(node: Node) -> str:
    """Return an id in capitals: BloodHound compares ids in that form."""
    text = json.dumps(node)
    return f"DIRSYNC-{hashlib.sha256(text.encode()).hexdigest()[:32]}".upper()
