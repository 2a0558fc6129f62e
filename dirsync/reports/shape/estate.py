"""The shape of what was read: Directories, people, Jira applications."""

from __future__ import annotations

from dirsync.reports.shape.vocabulary import AudienceWord, Count, Described


class ReportedSearch(Described):
    """One search or listing, as the server ended it."""

    what: str
    """The question: base and filter, or the path."""
    pages: Count
    entries: Count
    result: str
    """The server's closing word, such as `success`, `sizeLimitExceeded` or `HTTP 200`."""


class ReportedQuarantine(Described):
    """An entry that was left out by name, because acting on it would have been a guess."""

    entry: str
    """What the admin can find it by: its DN, its username, its line."""
    reason: str
    id: str
    """Its immutable id, where it has one."""
    is_group: bool


class ReportedDirectory(Described):
    """How the read of one Directory went."""

    name: str
    """As the settings name it."""
    kind: str
    """ldap, crowd, ldif or jira."""
    complete: bool
    """False when the read did not reach the end: nothing it feeds was written to."""
    reason: str
    """What ended an incomplete read."""
    remedy: str
    users: Count
    groups: Count
    memberships: Count
    """Direct ones."""
    requests: Count
    """LDAP operations or HTTP requests it took."""
    seconds: float
    """How long the read took."""
    cursor: str | None
    """The server's own mark of the state that was read, as evidence; null where it has none."""
    method: str
    """How far the read builds on an earlier one, in words; empty where everything was read anew."""
    server: str
    """Product, version and address, as far as the server tells."""
    read_at: str
    searches: list[ReportedSearch]
    """The proof of completeness."""
    quarantined: list[ReportedQuarantine]


class ReportedAudience(Described):
    """The people of one mapping."""

    audience: AudienceWord
    mapping: str
    users: Count
    active: Count
    judged: Count
    """Active users of whom every seat question could be decided."""
    holding: Count
    """Users of whom it is proved that they hold a paid seat."""


class ReportedUnmapped(Described):
    """Accounts that were read and that no mapping takes."""

    users: Count
    holding: Count
    """Of them, those who hold a paid seat."""
