"""Runs made by hand, rich enough that every part of a report has something to show."""

from dataclasses import replace

from dirsync.errors import ExitCode
from dirsync.model.conflicts import Agreement, Claim, Conflict, Conflicts
from dirsync.model.entries import Quarantined
from dirsync.model.estate import Audience
from dirsync.model.facts import Evidence, declared, observed, unknown
from dirsync.model.findings import (
    Confidence,
    Finding,
    Mechanism,
    RuleState,
    Severity,
    Subject,
    SubjectKind,
    Verdict,
    Waived,
)
from dirsync.model.plans import Adoption, Change, Obstacle, Op, Outcome, Plan, Refusal, Result
from dirsync.model.products import JiraApplication
from dirsync.model.run import (
    ApplicationSeats,
    AtRisk,
    AudienceCount,
    AuditResult,
    ChangedFinding,
    ComputedSeats,
    DirectoryRead,
    Mode,
    PastRun,
    Run,
    SeatsAfterPlan,
    Supposed,
    WhatIfResult,
)
from dirsync.model.snapshot import Completeness, Counts, SearchProof

AT = "2026-11-22T02:15:07+00:00"
ROLES = "GET https://jira.example.org/rest/api/2/applicationrole"
DECLARED = "mappings/estate.yaml:12, declared by maria.koch@example.org until 2027-11-20"

PAGES = {
    "customer-holds-application-access": """A customer occupies a paid seat.

A Jira Service Management customer is free. Somebody who is an active member of a group that opens a Jira
application is counted as a user of that application, whatever they use it for.

How it comes about:

- a default group of the customers' directory is nested in a group that opens an application;
- somebody was put into such a group by hand and never taken out.
""",
    "customer-default-group-grants-application-access": """Every new customer would be given a paid seat.

A group into which all customers are put opens a Jira application. The seats are taken at the next login or
sign-up, one by one, and show only on the invoice.
""",
}


def holding(name: str, *, directory: str = "crowd-customers", **changes: object) -> Finding:
    """A customer who reaches a Jira Software seat through portal > jira-users."""
    finding = Finding(
        rule="customer-holds-application-access",
        verdict=Verdict.FAIL,
        severity=Severity.CRITICAL,
        subject=Subject(SubjectKind.USER, name, f"32770:{name}", directory),
        message=f"Customer {name} occupies a seat of Jira Software.",
        mapping="customers",
        application="jira-software",
        path=(name, "portal", "jira-users", "jira-software"),
        evidence=(
            Evidence(ROLES, AT, "jira-software is opened by [jira-users]"),
            Evidence("GET https://crowd.example.org/…/group/membership", AT, "jira-users contains the group portal"),
            Evidence("GET https://crowd.example.org/…/group/membership", AT, f"portal contains {name}"),
        ),
        remedy="Take the group portal out of jira-users, or give customers a group that opens nothing.",
        first_seen="2026-11-20T02:15:04+00:00",
    )
    return replace(finding, **changes)


def default_group(name: str, mechanism: Mechanism, **changes: object) -> Finding:
    """A default group of customers that opens Jira Software."""
    finding = Finding(
        rule="customer-default-group-grants-application-access",
        verdict=Verdict.FAIL,
        severity=Severity.HIGH,
        subject=Subject(SubjectKind.GROUP, name, f"g:{name}", "crowd-customers"),
        message=f"New customers are put into {name} ({mechanism.value}), which opens Jira Software.",
        confidence=Confidence.DECLARED,
        mapping="customers",
        application="jira-software",
        mechanism=mechanism,
        path=(name, "jira-users", "jira-software"),
        evidence=(
            Evidence(DECLARED, "2026-11-20", f"default_groups of crowd-customers = [{name}]"),
            Evidence(ROLES, AT, "jira-software is opened by [jira-users]"),
        ),
        remedy=f"Drop {name} from the default groups of the Crowd application jira-customers.",
    )
    return replace(finding, **changes)


