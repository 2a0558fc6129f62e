"""The document without names, so that a report may leave the house.

It is built anew from what may be told: a field that nobody has decided on is left out. Sentences hold names in any
place and spelling, so none is kept; they are replaced by what the numbers and ids beside them say. What stays readable
is written in docs/reports.md, "Reports for people outside".
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from dirsync.model.names import directory_key
from dirsync.reports.redacted_history import redacted_history
from dirsync.reports.redacted_plan import redacted_outcome, redacted_plan
from dirsync.reports.redacted_words import WITHHELD, Words, moment, redacted_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dirsync.reports.pseudonyms import Pseudonyms

    Item = Mapping[str, Any]

_RESULTS = frozenset(
    {
        "adminLimitExceeded",
        "busy",
        "insufficientAccessRights",
        "noSuchObject",
        "referral",
        "sizeLimitExceeded",
        "success",
        "timeLimitExceeded",
        "unavailable",
        "unwillingToPerform",
    }
)
_PLAIN_RESULT = re.compile(r"HTTP \d{3}")
_VERSION = re.compile(r"\d+(\.\d+){1,3}")
_RUN = ("id", "started_at", "finished_at", "version", "mode", "exit_code")
_COUNTS_OF_READ = ("complete", "users", "groups", "memberships", "requests", "seconds")
_KEPT_OF_FINDING = ("rule", "verdict", "severity", "confidence", "mechanism", "count", "is_new", "application")


def redacted(document: Item, pseudonyms: Pseudonyms) -> dict[str, Any]:
    """Return the document with pseudonyms for users, groups, projects, entries and ids, and without sentences.

    Directories, mappings, Jira applications, rules, counts and times stay as they are. Ids of findings and changes are
    others, since they are digests of names. Two redacted documents under one key can be compared.
    """
    words = Words(
        pseudonyms,
        places=frozenset(
            directory_key(name)
            for name in (
                *(read["name"] for read in document["directories"]),
                *(people["mapping"] for people in document["audiences"]),
            )
        ),
        applications=frozenset(seats["key"] for seats in document["applications"]),
    )
    titles = {rule["rule"]: rule["title"] for rule in document["rules"]}
    run = document["run"]
    notices = len(run["notices"])
    return {
        "schema": document["schema"],
        "run": {
            **{name: run[name] for name in _RUN},
            "mappings_digest": pseudonyms.digest(run["mappings_digest"]),
            "notices": [f"Notices that are left out here: {notices}."] if notices else [],
            "host": "",
            "local_time": "",
        },
        **redacted_answer(document, words),
        "directories": [_directory(read, words) for read in document["directories"]],
        "audiences": [dict(people) for people in document["audiences"]],
        "unmapped": dict(document["unmapped"]),
        "applications": [dict(seats) for seats in document["applications"]],
        "summary": dict(document["summary"]),
        "rules": _rules(document),
        "facts": [_fact(fact, words) for fact in document["facts"]],
        "findings": [_finding(finding, titles, words) for finding in document["findings"]],
        "resolved": sorted(map(pseudonyms.digest, document["resolved"])),
        "plan": redacted_plan(document["plan"], words),
        "outcomes": [redacted_outcome(outcome, words) for outcome in document["outcomes"]],
        "what_if": None,
        **redacted_history(document, words),
    }


def _directory(read: Item, words: Words) -> dict[str, Any]:
    made = words.pseudonyms
    return {
        "name": read["name"],
        "kind": read["kind"],
        **{name: read[name] for name in _COUNTS_OF_READ},
        "reason": "" if read["complete"] else WITHHELD,
        "remedy": "",
        "cursor": made.exact("cursor", read["cursor"] or "") or None,
        "method": "",
        "server": "",
        "read_at": moment(read["read_at"]),
        "searches": [
            {
                "what": made.exact("search", search["what"]),
                "pages": search["pages"],
                "entries": search["entries"],
                "result": _result(search["result"]),
            }
            for search in read["searches"]
        ],
        "quarantined": [
            {
                "entry": made.name("entry", left_out["entry"]),
                "reason": WITHHELD,
                "id": made.exact("id", left_out["id"]),
                "is_group": left_out["is_group"],
            }
            for left_out in read["quarantined"]
        ],
    }


def _result(result: str) -> str:
    return result if result in _RESULTS or _PLAIN_RESULT.fullmatch(result) else "other"


def _rules(document: Item) -> list[dict[str, Any]]:
    """Titles and pages are dirsync's own and the same for everybody; why a rule fared so is a sentence."""
    verdicts = Counter((finding["rule"], finding["verdict"]) for finding in document["findings"])
    why = {"fail": "findings fail", "unknown": "findings could not be decided"}
    return [
        {
            **{name: rule[name] for name in ("rule", "state", "title", "decides_seats", "page")},
            "why": f"{why[rule['state']]}: {verdicts[rule['rule'], rule['state']]}" if rule["state"] in why else "",
        }
        for rule in document["rules"]
    ]


def _fact(fact: Item, words: Words) -> dict[str, Any]:
    return {
        "fact": words.fact(fact["fact"]),
        "state": fact["state"],
        "value": _value(fact["value"]),
        "source": words.pseudonyms.exact("source", fact["source"]),
        "at": moment(fact["at"]),
        "why": WITHHELD if fact["state"] == "unknown" else "",
        "remedy": "",
    }


def _value(value: object) -> Any:  # noqa: ANN401 - any JSON
    is_plain = value is None or isinstance(value, (bool, int, float))
    return value if is_plain or (isinstance(value, str) and _VERSION.fullmatch(value)) else WITHHELD


def _finding(finding: Item, titles: Mapping[str, str], words: Words) -> dict[str, Any]:
    made = words.pseudonyms
    subject = words.subject(finding["subject"])
    title = titles.get(finding["rule"], finding["rule"])
    waiver = finding["waiver"]
    return {
        **{name: finding[name] for name in _KEPT_OF_FINDING},
        "id": made.digest(finding["id"]),
        "subject": subject,
        "mapping": words.place(finding["mapping"]),
        "path": words.path(finding),
        "message": f"{title}: {subject['name']}.",
        "evidence": [
            {
                "source": made.exact("source", seen["source"]),
                "at": moment(seen["at"]),
                "value": WITHHELD,
            }
            for seen in finding["evidence"]
        ],
        "remedy": f"'dirsync explain {finding['rule']}' tells what to do." if finding["remedy"] else "",
        "waiver": {
            "owner": made.name("user", waiver["owner"]),
            "reason": WITHHELD,
            "expires": moment(waiver["expires"]),
            "source": "",
        }
        if waiver
        else None,
        "first_seen": moment(finding["first_seen"]),
        "missing": [words.fact(name) for name in finding["missing"]],
    }
