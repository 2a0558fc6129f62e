"""`dirsync audit --write-waivers`: taking over an estate as it is, under one person's name and for ninety days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from dirsync.audit.adoption import Adoption, Word, adoption
from dirsync.audit.evidence import counted
from dirsync.audit.waiver_index import InForce
from dirsync.errors import DirsyncError, UsageInvalid
from dirsync.mapping.waiver_file import add_waivers, check_writable, waiver_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from dirsync.model.run import Run
    from dirsync.model.waivers import Waiver

ADOPTED_FOR: Final = timedelta(days=90)
NAMED: Final = 3
"""So many things that were not accepted are named; the report has all of them."""


@dataclass(frozen=True, slots=True)
class Adopting:
    """Who accepts what an audit will find, and where that is written down."""

    file: Path
    owner: str
    reason: str = ""
    """Empty for one that tells the day on which the findings were taken over."""
    is_partial: bool = False
    """Whether only some of the mappings are looked at (`--only`)."""


def adopting(mappings: Path, owner: str | None, reason: str | None, *, is_partial: bool) -> Adopting:
    """Check what the admin gave. Raises `UsageInvalid` before anything is read, so that no long run is in vain."""
    if owner is None or not owner.strip():
        raise UsageInvalid(
            "--write-waivers accepts findings in somebody's name, and nobody is named.",
            "Add --owner with the address of the person who answers for them.",
        )
    if reason is not None and not reason.strip():
        raise UsageInvalid("--reason is empty.", "Say why the findings are accepted for now, or leave it out.")
    asked = Adopting(waiver_file(mappings), owner.strip(), (reason or "").strip(), is_partial)
    check_writable(asked.file)
    return asked


def adopt(run: Run, asked: Adopting) -> Iterator[str]:
    """Write a waiver for each open failure of a run, and yield in sentences what was accepted and what was not.

    Raises as `add_waivers`, and `DirsyncError` where the waivers would not accept just those findings.
    """
    today = datetime.fromisoformat(run.started_at).date()
    reason = asked.reason or f"taken over as found on {today}; to be mended or judged before this ends"
    adopted = adoption(run.audit.findings, Word(asked.owner, reason, today + ADOPTED_FOR))
    if adopted.waivers:
        _check(run, adopted.waivers, today)
        add_waivers(asked.file, adopted.waivers)
        yield (
            f"{counted(len(adopted.waivers), 'finding')} accepted by {asked.owner} until {today + ADOPTED_FOR}, in "
            f"{asked.file}. The next audit shows each as waived."
        )
    else:
        yield f"Nothing was written to {asked.file}: no failing finding is left that could be accepted."
    yield from _not_accepted(adopted)
    if asked.is_partial:
        yield "Only some of the mappings were looked at (--only); what the others hold was not accepted."


def _check(run: Run, waivers: Sequence[Waiver], today: date) -> None:
    """Hold the waivers against the audit before they are written: each finding accepted that is to be, and no other."""
    written = InForce(waivers, today)
    accepted = {found.id for found in run.audit.findings if written.applied_to(found).waiver is not found.waiver}
    wanted = {waiver.finding for waiver in waivers}
    if accepted != wanted:
        raise DirsyncError(
            f"The waivers would accept {len(accepted & wanted):,} of {len(wanted):,} findings and "
            f"{len(accepted - wanted):,} others, so none was written.",
            "This is a mistake in dirsync. Please report it with the report of this run.",
        )


def _not_accepted(adopted: Adoption) -> Iterator[str]:
    """Yield what stays open, each with the reason."""
    if adopted.undecided:
        answers = counted(adopted.undecided, "undecided answer")
        yield f"Not accepted: {answers}. Nobody knows yet what there would be to accept."
    if adopted.unread:
        names = _few([finding.subject.name for finding in adopted.unread])
        yield f"Not accepted: that {names} could not be read whole. What it holds is accepted by nobody."
    if adopted.about_waivers:
        places = _few([seen.source for finding in adopted.about_waivers for seen in finding.evidence])
        findings = counted(len(adopted.about_waivers), "finding")
        yield f"Not accepted: {findings} about waivers themselves. Mend or delete those ({places})."


def _few(names: Sequence[str]) -> str:
    each = list(dict.fromkeys(names))
    more = f" and {len(each) - NAMED:,} more" if len(each) > NAMED else ""
    return ", ".join(each[:NAMED]) + more
