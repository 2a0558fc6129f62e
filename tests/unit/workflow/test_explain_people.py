"""Which accounts are one person, why a Mapping leaves them out, which groups they reach, what a plan says of them."""

from __future__ import annotations

from dataclasses import replace

from unit.plan.fakes import MemoryLinks
from unit.plan.stories import CROWD, CUSTOMERS, Story

from dirsync.directories.sightings import Fit, Sighting
from dirsync.mapping.checked import Mapping
from dirsync.model.entries import Quarantined, User
from dirsync.model.explained import AtRisk, ExpectedGroup, SeatAnswer, Taking
from dirsync.model.findings import Finding, Mechanism, Severity, Subject, SubjectKind, Verdict
from dirsync.model.links import UserLink
from dirsync.plan.desired import Feed
from dirsync.workflow.explain.alike import by_person
from dirsync.workflow.explain.finding import Found, Wanted, normal_dn
from dirsync.workflow.explain.groups import groups_reached
from dirsync.workflow.explain.takings import entry_of, takings
from dirsync.workflow.explain.telling import at_risk, is_about

LINK = UserLink(CROWD, "customers", "s1", "t1", "ana")
DN = "uid=Ana,ou=people,dc=example,dc=org"


def account(username: str, directory: str = "corp", user_id: str = "", *, is_asked_for: bool = True) -> Found:
    user_id = user_id or f"{directory}-{username}"
    return Found(directory, User(user_id, f"ref-{user_id}", username), is_asked_for=is_asked_for)


def sighted(*fits: tuple[str, Fit], username: str = "ana") -> Found:
    seen = Sighting(DN, normal_dn(DN), "s1", username, "", True, "", dict(fits))
    return Found("corp", sighting=seen)


def joined(*found: Found, links: MemoryLinks | None = None, text: str = CUSTOMERS) -> list[list[str]]:
    mappings = tuple(Story().mapping(text).mappings.values())
    people = by_person(found, links or MemoryLinks(), mappings)
    return [[f"{one.directory}:{one.username}" for one in accounts] for accounts in people]


def test_names_compare_as_directories_compare_them() -> None:
    user = User("ID-1", normal_dn(DN), "Zoë", email="Zoe@Example.org")
    for asked in ("zoe\u0308", "ZOË", "zoe@example.ORG", "id-1", "UID=ana , OU=People,DC=example,DC=org"):
        assert Wanted(asked).is_meant(user), asked
    for asked in ("zoe", "example.org", "ou=people,dc=example,dc=org", "uid=ana"):
        assert not Wanted(asked).is_meant(user), asked


def test_an_empty_address_is_nobodys() -> None:
    assert not Wanted(" ").is_meant(User("1", "r", "ana"))
    assert not Wanted("  ").is_left_out(Quarantined("u:x", "it has no id"))


def test_an_entry_that_was_left_out_is_known_by_its_name_and_its_id() -> None:
    entry = Quarantined(DN, "it has no mail", id="S1")
    for asked in (DN.upper(), "s1"):
        assert Wanted(asked).is_left_out(entry)
    assert not Wanted("ana").is_left_out(entry)


def test_accounts_of_one_name_in_several_directories_are_one_person_sources_first() -> None:
    assert joined(account("Ana", CROWD), account("bert"), account("ana")) == [
        ["corp:ana", f"{CROWD}:Ana"],
        ["corp:bert"],
    ]


def test_the_source_comes_first_whatever_the_directories_are_called() -> None:
    from_zoo = CUSTOMERS.replace("directory: corp", "directory: zoo")
    assert joined(account("ana", CROWD), account("ana", "zoo"), text=from_zoo) == [["zoo:ana", f"{CROWD}:ana"]]


def test_a_linked_account_is_its_owners_whatever_its_name() -> None:
    renamed, before, newcomer = account("ana-married", user_id="s1"), account("ana", CROWD, "t1"), account("ana")
    assert joined(renamed, before, newcomer, links=MemoryLinks(LINK)) == [
        ["corp:ana"],
        ["corp:ana-married", f"{CROWD}:ana"],
    ]


