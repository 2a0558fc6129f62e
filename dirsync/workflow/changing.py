"""The second half of a run: plan, guard, apply, and what must be remembered of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from loguru import logger

from dirsync.apply.apply import Applying
from dirsync.apply.change_lines import tell_change
from dirsync.apply.images import ImagingJournal
from dirsync.apply.settle import settle
from dirsync.apply.targets.build import Commission, build_crew, organizations_crew, why_not_writable
from dirsync.apply.targets.rehearsal import RehearsalJournal, RehearsalTarget
from dirsync.apply.workers import Crew
from dirsync.audit.after_plan import seats_after
from dirsync.audit.gains import Gains
from dirsync.errors import DirsyncError, PlanRefused, UsageInvalid
from dirsync.model.links import GroupLink, MemberLink, UserLink
from dirsync.model.organizations import ORGANIZATIONS
from dirsync.model.plans import Adoption
from dirsync.model.run import Mode
from dirsync.plan.desired import Feed
from dirsync.plan.guards import judge
from dirsync.plan.guards.interface import GuardContext
from dirsync.plan.guards.risky_group import written_into
from dirsync.plan.plan import Planned, make_plan
from dirsync.plan.saved import differences
from dirsync.store.pile import FilePile
from dirsync.workflow.conflicting import conflicts_over
from dirsync.workflow.cut_off import CutOff
from dirsync.workflow.one_tree import own_sources
from dirsync.workflow.outer_groups import with_outer_groups

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dirsync.model.estate import Estate
    from dirsync.model.links import Link, Links
    from dirsync.model.plans import Change, Outcome, Plan, Refusal
    from dirsync.model.rest import Rest
    from dirsync.model.run import SeatsAfterPlan
    from dirsync.model.snapshot import LastRead, Snapshot
    from dirsync.workflow.job import Job

WRITING = frozenset({Mode.SYNC, Mode.APPLY, Mode.UNDO})
"""Modes of runs that hold the lock."""


def gathered() -> FilePile[Link | Adoption]:
    """Return a pile for what a first night finds of everybody."""
    return FilePile(UserLink, MemberLink, GroupLink, Adoption)


def _is_of_missing(link: Link) -> bool:
    return isinstance(link, UserLink) and bool(link.missed)


class Changing:
    """Plan, guard and apply of one run; each step leaves its result here."""

    def __init__(
        self,
        job: Job,
        run_id: str,
        estate: Estate,
        snapshots: Mapping[str, Snapshot],
        last_reads: Mapping[str, LastRead],
    ) -> None:
        self._job = job
        self._run_id = run_id
        self._estate = estate
        self._snapshots = snapshots
        self._last_reads = last_reads
        self._journal = job.store.journal
        self._synced = job.policy.carried_out()
        self._planned: Planned | None = None
        self.refusals: tuple[Refusal, ...] = ()
        self.outcomes: tuple[Outcome, ...] = ()
        self.notices: list[str] = []
        self.seats: tuple[SeatsAfterPlan, ...] = ()

    @property
    def plan(self) -> Plan | None:
        """The Plan, once made."""
        return self._planned.plan if self._planned else None

    @property
    def recorded(self) -> Iterable[Link]:
        """The links that follow from reading alone: what is adopted, who was missing; again and again."""
        return self._planned.recorded if self._planned else ()

    @property
    def is_refused(self) -> bool:
        """Say whether a Guard stopped everything."""
        return any(refusal.refused for refusal in self.refusals)

    def plan_and_guard(self) -> None:
        """Settle what an interrupted run left open, plan every target, and ask every Guard."""
        feeds: dict[str, list[Feed]] = {}
        for mapping in self._synced:
            feeds.setdefault(mapping.target, []).append(Feed(mapping, self._snapshots[mapping.source]))
        targets = {name: self._snapshots[name] for name in (*feeds, ORGANIZATIONS) if name in self._snapshots}
        if self._job.mode in WRITING:  # the others hold no lock, so a run may be under way
            self._settle(targets)
        with self._job.store.links() as links:
            planned = self._make_plan(feeds, targets, links)
            self._planned = replace(planned, plan=self._with_unwritable(planned.plan))
            self.seats = seats_after(self._estate, self._planned.plan.appliable)
            self.refusals = self._judge(
                GuardContext(
                    plan=self._planned.plan,
                    feeds=self._planned.feeds,
                    targets=targets,
                    limits={mapping.name: mapping.content.guards for mapping in self._synced},
                    audiences={mapping.name: mapping.content.audience for mapping in self._synced},
                    links=links,
                    last_reads=self._last_reads,
                    estate=self._estate,
                    reach=Gains(with_outer_groups(self._job, self._estate, written_into(planned.plan))).path,
                    applications=self._crowd_applications(targets),
                    allowances=self._job.allowances,
                    recorded=self._planned.recorded,
                    seats=self.seats,
                    own_sources=self._own_sources(self._planned.plan),
                )
            )

    def _make_plan(self, feeds: Mapping[str, Sequence[Feed]], targets: Mapping[str, Snapshot], links: Links) -> Planned:
        planned = make_plan(feeds, targets, links, self._job.clock(), gathered)
        for name, number in planned.concerned.items():
            whom = "everybody" if number is None else f"{number:,} whom the last plan does not tell of"
            logger.debug("{}: planned for {}", name, whom)
        return replace(planned, plan=replace(planned.plan, conflicts=conflicts_over(feeds, self._estate)))

    def _judge(self, context: GuardContext) -> tuple[Refusal, ...]:
        return judge(context)

    def _images(self) -> ImagingJournal:
        """Return the journal, which is told what only a run knows."""
        return ImagingJournal(self._journal, self._snapshots)

    def _with_unwritable(self, plan: Plan) -> Plan:
        written = {one.directory for one in plan.changes} - {ORGANIZATIONS}
        kinds = {name: self._job.settings.directories[name] for name in written}
        reasons = {name: why_not_writable(name, settings, self._synced) for name, settings in kinds.items()}
        unwritable = {name: why for name, why in reasons.items() if why}
        return replace(plan, unappliable={**unwritable, **plan.unappliable})

    def _own_sources(self, plan: Plan) -> dict[str, str]:
        written = {change.directory for change in plan.appliable}
        return own_sources(written, self._synced, self._job.settings)

    def _crowd_applications(self, targets: Mapping[str, Snapshot]) -> dict[str, str]:
        directories = self._job.settings.directories
        return {name: getattr(directories.get(name), "application", "") for name in targets}

    def _settle(self, targets: Mapping[str, Snapshot]) -> None:
        now = self._job.clock().isoformat()
        with self._job.store.links() as links:
            # what another run has under way is for that one to know of, or for the next to settle
            ours = [
                intent for intent in self._journal.open_intents() if self._job.store.is_ours(intent.change.directory)
            ]
            settled = settle(ours, targets, links, now)
        cut_off = CutOff(self._job, self._run_id, self._crews)
        over, waiting = cut_off.finish(settled, targets)
        self.notices += waiting
        self._journal.write(over, (), now)
        if over:
            runs = ", ".join(sorted({one.intent.run for one in over}))
            changes = "1 change; it was" if len(over) == 1 else f"{len(over):,} changes; they were"
            self.notices.append(
                f"Run {runs} ended without knowing what became of {changes} settled first, by looking at the target."
            )

    def apply(self) -> None:
        """Carry out what may be carried out, unless something refuses. Raises `PlanRefused` for a stale plan file."""
        if self._planned is None:
            return
        if held := self._unread_targets_of_review(self._planned.plan):
            self.notices.append(f"The reviewed plan was not applied: {'; '.join(held)}.")
            return
        self._check_review(self._planned.plan)
        if self.is_refused:
            return
        is_rehearsal = self._job.mode is Mode.REHEARSAL
        if self._job.settings.read_only and not is_rehearsal:
            if self._planned.plan.appliable:
                raise UsageInvalid(
                    f"DIRSYNC_READ_ONLY is set, so none of {len(self._planned.plan.appliable):,} changes was made.",
                    "Unset it to let this command write, or run 'dirsync plan'.",
                )
            return
        if not is_rehearsal:
            # only `sync` reads count people as missing (design, section 5)
            counts_missing = self._job.mode is Mode.SYNC
            recorded = (one for one in self._planned.recorded if counts_missing or not _is_of_missing(one))
            self._job.store.runs.remember_links(recorded, self._planned.forgotten)
        changes = self._planned.plan.appliable
        crews = self._crews(changes, is_rehearsal=is_rehearsal)
        applying = Applying(
            run=self._run_id,
            crews=crews,
            journal=RehearsalJournal() if is_rehearsal else self._images(),
            clock=lambda: self._job.clock().isoformat(),
            should_stop=lambda: self._job.stop.is_set,
            progress=self._job.progress,
            tell=(lambda *_: None) if is_rehearsal else tell_change,
        )
        self._job.stop.is_deferred = True
        try:
            self.outcomes = tuple(applying.carry_out(changes))
        finally:
            self._job.stop.is_deferred = False
            for crew in crews.values():
                crew.close()

    def note_rest(self) -> None:
        """Note who needs nothing with the targets' Snapshots, before these are kept, for the next plan to build on.

        Where that fails, as on a full disk, the next plan looks at everybody.
        """
        if (
            self._planned is None or self._job.mode not in WRITING
        ):  # the others hold no lock: links may change meanwhile
            return
        try:
            # of a run that lost its lease, the links may be another's by now
            with self._job.store.own_links() as links:
                for directory, rest in self._planned.rests.items():
                    _note_rest(self._snapshots[directory], rest, links)
        except DirsyncError as error:
            why = f"Who needs nothing could not be noted, so the next plan looks at everybody: {error.message}"
            logger.warning("{} {}", why, error.remedy)

    def _unread_targets_of_review(self, plan: Plan) -> list[str]:
        """Return why targets of the reviewed plan can't be written to tonight; that is not a plan gone stale."""
        wanted = {change.directory for change in self._job.reviewed.changes} if self._job.reviewed else set()
        return [why.rstrip(".") for name, why in sorted(plan.unappliable.items()) if name in wanted]

    def _check_review(self, plan: Plan) -> None:
        reviewed = self._job.reviewed
        if reviewed is None:
            return
        changed = differences(reviewed, plan)
        if changed:
            raise PlanRefused(
                "What would be done now is not what was reviewed; nothing was changed:\n" + "\n".join(changed),
                "Make a new plan with 'dirsync plan --out FILE' and have it reviewed.",
            )

    def _crews(self, changes: Sequence[Change], *, is_rehearsal: bool) -> dict[str, Crew]:
        work = Counter(change.directory for change in changes)
        if is_rehearsal:
            return {name: Crew([RehearsalTarget(name)]) for name in sorted(work)}
        commission = Commission(self._job.policy.mappings, self._run_id)
        settings, jira = self._job.settings.directories, self._job.settings.jira
        crews = {
            name: build_crew(name, settings[name], commission, work[name]) for name in sorted(work) if name in settings
        }
        if ORGANIZATIONS in work and jira is not None:
            crews[ORGANIZATIONS] = organizations_crew(jira)
        return crews


def _note_rest(target: Snapshot, rest: Rest | None, links: Links) -> None:
    if target.continuity is None:
        return
    if rest is None:
        target.continuity.note_rest(None)
        return
    # whatever apply wrote is of the restless; the links of those at rest are as they were
    states = {mapping: links.state(target.directory, mapping) for mapping in rest.links}
    target.continuity.note_rest(replace(rest, links=states))
