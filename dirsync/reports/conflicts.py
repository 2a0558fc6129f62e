"""The people whom several mappings take, as reports tell of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dirsync.model.conflicts import Agreement
from dirsync.reports.wording import in_words, number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

AGREEMENT_WORDS: Mapping[str, str] = {
    Agreement.ID: "id",
    Agreement.USERNAME: "username",
    Agreement.EMAIL: "e-mail address",
}


def conflict_total(plan: Mapping[str, Any]) -> int:
    """Return how many there are, listed or not; 0 for a run of a version that did not tell."""
    return sum(plan.get("conflict_counts", {}).values())


ADVICE = (
    "If that is not meant, let all of these mappings but one leave them out: source.users.except_mapping, exclude, or"
    " a narrower base or filter."
)


class Alike(NamedTuple):
    """People of whom the very same is to be said: thousands of them are mostly a few matters."""

    names: list[str]
    takers: str
    """The mappings, in words."""
    wins: str
    flips: str


def alike(conflicts: Iterable[Mapping[str, Any]]) -> list[Alike]:
    """Put together whom the same mappings take with the same outcome, in the order of the first of each."""
    found: dict[tuple[str, str, str], Alike] = {}
    for conflict in conflicts:
        takers = in_words(list(dict.fromkeys(claim["mapping"] for claim in conflict["claims"])))
        said = (takers, conflict["wins"], conflict["flips"])
        found.setdefault(said, Alike([], *said)).names.append(conflict["name"])
    return list(found.values())


def counted_by_agreement(plan: Mapping[str, Any]) -> str:
    """Return how many there are by id, by username and by e-mail address, in words."""
    counts = plan["conflict_counts"]
    return in_words([f"{number(counts[key])} by {words}" for key, words in AGREEMENT_WORDS.items() if counts[key]])
