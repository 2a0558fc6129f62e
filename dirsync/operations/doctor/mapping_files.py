"""The mappings folder: parsed, its names and filters checked, and what in it ends soon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.audit.waivers import is_too_long, latest
from dirsync.errors import ConfigurationInvalid
from dirsync.operations.doctor.interface import SOON_DAYS, fail, ok, warn
from dirsync.operations.examples import STILL_A_SAMPLE, YAML, sample_mappings
from dirsync.reports.wording import counted
from dirsync.workflow.check import check_questions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.mapping.checked import Mapping
    from dirsync.operations.doctor.interface import Remark, Surroundings


def mappings(given: Surroundings) -> Iterator[Remark]:
    """Say what each mapping does, or every mistake in the folder."""
    for mistake in given.policy_mistakes:
        yield fail(mistake.where, f"{mistake.what}.", "Correct it there; docs/mappings.md says what each key means.")
    if given.policy is None:
        return
    for mapping in given.policy.mappings:
        yield ok(mapping.document.name, f"{mapping.name} ({mapping.content.audience}): {_way(mapping)}.")


def _way(mapping: Mapping) -> str:
    return f"{mapping.source} > {mapping.target}" if mapping.target else f"{mapping.source}, audited only"


def questions(given: Surroundings) -> Iterator[Remark]:
    """Say which bases and filters no LDAP server could understand."""
    if given.policy is None:
        return
    try:
        check_questions(given.policy.mappings, given.kinds)
    except ConfigurationInvalid as error:
        for mistake in error.mistakes:
            yield fail(mistake.where, f"{mistake.what}.", "Correct it there; try it with ldapsearch first.")
    else:
        yield ok(str(given.mappings), "every base and filter can be understood.")


def samples(given: Surroundings) -> Iterator[Remark]:
    """Name the files that still are what `dirsync init` wrote: they speak of a company that doesn't exist."""
    for name, content in sample_mappings().items():
        path = given.mappings / name
        if path.suffix not in YAML or not path.is_file():
            continue
        there = path.read_bytes()
        if there.startswith(STILL_A_SAMPLE.encode()):
            yield warn(
                str(path),
                "was filled in by 'dirsync init' with what the LDAP server told, and nobody has looked at it yet.",
                "If its bases, groups and target are right, delete its first line: nothing else has to change.",
            )
        elif there == content:
            yield warn(
                str(path),
                "is still the sample that 'dirsync init' wrote, so it says nothing about you.",
                "Write down how it is at your place, or delete the file.",
            )


def waivers(given: Surroundings) -> Iterator[Remark]:
    """Say which waivers have ended or end soon, and which end too late to hold."""
    if given.policy is None:
        return
    today = given.now().date()
    ending = [waiver for waiver in given.policy.waivers if (waiver.expires - today).days < SOON_DAYS]
    for waiver in sorted(ending, key=lambda waiver: (waiver.expires, waiver.source)):
        has_ended = waiver.expires < today
        how = f"ended on {waiver.expires}" if has_ended else f"ends on {waiver.expires}"
        remedy = f"Ask {waiver.owner} whether it is still right: mend what it covers, or set a later day."
        yield warn(waiver.source, f"the waiver for {waiver.rule} {how}.", remedy)
    too_long = [waiver for waiver in given.policy.waivers if is_too_long(waiver, today)]
    for waiver in too_long:
        what = f"the waiver for {waiver.rule} ends on {waiver.expires}, more than a year away: it accepts nothing."
        yield warn(waiver.source, what, f"Let {waiver.owner} set a day until {latest(today)}, or delete it.")
    if given.policy.waivers and not ending and not too_long:
        how_many = counted(len(given.policy.waivers), "waiver")
        yield ok(str(given.mappings), f"{how_many}, of which none ends within {SOON_DAYS} days.")


def declaration(given: Surroundings) -> Iterator[Remark]:
    """Say until when estate.yaml may be believed."""
    estate = given.policy.estate if given.policy else None
    if given.policy is None:
        return
    if estate is None:
        yield warn(
            str(given.mappings / "estate.yaml"),
            "is not there, so nothing is declared.",
            "Declare there what no REST call tells; 'dirsync init DIR' writes a sample to any empty folder.",
        )
        return
    declared, where = estate.content.declared, estate.document.line("declared")
    if declared is None:
        yield warn(where, "declared by nobody named.", "Add 'declared: {by: …, on: …, valid_until: …}'.")
        return
    days = (declared.valid_until - given.now().date()).days
    remedy = f"Have {declared.by} check {estate.document.name} and move its valid_until."
    if days < 0:
        yield warn(where, f"ended on {declared.valid_until}: everything declared there now counts as unknown.", remedy)
    elif days < SOON_DAYS:
        yield warn(where, f"ends on {declared.valid_until}; after that everything declared counts as unknown.", remedy)
    else:
        yield ok(where, f"declared by {declared.by}, valid until {declared.valid_until}.")
