import gc
import weakref
from pathlib import Path

import pytest

from dirsync.errors import DirsyncError
from dirsync.model.links import GroupLink, MemberLink, UserLink
from dirsync.model.plans import Adoption
from dirsync.store import pile
from dirsync.store.pile import HELD, FilePile


def links(number: int) -> list[UserLink | MemberLink | GroupLink]:
    made: list[UserLink | MemberLink | GroupLink] = []
    for one in range(number):
        made.append(UserLink("crowd", "customers", f"id-{one}", f"key-{one}", "Zoë\x00", one % 3, "", one % 2 == 0))
        made.append(MemberLink("crowd", "customers", f"id-{one}", "portal-users"))
    return [*made, GroupLink("crowd", "customers", "portal-users")]


@pytest.mark.parametrize("number", [0, 1, HELD // 2, HELD, 3 * HELD + 7])
def test_what_was_put_on_it_comes_back_as_it_was_and_as_often_as_wanted(number: int) -> None:
    found, expected = FilePile(UserLink, MemberLink, GroupLink), links(number)
    for link in expected:
        found.append(link)
    assert len(found) == len(expected)
    assert [*found] == expected
    halfway = iter(found)
    next(halfway)
    assert [*found] == expected, "whoever else is going through it"
    assert [*halfway] == expected[1:]


def test_it_holds_a_handful_in_memory_and_the_rest_in_a_file_without_a_name(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(pile.tempfile, "tempdir", str(tmp_path))
    found = FilePile(Adoption)
    for one in range(3 * HELD):
        found.append(Adoption("crowd", "customers", f"p{one}", f"key-{one}", f"id-{one}"))
    assert Path(f"/proc/self/fd/{found._file.fileno()}").readlink().parent == tmp_path
    assert not [*tmp_path.iterdir()]
    assert len(found._held) < HELD


def test_its_file_is_closed_with_it() -> None:
    found = FilePile(Adoption)
    for one in range(HELD):
        found.append(Adoption("crowd", "customers", "", "", str(one)))
    gone, file = weakref.ref(found), found._file
    del found
    gc.collect()
    assert gone() is None
    assert file.closed


def test_a_full_disk_is_told_with_the_folder(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(pile.tempfile, "tempdir", str(tmp_path / "gone"))
    found = FilePile(Adoption)
    for one in range(HELD - 1):
        found.append(Adoption("crowd", "customers", "", "", str(one)))
    with pytest.raises(DirsyncError, match=f"could not be kept in {tmp_path}/gone meanwhile") as told:
        found.append(Adoption("crowd", "customers", "", "", "the last straw"))
    assert "TMPDIR" in told.value.remedy