UNDECIDED_SIGNUP = Finding(
    rule="public-signup-needs-read-write",
    verdict=Verdict.UNKNOWN,
    severity=Severity.CRITICAL,
    subject=Subject(SubjectKind.ESTATE, "estate"),
    message="Whether sign-up can create accounts depends on the mode of 'Crowd Customers', which nobody told.",
    remedy="Declare jira.user_directories in mappings/estate.yaml; Jira shows the mode under User directories.",
    missing=("jira.user_directories[Crowd Customers].mode",),
)

SHARED = Finding(
    rule="audiences-share-a-directory",
    verdict=Verdict.PASS,
    severity=Severity.LOW,
    subject=Subject(SubjectKind.DIRECTORY, "crowd-customers", directory="crowd-customers"),
    message="Only customers live here.",
    evidence=(Evidence("mappings/customers.yaml:3", "", "audience: customers"),),
)

WAIVED = holding(
    "pilot@example.org",
    waiver=Waived(
        "maria.koch@example.org", "pilot until go-live, ITSM-812", "2027-01-31", "mappings/customers.yaml:31"
    ),
)

READ_WHOLE = Completeness(
    is_complete=True,
    server="OpenLDAP 2.5.13 at ldap.example.org",
    searches=(
        SearchProof("ou=people,dc=example,dc=org (objectClass=inetOrgPerson)", 26, 12_741, "success"),
        SearchProof("ou=groups,dc=example,dc=org (objectClass=groupOfNames)", 1, 318, "success"),
    ),
    requests=28,
    seconds=3.42,
    read_at=AT,
    cursor="20261122021455.120034Z#000000#000#000000",
)

CUT_SHORT = replace(
    READ_WHOLE,
    is_complete=False,
    reason="the server's size limit of 500 (olcSizeLimit) ended the search of ou=people,dc=example,dc=org",
    remedy="Give the bind account size.prtotal=unlimited in olcLimits.",
    searches=(SearchProof("ou=people,dc=example,dc=org (objectClass=inetOrgPerson)", 1, 500, "sizeLimitExceeded"),),
)

CORP = DirectoryRead("corp", "ldap", READ_WHOLE, Counts(12_741, 318, 40_113))
CROWD = DirectoryRead(
    "crowd-customers",
    "crowd",
    Completeness(
        is_complete=True,
        server="Crowd 5.2.1 at crowd.example.org",
        searches=(SearchProof("/search?entity-type=user", 13, 12_428, "HTTP 200"),),
        requests=27,
        seconds=9.06,
        read_at=AT,
    ),
    Counts(12_428, 12, 12_902),
    (Quarantined("uid=doubled,ou=people", "the same entryUUID as uid=original"),),
)

SEATS = (
    ApplicationSeats("jira-software", "Jira Software", 150, 118, False, 3, 12_428, 97),
    ApplicationSeats("jira-servicedesk", "Jira Service Management", 25, 20, False, 0, 0, 20),
    ApplicationSeats("jira-core", "Jira Core", None, None, False, 0, 0, 0),
)

RULES = (
    RuleState("customer-holds-application-access", "A customer occupies a paid seat", Verdict.FAIL, "", True),
    RuleState(
        "customer-default-group-grants-application-access",
        "A default group would give every new customer a paid seat",
        Verdict.FAIL,
        "",
        True,
    ),
    RuleState(
        "public-signup-needs-read-write",
        "Public sign-up can't create accounts",
        Verdict.UNKNOWN,
        "the mode of Jira's directory 'Crowd Customers' is not known",
        True,
    ),
    RuleState("audiences-share-a-directory", "Agents and customers share a directory", Verdict.PASS, "", False),
    RuleState(
        "customer-default-group-has-jira-users-permission",
        "A default group has the JIRA Users permission",
        Verdict.NOT_APPLICABLE,
        "since 7.0 this is application access, and this is Jira 9.12",
        True,
    ),
)

