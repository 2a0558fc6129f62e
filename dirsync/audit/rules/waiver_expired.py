"""Waivers whose last day has passed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from dirsync.audit.evidence import counted, rest_on
from dirsync.audit.waiver_index import Answered
from dirsync.audit.waivers import described, each_once, is_over, subject_of
from dirsync.model.facts import Evidence
from dirsync.model.findings import Finding, Severity, Subject, SubjectKind, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.model.estate import Estate
    from dirsync.model.waivers import Waiver


class WaiverExpired:
    """A waiver is past its last day, so what it accepted is accepted no longer.

    A waiver is a person's word: this finding is accepted, for this reason, until this day. It holds up to and including
    that day. From the next one on the finding counts again, with its exit code, and this rule says whose word it was,
    so that whoever is woken knows whom to ask.

    It costs money when a pilot becomes permanent: the customers who were let into a paid group "until go-live" stay
    there, each with a seat, and nobody decided that.

    If nothing that the waiver covered fails any more, it can simply be deleted. If another waiver covers the same
    finding today, the old one can be deleted too.

    Remedy. Mend what the open finding says; or have the owner accept it anew, with a new day in `expires`; or delete
    the waiver. The place is in the evidence.

    Sources: the waivers of the mappings folder themselves (`waivers:` in a mapping, or mappings/waivers.yaml). No
    licence-risk rule has this as its own.
    """

    id: ClassVar[str] = "waiver-expired"
    severity: ClassVar[Severity] = Severity.MEDIUM
    since: ClassVar[str] = "0.1"
    decides_seats: ClassVar[bool] = False

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`. The subject is what the waiver names. Looks at the answers of the other rules."""
        everything = Subject(SubjectKind.ESTATE, "estate")
        waivers = each_once(estate.waivers)
        if not waivers:
            yield Finding(self.id, Verdict.NOT_APPLICABLE, self.severity, everything, "There is no waiver.")
            return
        answered = Answered(estate.answers, estate.waivers)
        for same in waivers:
            if is_over(same[0], estate.today):
                yield self._expired(_state(estate, answered, same[0]), same)
        holding = [same for same in waivers if not is_over(same[0], estate.today)]
        if holding:
            message = f"{counted(len(holding), 'waiver has', 'waivers have')} not expired by {estate.today}."
            passed = Finding(self.id, Verdict.PASS, self.severity, everything, message, count=len(holding))
            yield rest_on(passed, (), [known for same in holding for known in _places(same)])

    def _expired(self, state: _State, same: tuple[Waiver, ...]) -> Finding:
        waiver, places = same[0], ", ".join(waiver.source for waiver in same)
        message = (
            f"The waiver of {described(waiver)} held until {waiver.expires}, by {waiver.owner} ({waiver.reason}). "
            f"{state.what}"
        )
        remedy = f"Delete it ({places})."
        if state.is_needed:
            remedy = f"Mend that finding; or let {waiver.owner} accept it anew, with a new 'expires' in {places}."
        finding = Finding(self.id, Verdict.FAIL, self.severity, subject_of(waiver), message, remedy=remedy)
        return rest_on(finding, (), _places(same))


def _places(same: tuple[Waiver, ...]) -> list[Evidence]:
    return [Evidence(waiver.source, "", f"{described(waiver)}, expires: {waiver.expires}") for waiver in same]


@dataclass(frozen=True, slots=True)
class _State:
    """What has become of the findings that a waiver used to cover."""

    what: str
    is_needed: bool = False


def _state(estate: Estate, answered: Answered, waiver: Waiver) -> _State:
    failing = answered.covered_by(waiver)
    still_open = [answer for answer in failing if answer.is_open_failure]
    if still_open:
        more = f" And {counted(len(still_open) - 1, 'finding')} more." if len(still_open) > 1 else ""
        return _State(f"What it covered is open again: {still_open[0].message}{more}", is_needed=True)
    if failing:
        others = ", ".join(sorted({answer.waiver.source for answer in failing if answer.waiver}))
        return _State(f"Another waiver covers the same today ({others}).")
    if waiver.rule not in answered.rules:
        return _State(f"What it covered can't be looked up: no rule '{waiver.rule}' was asked before this one.")
    if estate.is_partial or any(answered.undecided_around(waiver)):
        return _State("Whether what it covered still fails can't be said in this run.", is_needed=True)
    return _State("Nothing that it covered fails any more.")