def test_a_linked_account_whose_owner_is_gone_is_known_by_its_name() -> None:
    orphan = account("ana", CROWD, "t1")
    assert joined(orphan, account("ana"), links=MemoryLinks(LINK)) == [["corp:ana", f"{CROWD}:ana"]]
    strange = replace(LINK, mapping="of-another-folder")
    assert len(joined(orphan, account("bert", user_id="s1"), links=MemoryLinks(strange))) == 2


def test_somebody_nobody_asked_for_is_told_only_beside_somebody_who_is() -> None:
    beside = account("ana", CROWD, is_asked_for=False)
    assert joined(account("ana"), beside, account("bert", CROWD, is_asked_for=False)) == [["corp:ana", f"{CROWD}:ana"]]


def test_entries_without_a_username_are_not_one_person() -> None:
    nameless = [Found("corp", quarantined=Quarantined(f"cn={n},dc=example", "it has no uid")) for n in "ab"]
    assert len(joined(*nameless)) == 2


def mapping_of(**users: object) -> Mapping:
    mapping = next(iter(Story().mapping(CUSTOMERS).mappings.values()))
    taken = mapping.content.source.users.model_copy(update=users)
    source = mapping.content.source.model_copy(update={"users": taken})
    return replace(mapping, content=mapping.content.model_copy(update={"source": source}))


def taking(one: Found | None, mapping: Mapping | None = None, *, reason: str = "", **people: tuple[str, ...]) -> Taking:
    """Ask one mapping about one account; `people` are in corp, by the mappings that take them."""
    story = Story().mapping()
    story.corp.reason = reason
    for username, taken_by in people.items():
        story.corp.person(username, f"corp-{username}", taken_by=taken_by)
    snapshot = story.corp.snapshot(["agents", "customers"])
    (answer,) = takings([one] if one else [], [mapping or mapping_of()], {"corp": snapshot})
    return answer


def test_somebody_taken_is_told_so_with_the_target() -> None:
    answer = taking(account("ana"), ana=("customers",))
    assert (answer.is_taken, answer.why, answer.target) == (True, "", CROWD)


def test_the_first_reason_that_holds_is_told_base_before_filter_before_quarantine() -> None:
    outside, unfit = Fit(False, "(a=b)", False), Fit(True, "(a=b)", False)
    left_out = Quarantined(DN, "it has no mail")
    base = mapping_of(base=("ou=a", "ou=b"))
    for fit, why in (
        (outside, "it stands outside the mapping's base (ou=a and ou=b)"),
        (unfit, "the filter does not match it: (a=b)"),
        (Fit(True, "(a=b)", True), "it was left out of the read: it has no mail"),
    ):
        one = sighted(("customers", fit))
        one.quarantined = left_out
        assert (taking(one, base).is_taken, taking(one, base).why) == (False, why)


def test_somebody_another_mapping_takes_is_told_with_its_name() -> None:
    excepting = mapping_of(except_mapping="agents")
    answer = taking(account("ana"), excepting, ana=("agents",))
    assert answer.is_taken is False
    assert answer.why == "mapping 'agents' takes it, and this one takes all but those (except_mapping)"
    for mapping, takers in ((excepting, {"bert": ("agents",)}), (mapping_of(), {"ana": ("agents",)})):
        assert taking(account("ana"), mapping, **takers).why == "it is not among those that the mapping reads from corp"


def test_what_the_server_would_not_say_is_not_made_up() -> None:
    answer = taking(sighted(("customers", Fit(True, "(a=b)", None, "the server would not say"))))
    assert (answer.is_taken, answer.why) == (None, "the server would not say")


def test_an_entry_that_fits_and_was_not_read_is_a_contradiction_told_as_such() -> None:
    fits = sighted(("customers", Fit(True, "(a=b)", True)))
    assert taking(fits).is_taken is None
    assert "it may have changed meanwhile" in taking(fits).why
    assert taking(fits, reason="size limit").why == "corp was not read whole"


def test_without_an_account_an_unread_directory_proves_nothing() -> None:
    assert (taking(None).is_taken, taking(None).why) == (False, "there is no such account in corp")
    assert (taking(None, reason="size limit").is_taken, taking(None, reason="size limit").entry) == (None, "")


