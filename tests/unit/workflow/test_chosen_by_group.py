"""Groups inside those by which people are chosen, in a real file; see also the tests against servers."""

from __future__ import annotations

from pathlib import Path

import pytest

from dirsync.directories.interface import Selection
from dirsync.model.conditions import Conditions, GroupConditions
from dirsync.model.entries import Group, MemberKind
from dirsync.model.memory import MemorySpool
from dirsync.model.snapshot import Completeness, Snapshot
from dirsync.settings.models import CrowdSettings, LdifSettings
from dirsync.workflow.chosen_by_group import not_known_inside

STAFF, INNER, OUTER = (f"cn={name},dc=example,dc=org" for name in ("staff", "inner", "outer"))


def asked(groups: GroupConditions | None) -> tuple[Selection, ...]:
    return (Selection("customers", conditions=Conditions(groups=groups) if groups else None),)


NESTED = GroupConditions(exclude=("sta*",), is_nested=True)


def snapshot(*unread: str) -> Snapshot:
    """Return staff > inner > what was not read, and inner > staff, as circles happen."""
    spool = MemorySpool("corp")
    for name, dn in (("staff", STAFF), ("inner", INNER), ("others", "cn=others")):
        spool.add_group(Group(f"id-{name}", dn, name), "customers")
    spool.add_member("id-staff", INNER, MemberKind.ANY)
    spool.add_member("id-others", "cn=elsewhere", MemberKind.ANY)
    for ref in (STAFF, *unread):
        spool.add_member("id-inner", ref, MemberKind.ANY)
    return spool.finish(Completeness(is_complete=True))


def file(folder: Path, *names: str) -> LdifSettings:
    path = folder / "hr.ldif"
    told = (
        f"dn: cn={name},dc=example,dc=org\nobjectClass: groupOfNames\ncn: {name}\nmember: cn=x\n\n" for name in names
    )
    path.write_text("".join(told))
    return LdifSettings(kind="ldif", path=path)


def test_a_group_far_inside_is_named_with_the_number_of_others(tmp_path: Path) -> None:
    second = "cn=second,dc=example,dc=org"
    for names, unread, more in ((["outer"], [OUTER], ""), (["second", "outer"], [second, OUTER], " and 1 more")):
        [told] = not_known_inside(file(tmp_path, *names), asked(NESTED), snapshot(*unread))
        assert told == (
            "mapping 'customers' includes or excludes the members of a group that holds one which source.groups does"
            f" not read: outer ({OUTER}){more}"
        )


@pytest.mark.parametrize(
    "groups",
    [None, GroupConditions(), GroupConditions(exclude=("staff",)), GroupConditions(exclude=("x",), is_nested=True)],
)
def test_nothing_is_looked_for_where_no_nesting_decides(tmp_path: Path, groups: GroupConditions | None) -> None:
    assert list(not_known_inside(file(tmp_path, "outer"), asked(groups), snapshot(OUTER))) == []


def test_the_included_groups_count_as_the_excluded_ones_do(tmp_path: Path) -> None:
    groups = GroupConditions(include=("Staff",), is_nested=True)
    assert len(list(not_known_inside(file(tmp_path, "outer"), asked(groups), snapshot(OUTER)))) == 1


def test_members_that_are_no_groups_or_not_there_are_no_trouble(tmp_path: Path) -> None:
    assert list(not_known_inside(file(tmp_path, "somewhere"), asked(NESTED), snapshot(OUTER))) == []


def test_a_look_that_fails_leaves_it_open(tmp_path: Path) -> None:
    missing = LdifSettings(kind="ldif", path=tmp_path / "gone.ldif")
    [told] = not_known_inside(missing, asked(NESTED), snapshot(OUTER))
    assert "whether it is a group isn't known: " in told
    assert "gone.ldif could not be searched" in told
    assert list(not_known_inside(missing, asked(NESTED), snapshot())) == [], "nothing to ask"


def test_kinds_that_have_no_base_to_look_beyond_are_not_asked() -> None:
    crowd = CrowdSettings(kind="crowd", url="http://localhost/crowd", application="a", password="p")
    assert list(not_known_inside(crowd, asked(NESTED), snapshot(OUTER))) == []
