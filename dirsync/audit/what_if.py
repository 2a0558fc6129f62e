"""An Estate as it would be if some settings were others: facts are replaced, everything else stays as it was read.

A supposed fact says so in its source, with file and line and what is the case today, and counts as declared: what
rests on it is never proved. Jira's own counts of seats are moved by as much as the directories' own are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dirsync.audit.after_plan import taken_seats
from dirsync.audit.shared_names import DUPLICATES
from dirsync.audit.what_if_verbs import APPLICATIONS, USER_DIRECTORIES, Impossible, altered
from dirsync.errors import ConfigurationInvalid, Mistake
from dirsync.model.facts import Fact, FactState, MissingFact
from dirsync.model.run import Supposed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.audit.what_if_verbs import Alteration
    from dirsync.mapping.what_if_file import WhatIf
    from dirsync.model.estate import Estate


@dataclass(frozen=True)
class Supposing:
    """The Estate as it would be, and what was supposed, in the file's order."""

    estate: Estate
    supposed: tuple[Supposed, ...]
    left_out: tuple[str, ...] = ()
    """Names of facts that hold for today only."""


def supposing(estate: Estate, what_if: WhatIf) -> Supposing:
    """Return the Estate as it would be; the same one where nothing would change.

    Raises `ConfigurationInvalid` with every supposition that can't be made: it names what the Estate has not, or would
    change what nobody knows.
    """
    mistakes: list[Mistake] = []
    supposed: list[Supposed] = []
    changed = estate
    for number, supposition in enumerate(what_if.suppositions):
        line = what_if.line(number)
        try:
            alteration = altered(changed, supposition)
        except Impossible as impossible:
            mistakes.append(Mistake(what_if.place(number, *impossible.path), impossible.why))
            continue
        after = _after(changed, alteration, line)
        supposed.append(Supposed(line, alteration.text, is_already_so=after is changed))
        changed = after
    if mistakes:
        raise ConfigurationInvalid(mistakes)
    passing = tuple(sorted(_passing(estate, changed)))
    kept = {name: fact for name, fact in changed.facts.items() if name not in passing}
    changed = replace(changed, facts=kept) if passing else changed
    return Supposing(_with_moved_counts(estate, changed, what_if.name), tuple(supposed), passing)


def _passing(before: Estate, after: Estate) -> Iterator[str]:
    """Yield what Jira says of the outcome of settings that would be others: whom it finds in its groups, and where.

    It is left out, not unknown: as if Jira had not been asked, for of what is only supposed it can't be.
    """
    is_other = {name for name, fact in after.facts.items() if fact is not before.facts.get(name)}
    if USER_DIRECTORIES in is_other or any(name.endswith(".aggregate_memberships") for name in is_other):
        yield from (name for name in after.facts if name.startswith(("jira.members[", DUPLICATES)))


def _after(estate: Estate, alteration: Alteration, line: str) -> Estate:
    facts = {
        name: _supposed(estate.facts.get(name), name, value, line)
        for name, value in alteration.values.items()
        if not estate.has(name) or estate.need(name).value != value
    }
    people = alteration.population
    if people and people not in estate.populations:
        told = replace(people, where=f"{people.where}, but default_groups as {line} supposes".lstrip(", "))
        populations = tuple(told if each.mapping == people.mapping else each for each in estate.populations)
        return replace(estate, populations=populations)
    return replace(estate, facts={**estate.facts, **facts}) if facts else estate


def _supposed(before: Fact[Any] | None, name: str, value: object, line: str) -> Fact[Any]:
    is_known = before is not None and before.state is not FactState.UNKNOWN
    today = f"else as told by {before.source}" if before and is_known else "not known today"
    return Fact(name, FactState.DECLARED, value, f"{line}, supposed by --what-if ({today})")


def _with_moved_counts(before: Estate, after: Estate, name: str) -> Estate:
    """Let Jira count as many more or fewer seats as the directories give: today's count is not that of then."""
    if after is before or not after.has(APPLICATIONS):
        return after
    try:
        now, then = ({key: len(held) for key, held in taken_seats(each).items()} for each in (before, after))
    except MissingFact:
        return after
    fact = after.need(APPLICATIONS)
    more = {key: then[key] - now[key] for key in now}
    moved = tuple(
        known if known.used is None else replace(known, used=max(0, known.used + more.get(known.key, 0)))
        for known in fact.value
    )
    if moved == fact.value:
        return after
    source = f"{fact.source}; seats used as they would be by {name}"
    return replace(after, facts={**after.facts, APPLICATIONS: Fact(fact.name, FactState.DECLARED, moved, source)})
