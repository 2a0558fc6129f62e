"""People are planned in chunks, and no plan shows where one ended."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pytest
from unit.plan.fakes import MemoryLinks
from unit.plan.stories import CROWD, CUSTOMERS, Story

from dirsync.model.links import MemberLink, UserLink
from dirsync.plan import people
from dirsync.plan.accounts import Accounts
from dirsync.plan.at_rest import AtRest
from dirsync.plan.plan import Planned


def busy() -> Story:
    """Everything at once: two Mappings of one source and one of another, renames, moves, missing and hidden people."""
    story = Story().mapping(CUSTOMERS + "default_groups: [all]\n", missing="deactivate", missing_after=1)
    story.mapping(CUSTOMERS.replace("name: customers", "name: partners"), missing="remove", missing_after=1)
    story.mapping(CUSTOMERS.replace("name: customers", "name: staff").replace("directory: corp", "directory: hr"))
    for number in range(12):
        takers = [("customers",), ("partners",), ("customers", "partners")][number % 3]
        story.corp.person(f"p{number}", f"id-{number:02}", taken_by=takers)
    story.directory("hr").person("hans", "id-03")
    story.corp.group("portal-a", *(f"id-{number:02}" for number in range(0, 12, 2)))
    story.corp.group("portal-b", *(f"id-{number:02}" for number in range(9)))
    story.directory("hr").group("portal-a", "id-03")
    story.nightly()
    for number in (1, 6):
        story.corp.person(f"new{number}", f"id-{number:02}", taken_by=story.corp.selections[f"id-{number:02}"])
    story.corp.selections["id-02"], story.corp.selections["id-03"] = ("partners",), ("customers",)
    story.corp.without("id-04", "id-05", "id-11")
    story.corp.members -= {("gid-portal-b", "id-00"), ("gid-portal-b", "id-07")}
    story.corp.person("joiner", "id-50", taken_by=("customers",))
    story.links.record([MemberLink(CROWD, "partners", "id-77", "portal-a")])
    return story


def told(planned: Planned) -> tuple[object, ...]:
    return planned.plan, {*planned.recorded}, {*planned.forgotten}, len(planned.recorded)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 11])
def test_where_a_chunk_ends_does_not_show(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    at_once = told(busy().planned())
    monkeypatch.setattr(people, "AT_ONCE", size)
    assert told(busy().planned()) == at_once
    assert len({change.op for change in busy().plan().changes}) == 7, "or else this shows little"


def test_chunks_are_as_small_as_asked_and_everybody_comes_once_by_id(monkeypatch: pytest.MonkeyPatch) -> None:
    story = busy()
    feeds = [feed for feed in story.feeds()[CROWD] if feed.source.directory == "corp"]
    monkeypatch.setattr(people, "AT_ONCE", 3)
    monkeypatch.setattr(AtRest, "among", lambda *_: set())
    accounts = Accounts(CROWD, story.crowd.snapshot(), feeds, story.links)
    at_rest = AtRest(story.crowd.snapshot(), accounts, (), ())
    chunks = list(people.people(CROWD, feeds, story.links, at_rest))
    assert len(chunks) > 3
    found = [person_id for chunk in chunks for person_id in sorted(person.id for person in chunk)]
    assert found == sorted({*story.corp.users, "id-04", "id-05", "id-11", "id-77"}), "those who are gone too"
    [moved] = [person for chunk in chunks for person in chunk if person.id == "id-02"]
    assert ([*moved.taken], sorted(moved.groups)) == (["partners"], ["gid-portal-a", "gid-portal-b"])
    assert moved.links["customers"].source_id == "id-02"
    assert moved.memberships["customers"] == {"all", "portal-a", "portal-b"}


class Counting(MemoryLinks):
    """Counts the questions about single accounts."""

    asked = 0

    def owner(self, directory: str, target_id: str) -> UserLink | None:
        self.asked += 1
        return super().owner(directory, target_id)

    def owners(self, directory: str, target_ids: Collection[str]) -> Iterator[UserLink]:
        return (link for link in self._of(UserLink, directory) if link.target_id in target_ids)


def test_whoever_is_adopted_or_renamed_is_not_looked_for_alone() -> None:
    links = Counting()
    story = Story(links=links).mapping()
    for number in range(20):
        story.corp.person(f"p{number}")
        story.crowd.person(f"p{number}", f"key-{number}")
    assert len(story.plan().adopted) == 20
    assert links.asked == 0