def test_an_account_is_shown_by_the_name_an_admin_can_search_for() -> None:
    assert entry_of(sighted()) == DN
    assert entry_of(Found("corp", quarantined=Quarantined(DN, "x"))) == DN
    assert entry_of(Found("corp", User("1", normal_dn(DN), "ana"))) == normal_dn(DN)
    assert entry_of(Found(CROWD, User("1", "u:a=b", "a=b"))) == "a=b"


def test_a_finding_is_about_the_account_of_its_directory_and_id() -> None:
    ana = account("ana", CROWD, "t1")
    subject = Subject(SubjectKind.USER, "ana", "t1", CROWD)
    about = Finding("a-rule", Verdict.FAIL, Severity.HIGH, subject, "x")

    def is_told(**fields: str | SubjectKind) -> bool:
        return is_about(replace(about, subject=replace(subject, **fields)), [ana])

    assert is_told()
    assert is_told(name="renamed since")
    assert is_told(id="", name="ANA")
    assert is_told(id="", directory="")
    assert not is_told(id="t2"), "a namesake"
    assert not is_told(directory="elsewhere"), "where ids are names, another directory has the same"
    assert not is_told(id="", name="bert")
    assert not is_told(kind=SubjectKind.GROUP)
    assert is_about(replace(about, verdict=Verdict.UNKNOWN), [ana])
    assert not is_about(replace(about, verdict=Verdict.PASS), [ana])
    waiver = Subject(SubjectKind.USER, "Ana", "waiver of a-rule for ana until 2026-11-19")
    assert is_about(replace(about, rule="waiver-expired", subject=waiver), [ana]), "it names who is waived"
    assert not is_about(replace(about, rule="waiver-expired", subject=replace(waiver, name="bert")), [ana])
    nameless = Found(CROWD, quarantined=Quarantined("cn=x", "it has no uid"))
    assert not is_about(replace(about, subject=replace(subject, id="", name="")), [nameless])


def reached(text: str = CUSTOMERS) -> list[tuple[str, list[str]]]:
    story = Story().mapping(text)
    ana = story.corp.person("ana")
    inner = story.corp.group("inner", ana)
    outer = story.corp.group("portal-outer", inner)
    own = story.corp.group("portal-own", ana)
    story.corp.members |= {(inner, outer), (outer, own)}  # a circle, and two ways to one group
    snapshot = story.corp.snapshot(story.mappings)
    user = snapshot.user(ana)
    assert user is not None
    feeds = [Feed(mapping, snapshot) for mapping in story.mappings.values()]
    return [
        (" > ".join(one.path), [f"{carried.directory}:{carried.group}" for carried in one.carried])
        for one in groups_reached(user, snapshot, feeds)
    ]


def test_groups_are_followed_once_each_and_circles_end() -> None:
    assert reached() == [
        ("ana > inner", []),
        ("ana > portal-own", [f"{CROWD}:portal-own"]),
        ("ana > inner > portal-outer", [f"{CROWD}:portal-outer"]),
    ]


def test_a_group_reached_through_nesting_is_carried_only_where_the_mapping_says_nested() -> None:
    flat = CUSTOMERS.replace("nested: true", "nested: false")
    assert [carried for _, carried in reached(flat)] == [[], [f"{CROWD}:portal-own"], []]


def test_at_risk_is_a_customer_whom_a_default_group_gives_a_seat_that_is_not_held_yet() -> None:
    given = ExpectedGroup("customers", CROWD, Mechanism.MAPPING, "all", "at a login", ("all", "jira-core"))
    held = SeatAnswer(CROWD, "ana", "jira-core", "Jira Core", holds=True)
    people = {"customers"}
    assert list(at_risk([replace(held, holds=False)], [given], people)) == [
        AtRisk("jira-core", "all", Mechanism.MAPPING, CROWD, "at a login", ("all", "jira-core"))
    ]
    assert list(at_risk([held], [given], people)) == []
    assert len(list(at_risk([replace(held, application="jira-software")], [given], people))) == 1
    for harmless in (
        replace(given, mapping="agents"),
        replace(given, is_member=True),
        replace(given, leads_to=()),
    ):
        assert list(at_risk([], [harmless], people)) == []
