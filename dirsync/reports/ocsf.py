"""The run for a SIEM: one event of the Open Cybersecurity Schema Framework on each line.

A finding is a Compliance Finding (2003). What was written to a target is Group Management (3006), or Account Change
(3001) where it is about an account. Attributes and numbers: OCSF 1.8.0, https://schema.ocsf.io/1.8.0; what earlier
versions required (`compliance.standards`, `metadata.product.vendor_name`) is there too.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dirsync.reports.ocsf_changes import change_event

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Item = Mapping[str, Any]
    Event = dict[str, Any]

_VERSION = "1.8.0"
_COMPLIANCE_FINDING = 2003
_FINDINGS = 2
_CREATE, _UPDATE, _CLOSE = 1, 2, 3
_NEW, _SUPPRESSED, _RESOLVED = 1, 3, 4
_INFORMATIONAL = 1
_SEVERITIES = {"info": _INFORMATIONAL, "low": 2, "medium": 3, "high": 4, "critical": 5}
_RESULTS = {
    "pass": (1, "Pass"),
    "unknown": (2, "Warning"),
    "fail": (3, "Fail"),
    "not_applicable": (99, "Not applicable"),
}
_CONFIDENCES = {"declared": (2, "Medium"), "proved": (3, "High")}
_TRIED = ("done", "failed", "refused")


class OcsfReport:
    """NDJSON: an event, a line feed, the next event. ASCII only, so that nothing in a name acts on a terminal."""

    name = "ocsf"
    suffix = ".ocsf.ndjson"

    def render(self, document: Item) -> bytes:
        """Return the findings in their order, what was resolved, and then the changes that were tried, in theirs.

        A finding keeps its `finding_info.uid` from night to night. Times are milliseconds since 1970.
        """
        # one line at a time, so that only one event is held as objects
        return b"".join(_line(event) for event in _events(document))


def _line(event: Event) -> bytes:
    return json.dumps(_filled(event), separators=(",", ":"), allow_nan=False).encode() + b"\n"


def _filled(value: Any) -> Any:  # noqa: ANN401 - whatever an event holds
    """Return the value without what says nothing: an empty text is no name and no moment to a SIEM."""
    if isinstance(value, dict):
        filled = {key: _filled(item) for key, item in value.items()}
        return {key: item for key, item in filled.items() if item not in ("", None, [], {})}
    if isinstance(value, list):
        return [_filled(item) for item in value]
    if isinstance(value, str):
        # half a character is an escape that strict readers of JSON refuse (RFC 8259, section 8.2)
        return value.encode(errors="backslashreplace").decode()
    return value


def _events(document: Item) -> Iterator[Event]:
    titles = {rule["rule"]: rule["title"] for rule in document["rules"]}
    resolved = set(document["resolved"])
    for finding in document["findings"]:
        yield _finding(document, finding, titles.get(finding["rule"], ""), is_resolved=finding["id"] in resolved)
    were = {known["id"]: known for known in document.get("resolved_findings", ())}
    for uid in sorted(resolved.difference(finding["id"] for finding in document["findings"])):
        yield _gone(document, uid, were.get(uid, {}), titles)
    changes = {change["id"]: change for change in document["plan"]["changes"]}
    for outcome in document["outcomes"]:
        change = changes.get(outcome["change"])
        if change is not None and outcome["outcome"] in _TRIED:
            yield {
                **change_event(change, outcome),
                "severity_id": _INFORMATIONAL,
                "severity": "Informational",
                "time": _milliseconds(outcome["at"] or document["run"]["finished_at"]),
                "metadata": _metadata(document, change["op"], change["id"]),
            }


def _finding(document: Item, finding: Item, title: str, *, is_resolved: bool) -> Event:
    verdict = finding["verdict"]
    subject = finding["subject"]
    is_open = verdict in ("fail", "unknown")
    activity = _CREATE if finding["is_new"] else _UPDATE
    result, result_name = _RESULTS[verdict]
    confidence, confidence_name = _CONFIDENCES[finding["confidence"]]
    severity = finding["severity"] if is_open else "info"
    return {
        **_class(_CLOSE if is_resolved else activity),
        "time": _milliseconds(document["run"]["finished_at"]),
        # what passed costs nothing, whatever it would have cost
        "severity_id": _SEVERITIES[severity],
        "severity": "Informational" if severity == "info" else severity.capitalize(),
        "confidence_id": confidence,
        "confidence": confidence_name,
        "status_id": _lifecycle(finding, is_open=is_open, is_resolved=is_resolved),
        "message": finding["message"],
        "metadata": _metadata(document, finding["rule"], finding["id"]),
        "finding_info": {
            "uid": finding["id"],
            "title": title or finding["rule"],
            "first_seen_time": _milliseconds(finding["first_seen"]),
            "last_seen_time": _milliseconds(document["run"]["finished_at"]),
        },
        "compliance": {
            "control": finding["rule"],
            "standards": ["dirsync"],
            "status_id": result,
            "status": result_name,
            "status_details": [*filter(None, [" > ".join(finding["path"])]), *finding["missing"]],
        },
        "resources": [_resource(subject)],
        "remediation": {"desc": finding["remedy"]},
        "unmapped": {
            "mapping": finding["mapping"],
            "application": finding["application"],
            "mechanism": finding["mechanism"],
            "count": finding["count"],
            "evidence": [f"{seen['source']}: {seen['value']}" for seen in finding["evidence"]],
            "waiver": finding["waiver"],
        },
    }


def _lifecycle(finding: Item, *, is_open: bool, is_resolved: bool) -> int | None:
    if is_resolved:
        return _RESOLVED
    if not is_open:
        return None
    return _SUPPRESSED if finding["waiver"] else _NEW


def _gone(document: Item, uid: str, was: Item, titles: Mapping[str, str]) -> Event:
    """Return the end of a finding that this run has no answer to; `was` is what the history kept, empty if nothing.

    An older dirsync kept neither rule nor subject: then the control is `resolved`.
    """
    rule = was.get("rule") or ""
    subject = was.get("subject") or {}
    about = f" {rule} about {subject['kind']} {subject['name']}" if rule and subject else f" {uid}"
    return {
        **_class(_CLOSE),
        "time": _milliseconds(document["run"]["finished_at"]),
        # what is over costs nothing, whatever it has cost
        "severity_id": _INFORMATIONAL,
        "severity": "Informational",
        "status_id": _RESOLVED,
        "message": f"Finding{about} of an earlier run is gone.",
        "metadata": _metadata(document, rule or "resolved", uid),
        "finding_info": {
            "uid": uid,
            "title": titles.get(rule) or rule or "A finding of an earlier run is gone",
            "first_seen_time": _milliseconds(was.get("first_seen", "")),
        },
        "compliance": {
            "control": rule or "resolved",
            "standards": ["dirsync"],
            "status_id": 0,
            "status": "Unknown",
        },
        "resources": [_resource(subject)] if subject else [],
        "unmapped": {name: was.get(name) for name in ("mapping", "application", "mechanism")},
    }


def _resource(subject: Item) -> Event:
    return {
        "type": subject["kind"],
        "name": subject["name"],
        "uid": subject["id"],
        "namespace": subject["directory"],
    }


def _class(activity: int) -> Event:
    return {
        "category_uid": _FINDINGS,
        "class_uid": _COMPLIANCE_FINDING,
        "activity_id": activity,
        "type_uid": _COMPLIANCE_FINDING * 100 + activity,
    }


def _metadata(document: Item, code: str, uid: str) -> Event:
    run = document["run"]
    return {
        "version": _VERSION,
        "event_code": code,
        "uid": f"{run['id']}:{uid}",
        "correlation_uid": run["id"],
        "product": {"name": "dirsync", "vendor_name": "dirsync", "version": run["version"]},
    }


def _milliseconds(moment: str) -> int | None:
    if not moment:
        return None
    at = datetime.fromisoformat(moment)
    return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
