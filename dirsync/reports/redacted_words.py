"""What stands for names and sentences in a redacted document."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dirsync.model.findings import SubjectKind
from dirsync.model.names import directory_key
from dirsync.reports.wording import counted, number, verb

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dirsync.reports.pseudonyms import Pseudonyms

    Item = Mapping[str, Any]

WITHHELD = "left out of this redacted report"
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?")
_SETTINGS = re.compile(r"[a-z_]+(\.[a-z_]+)*")
# the words of mappings/estate.yaml that a fact's path is made of; what stands in brackets is a name


@dataclass(frozen=True, slots=True)
class Words:
    """Decides for each kind of name whether it may be read."""

    pseudonyms: Pseudonyms
    places: frozenset[str]
    """The keys of the Directories and Mappings that the settings name: these, and no others, stay readable."""
    applications: frozenset[str]
    """The keys of the Jira applications."""

    def place(self, name: str) -> str:
        """Return the name of a Directory or Mapping; one that only Jira or Crowd knows is replaced."""
        return name if directory_key(name) in self.places else self.pseudonyms.name("directory", name)

    def subject(self, subject: Item) -> dict[str, Any]:
        """Return who or what a finding is about."""
        return {
            "kind": subject["kind"],
            "name": self._named(subject["kind"], subject["name"]),
            "id": self.pseudonyms.exact("id", subject["id"]),
            "directory": self.place(subject["directory"]),
        }

    def path(self, finding: Item) -> list[str]:
        """Return an AccessPath: what is not its user and not a Jira application is a group."""
        path = list(finding["path"])
        known = {*self.applications, *filter(None, [finding["application"]])}
        told = [self.pseudonyms.name("group", name) for name in path]
        if path and path[-1] in known:
            told[-1] = path[-1]
        if path and finding["subject"]["kind"] == SubjectKind.USER:
            told[0] = self.pseudonyms.name("user", path[0])
        return told

    def fact(self, name: str) -> str:
        """Return a fact's path up to the first name in it: `jira.user_directories[fact-7f3a90c1d2e4]`."""
        if _SETTINGS.fullmatch(name):
            return name
        head = name.partition("[")[0]
        shown = head if _SETTINGS.fullmatch(head) else ""
        return f"{shown}[{self.pseudonyms.exact('fact', name)}]"

    def _named(self, kind: str, name: str) -> str:
        if kind == SubjectKind.ESTATE:
            return "estate"
        if kind in (SubjectKind.DIRECTORY, SubjectKind.MAPPING):
            return self.place(name)
        if kind == SubjectKind.APPLICATION and name in self.applications:
            return name
        return self.pseudonyms.name(kind, name)


def moment(text: str) -> str:
    """Return a date or time, and nothing else."""
    return text if _MOMENT.fullmatch(text) else ""


def redacted_answer(document: Item, words: Words) -> dict[str, Any]:
    """Return `answer` and `answer_parts` as the numbers of the document give them."""
    summary = document["summary"]
    unread = [read["name"] for read in document["directories"] if not read["complete"]]
    limits = [f"Directory {words.place(name)} was not read whole." for name in unread]
    if any(guard["refused"] for guard in document["plan"]["guards"]):
        limits.append("A guard refused the plan: nothing was changed.")
    customers = [people for people in document["audiences"] if people["audience"] == "customers"]
    statement = "Whether customers hold a paid seat was not asked, or could not be."
    if customers:
        holding = sum(people["holding"] for people in customers)
        users = sum(people["users"] for people in customers)
        proved = f"{verb(holding, 'is', 'are')} proved to hold a paid seat"
        statement = f"{number(holding)} of {counted(users, 'customer')} {proved}."
    failing = sum(summary["fail"].values())
    further = [f"{counted(failing, 'finding')} {verb(failing, 'fails', 'fail')}."]
    if summary["unknown"]:
        further.append(f"{counted(summary['unknown'], 'finding')} could not be decided.")
    if open_rules := sum(rule["decides_seats"] and rule["state"] == "unknown" for rule in document["rules"]):
        further.append(f"{counted(open_rules, 'rule')} about seats or sign-up could not be decided.")
    if changes := len(document["plan"]["changes"]):
        further.append(f"The plan has {counted(changes, 'change')}.")
    aside = ["pseudonyms stand for names"]
    if summary["waived"]:
        aside.append(f"{counted(summary['waived'], 'finding')} waived")
    return {
        "answer": " ".join([*limits, statement, *further, f"({'; '.join(aside)})"]),
        "answer_parts": {"limits": limits, "statement": statement, "further": further, "aside": aside},
    }
