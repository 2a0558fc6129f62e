"""The page: tables of figures, what became of half an answer, and how both were found."""

from __future__ import annotations

import platform
import re
import statistics
import subprocess
from contextlib import nullcontext
from typing import TYPE_CHECKING

from bench.measuring import spread
from bench.peers.running import ran
from bench.peers.table import LDAPSEARCH
from bench.peers.versions import version_of
from servers.proxy import line_cut_after

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bench.peers.running import Ran
    from bench.peers.shapes import Shape
    from bench.peers.table import Peer
    from servers.slapd import Slapd

CUT_AFTER = 0.5
"""Of the bytes of a whole answer: where the line breaks."""
BYTES_OF_A_PERSON = 250
"""About, of the attributes asked; only says where the line breaks."""
WAITS = 60
"""Seconds for a client that waits for an answer which never comes."""
_ENDED = -9
"""Exit code of whom SIGKILL ended."""
_SLOW = 60
"""Seconds of one run from which on its first one is taken: nobody waits an hour for a median of the slowest."""
LONGEST = 110
"""Characters of what a client says of a failure; the end of it says most."""


def speed_table(shape: Shape, peers: Sequence[Peer], server: Slapd, folder: Path, rounds: int) -> list[str]:
    """Return the table of one shape. Each client runs in turn with ldapsearch, so that a slow moment hits both."""
    lines = [
        f"## {shape.name}: {shape.users:,} users, {shape.groups:,} groups, {shape.memberships:,} memberships",
        "",
        "| client | what it does | median s | wall ratio | CPU ratio | peak MiB | rounds |",
        "|---|---|---|---|---|---|---|",
    ]
    base: list[Ran] = []
    rows = []
    _right(LDAPSEARCH, shape, server, folder)
    for peer in peers:
        first_run = _right(peer, shape, server, folder)
        if first_run.wall > _SLOW:
            pairs = [(first_run, _right(LDAPSEARCH, shape, server, folder))]
        else:
            pairs = [
                (_right(peer, shape, server, folder), _right(LDAPSEARCH, shape, server, folder)) for _ in range(rounds)
            ]
        base += [theirs for _, theirs in pairs]
        ours = [mine for mine, _ in pairs]
        figures = (
            f"{statistics.median(one.wall for one in ours):.2f}",
            spread([mine.wall / theirs.wall for mine, theirs in pairs]),
            spread([mine.cpu / theirs.cpu for mine, theirs in pairs]),
            f"{max(one.peak for one in ours):.0f}",
            str(len(pairs)),
        )
        rows.append(f"| {peer.name} | {peer.does} | {' | '.join(figures)} |")
    middle = statistics.median(one.wall for one in base)
    peak = max(one.peak for one in base)
    first = f"| {LDAPSEARCH.name} | {LDAPSEARCH.does} | {middle:.2f} | 1 | 1 | {peak:.0f} | {len(base)} |"
    return [*lines, first, *rows, ""]


def faults_table(shape: Shape, peers: Sequence[Peer], whole: Slapd, capped: Slapd, folder: Path) -> list[str]:
    """Return who notices that an answer is not whole."""
    lines = [
        "## Who notices half an answer",
        "",
        f"Of {shape.users:,} users. A server that gives no more than its limit says so with result code 4 at the end;",
        "a broken line says nothing.",
        "",
        "| client | server capped | line cut in the middle |",
        "|---|---|---|",
    ]
    for peer in (LDAPSEARCH, *(peer for peer in peers if peer.stands_alone)):
        told = []
        for server, cut in ((capped, None), (whole, int(shape.users * BYTES_OF_A_PERSON * CUT_AFTER))):
            where = folder / f"faults-{'cut' if cut else 'capped'}-{_slug(peer)}"
            where.mkdir(exist_ok=True)
            with line_cut_after(server.port, cut, connections=2) if cut else nullcontext(server.port) as port:
                url = f"ldap://127.0.0.1:{port}"
                peer.prepare(server, url, where)
                run = ran(peer.command(server, url, where), peer.environment(server, url, where), WAITS)
            told.append(_verdict(run, peer, shape))
        lines.append(f"| {peer.name} | {' | '.join(told)} |")
    return [*lines, ""]