FACTS = (
    observed("jira.version", "9.12.4", "GET https://jira.example.org/rest/api/2/serverInfo", AT),
    observed(
        "jira.applications",
        (JiraApplication("jira-software", ("jira-users",), ("jira-users",), True, "Jira Software", 150, 118),),
        ROLES,
        AT,
    ),
    declared("jira.public_signup.global", True, DECLARED, "2026-11-20"),
    declared("crowd.applications[jira-customers].aggregate_memberships", False, DECLARED, "2026-11-20"),
    declared(
        "crowd.applications[jira-customers].directories[crowd-customers].default_groups",
        ("portal-customers", "helpdesk-users"),
        DECLARED,
        "2026-11-20",
    ),
    unknown(
        "jira.user_directories[Crowd Customers].mode",
        "only Jira's database and its administration pages know it",
        "Declare jira.user_directories in mappings/estate.yaml.",
    ),
)

CHANGES = (
    Change(
        Op.CREATE_USER,
        "crowd-customers",
        "customers",
        user="ben@example.org",
        after={"username": "ben@example.org", "email": "ben@example.org", "active": True},
        reason="new in corp",
        source_id="u-17",
    ),
    Change(
        Op.RENAME_USER,
        "crowd-customers",
        "customers",
        user="c.old",
        user_id="32770:9",
        before={"username": "c.old"},
        after={"username": "c.new"},
        reason="renamed in corp",
        source_id="u-9",
    ),
    Change(
        Op.UPDATE_USER,
        "crowd-customers",
        "customers",
        user="dora",
        user_id="32770:4",
        before={"email": "dora@old.example.org"},
        after={"email": "dora@example.org"},
        source_id="u-4",
    ),
    *(
        Change(Op.ADD_MEMBER, "crowd-customers", "customers", user=f"person-{place}", group="portal-customers")
        for place in range(42)
    ),
    Change(Op.REMOVE_MEMBER, "crowd-customers", "customers", user="eve", group="helpdesk-users"),
    Change(
        Op.DEACTIVATE_USER, "crowd-agents", "agents", user="frank", before={"active": True}, after={"active": False}
    ),
)

PLAN = Plan(
    CHANGES,
    (Obstacle("crowd-customers", "customers", "grace", "a hand-made account has this name"),),
    base={"corp": READ_WHOLE.cursor or ""},
    adopted=(Adoption("crowd-customers", "customers", "heidi", "key-heidi", "u-9"),),
)

CONFLICT = Conflict(
    (Agreement.USERNAME, Agreement.EMAIL),
    "ana",
    (
        Claim("agents", "crowd-agents", "corp", "ana", "u-1", answers=True),
        Claim("customers", "crowd-customers", "abroad", "Ana", "u-2", answers=False),
    ),
    in_jira="crowd-agents",
    wins="Mapping 'agents' answers on crowd-agents.",
    flips="Were Jira's user directories in another order, it would go by crowd-customers.",
)
CONFLICTS = Conflicts({Agreement.USERNAME: 1}, (CONFLICT,))

CONTENT_GUARD = Refusal("max_removals", refused=False, message="1 of 140 users removed or deactivated, 50 allowed.")
REFUSING_GUARD = Refusal(
    "max_member_removals",
    refused=True,
    message="61 of 140 members of portal-customers would be taken out, 43.6 %; 50 are allowed. "
    "If that is meant, repeat with --allow-member-removals 61.",
    mapping="customers",
    directory="crowd-customers",
)


def outcomes(*results: Result) -> tuple[Outcome, ...]:
    """Outcomes of the first changes of PLAN."""
    return tuple(
        Outcome(change.id, result, "" if result is Result.DONE else "HTTP 403: not permitted", AT)
        for change, result in zip(CHANGES, results, strict=False)
    )


