"""Who wins where several Mappings take one person, and what another order would change, in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from dirsync.model.names import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from dirsync.model.conflicts import Claim


@dataclass(frozen=True, slots=True)
class JiraOrder:
    """Where Jira's user directories show the targets."""

    places: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Target to its place in the order; those that no user directory is known to show are not in it."""
    unknown: str = ""
    """Why nothing at all is known of it; empty where the order is known."""

    def why_open(self, targets: Sequence[str]) -> str:
        """Return what keeps it from being known which of the targets comes first, or an empty string."""
        if self.unknown:
            return self.unknown
        hidden = [target for target in targets if target not in self.places]
        return f"nothing says which user directory of Jira shows {' and '.join(hidden)}" if hidden else ""


@dataclass(frozen=True, slots=True)
class Words:
    """See `Conflict`."""

    in_jira: str
    wins: str
    flips: str


def words_of(claims: Sequence[Claim], could_answer: Collection[tuple[str, str]], jira: JiraOrder) -> Words:
    """Return who wins among claims that stand by target and in the order of the Mappings.

    `could_answer` are those (Mapping, id) that would answer if their Mapping were the first one of its target.
    """
    by_target = [list(group) for _, group in groupby(claims, attrgetter("directory"))]
    waiting = [_waiting(each, could_answer) for each in by_target]
    wins = [_who_answers(each, others) for each, others in zip(by_target, waiting, strict=True)]
    flips = [_who_else_could(each, others) for each, others in zip(by_target, waiting, strict=True)]
    in_jira, told, turned = _in_jira([claim for claim in claims if claim.answers], jira)
    return Words(in_jira, " ".join(filter(None, [*wins, told])), " ".join(filter(None, [*flips, turned])))


def _waiting(claims: Sequence[Claim], could_answer: Collection[tuple[str, str]]) -> list[str]:
    """Return the Mappings that only others before them keep from answering on the one target of these claims."""
    return _mappings(claim for claim in claims if not claim.answers and (claim.mapping, claim.user_id) in could_answer)


def _who_answers(claims: Sequence[Claim], waiting: Sequence[str]) -> str:
    target = claims[0].directory
    answering = _mappings(claim for claim in claims if claim.answers)
    if not answering:
        return f"No mapping answers on {target}: the name would be several people's there."
    if len(answering) > 1:
        return f"Mappings {_quoted(answering, 'and')} each answer for an account on {target}."
    return f"Mapping '{answering[0]}' answers on {target}{', the first by name that takes them' if waiting else ''}."


def _who_else_could(claims: Sequence[Claim], waiting: Sequence[str]) -> str:
    if not waiting:
        return ""
    names, target = _quoted(waiting, "or"), claims[0].directory
    return f"If mapping {names} came before the others by name, it would answer on {target}."


def _in_jira(answering: Sequence[Claim], jira: JiraOrder) -> tuple[str, str, str]:
    """Return the target that Jira goes by, how that comes, and what another order would change."""
    targets = sorted({claim.directory for claim in answering})
    if len(targets) < 2:  # noqa: PLR2004 - one target has no order
        return "", "", ""
    both = f"There is an account on each of {len(targets)} targets, {' and '.join(targets)}"
    if len({fold(claim.user) for claim in answering}) > 1:
        return "", f"{both}; their usernames differ, so they are several users to Jira whatever its order.", ""
    if why := jira.why_open(targets):
        return "", f"{both}; Jira goes by its first user directory, and which one that is can't be said: {why}.", ""
    first, *others = sorted(targets, key=lambda target: jira.places[target])
    told = f"{both}; Jira goes by that of {first}, whose user directory comes first."
    return first, told, f"Were Jira's user directories in another order, it would go by {' or '.join(others)}."


def _mappings(claims: Iterable[Claim]) -> list[str]:
    return list(dict.fromkeys(claim.mapping for claim in claims))


def _quoted(mappings: Sequence[str], word: str) -> str:
    return f" {word} ".join(f"'{name}'" for name in mappings)