def _verdict(run: Ran, peer: Peer, shape: Shape) -> str:
    counted = peer.counts(run)
    if run.code == _ENDED:
        return f"**waits** for ever (ended after {WAITS} s)"
    if run.code not in peer.allowed:
        words = re.sub(r"[|`\n]", " ", peer.words(run))
        words = words if len(words) <= LONGEST else f"…{words[1 - LONGEST :]}"
        return f"**says so**, exit {run.code}: `{words}`"
    if counted is None or counted[0] == shape.users:
        return f"exit {run.code}, nothing lost"
    return f"**silent**: exit {run.code}, {counted[0]:,} users taken for all"


def _right(peer: Peer, shape: Shape, server: Slapd, folder: Path) -> Ran:
    """Run a client that must do its whole job."""
    where = folder / f"{shape.users}-{'django' if 'django' in peer.distributions else _slug(peer)}"
    where.mkdir(exist_ok=True)
    peer.prepare(server, server.url, where)
    environment = {**peer.environment(server, server.url, where), "PEER_EXPECTS": shape.expects}
    run = ran(peer.command(server, server.url, where), environment)
    assert run.code in peer.allowed, f"{peer.name} ended with {run.code}: {run.errors[-2000:]}"
    counted = peer.counts(run)
    assert counted is not None, f"{peer.name} says no counts: {run.output[-200:]}"
    assert counted[0] == shape.users, f"{peer.name} saw {counted[0]} users"
    assert counted[1] in {None, shape.memberships}, f"{peer.name} saw {counted[1]} memberships"
    return run


def _slug(peer: Peer) -> str:
    return re.sub(r"\W+", "-", peer.name)


def page(tables: Sequence[Sequence[str]], faults: Sequence[str], missing: Sequence[Peer], at: str, rounds: int) -> str:
    """Return the page as Markdown."""
    from bench.peers.table import PEERS

    measured = [peer for peer in PEERS if peer not in missing and peer.distributions]
    versions = sorted({part for peer in measured for part in version_of(peer).split(", ")})
    slapd = re.search(r"OpenLDAP: slapd ([0-9.]+)", _version_of_slapd())
    lines = [
        "# dirsync beside other clients of LDAP",
        "",
        "Made by `tests/run --bench -k peers`, which installs the clients into an environment of their own, starts",
        "slapd on loopback with made-up people, and lets every client read the same entries and attributes.",
        "",
        *(line for table in tables for line in table),
        *faults,
        "## How it was measured",
        "",
        f"- Machine: {at}; Python {platform.python_version()}; OpenLDAP {slapd[1] if slapd else 'of unknown version'}",
        "  on the same cores; no TLS.",
        f"- Versions: {', '.join(versions)}.",
        f"- Whole processes, start-up and imports included: medians and, in brackets, extremes of up to {rounds}",
        "  pairs. A ratio is that of one run to the run of ldapsearch right after it, so that a slow moment hits both.",
        "- Every script counts what it has seen and fails when it is not all. Peak is the resident memory of the",
        "  largest process.",
        "- The scripts are in `tests/bench/peers/clients/`: each the shortest use that the library's documentation",
        "  shows. They do less than dirsync: they look at entries and forget them. ldap2pg's reader is only half of",
        "  ldap2pg, which is made for the roles of a PostgreSQL server and asks for few entries; `ldap_sync_users` is",
        "  made for the users of one Django project.",
        *(f"- {peer.name} could not be installed and is left out." for peer in missing),
        "",
    ]
    return "\n".join(lines)


def _version_of_slapd() -> str:
    from servers.programs import find_openldap

    programs = find_openldap()
    told = subprocess.run(
        [programs.slapd, "-VV"], env=programs.environment, capture_output=True, text=True, check=False
    )
    return told.stdout + told.stderr