TOLD_SEATS = replace(
    SEATS[0],
    at_risk_by=(AtRisk(Mechanism.JIRA_APPLICATION, 0), AtRisk(Mechanism.CROWD_APPLICATION, 12_428)),
    computed=ComputedSeats(115, 117, {"masked": 2, "aggregation": 1}, 1),
    after_plan=SeatsAfterPlan("jira-software", 14, 1, 2, may_gain=3, freed=2, left=11),
)
"""Seats of which everything is told."""


def a_what_if() -> WhatIfResult:
    """One group is no default group any more, and one thing is so already."""
    undecided = replace(UNDECIDED_SIGNUP, verdict=Verdict.FAIL, message="Sign-up can't work.")
    return WhatIfResult(
        "what-if.yaml",
        (
            Supposed("what-if.yaml:3", "default group 'portal' removed from those of the Crowd directory crowd"),
            Supposed("what-if.yaml:4", "mode of 'Crowd Customers' read-only", is_already_so=True),
        ),
        AuditResult(
            rules=tuple(replace(rule, state=Verdict.PASS) for rule in RULES[:1]),
            audiences=(AudienceCount(Audience.CUSTOMERS, "customers", 12_431, 12_004, 12_431, 0),),
            unmapped_users=310,
            applications=(replace(SEATS[0], customers_holding=0, used=115, computed=ComputedSeats(115, 115)),),
        ),
        appearing=(holding("dora", first_seen=""),),
        vanishing=(holding("ana"), holding("bert"), UNDECIDED_SIGNUP),
        changing=(ChangedFinding(UNDECIDED_SIGNUP, undecided), ChangedFinding(holding("carl"), WAIVED)),
    )


def a_run(**changes: object) -> Run:
    """A run that found three customers on seats, two default groups, and could not decide sign-up."""
    run = Run(
        id="20261122T021501Z-7f3a",
        started_at="2026-11-22T02:15:01+00:00",
        finished_at="2026-11-22T02:15:21+00:00",
        version="0.1.0",
        mode=Mode.AUDIT,
        mappings_digest="9f2c41d07be81a55",
        exit_code=ExitCode.FINDINGS,
        directories=(CROWD, CORP),
        audit=AuditResult(
            findings=(
                SHARED,
                UNDECIDED_SIGNUP,
                default_group("portal-customers", Mechanism.CROWD_APPLICATION),
                default_group("helpdesk-users", Mechanism.MAPPING),
                holding("carl"),
                holding("ana", is_new=True),
                holding("bert"),
                WAIVED,
            ),
            rules=RULES,
            audiences=(
                AudienceCount(Audience.CUSTOMERS, "customers", 12_431, 12_004, 12_431, 3),
                AudienceCount(Audience.AGENTS, "agents", 97, 97, 97, 97),
            ),
            unmapped_users=310,
            unmapped_holding=1,
            applications=SEATS,
        ),
        facts=FACTS,
        resolved=("0123456789abcdef",),
        notices=("crowd-customers: the password travels in clear (ALLOW_PLAINTEXT).",),
    )
    return replace(run, **changes)


def audited(**changes: object) -> Run:
    """`a_run` with another audit in parts."""
    return a_run(audit=replace(a_run().audit, **changes))


NO_FAILURE = {"critical": 0, "high": 0, "medium": 0, "low": 0, "info": 0}


def past(
    day: int,
    *,
    held: int = 0,
    at_risk: int = 0,
    fail: dict[str, int] | None = None,
    is_complete: bool = True,
    **seats: object,
) -> PastRun:
    """A run of that day in November 2026, as the history knows it."""
    software = {
        "key": "jira-software", "name": "Jira Software", "seats": 10, "used": 4, "customers_holding": held,
        "customers_at_risk": at_risk, "customers_decided": True, "risk_decided": True,
    }  # fmt: skip
    findings = {"fail": NO_FAILURE | (fail or {}), "unknown": 0, "new": 0, "resolved": 0, "waived": 0}
    at = f"2026-11-{day:02}T01:00:00+00:00"
    return PastRun(
        f"r{day}", "sync", at, at, 0, is_complete, {"findings": findings, "applications": [software | seats]}
    )
