"""Adding to mappings/waivers.yaml: what stands there stays, and what is added says what it should."""

from __future__ import annotations

import os
import stat
from datetime import date
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dirsync.errors import ConfigurationInvalid, UsageInvalid
from dirsync.mapping import waiver_file as module
from dirsync.mapping.document import read_document, validate
from dirsync.mapping.waiver_entry import WaiverEntry, WaiverFile
from dirsync.mapping.waiver_file import add_waivers, check_writable, quoted, waiver_file
from dirsync.model.findings import Mechanism
from dirsync.model.waivers import Waiver

DAY = date(2027, 2, 18)
OWN = Waiver("a-rule", "owner@example.org", "why", DAY, user="ana", mechanism=Mechanism.MAPPING, finding="0" * 15 + "7")
OLD = "{rule: old, reason: b, owner: c, expires: 2027-01-01}"


def read(path: Path) -> tuple[WaiverEntry, ...]:
    return validate(read_document(path.read_bytes().decode("utf-8-sig"), "w"), WaiverFile).waivers


KEPT = {
    "nothing": "",
    "a comment": "# nothing yet\n",
    "a comment without an end": "# nothing yet",
    "the version": "version: 1",
    "an empty list": "version: 1\nwaivers: []  # none so far\n",
    "one line": f"waivers: [{OLD}]\nversion: 1\n",
    "several lines in brackets": f"waivers: [\n  # the first\n  {OLD}, {OLD},\n]\n",
    "everything in braces": f"{{version: 1, waivers: [{OLD}]}}\n",
    "a list without indentation": f"waivers:\n# about the first\n- {OLD}  # it\nversion: 1\n",
    "a deep list that breaks off": f"waivers:  # ours\n\n\n      # about it\n      - {OLD}",
    "marks of a document": f"---\nwaivers:\n  - {OLD}\n...\n",
    "text of several lines": "waivers:\n  - rule: old\n    reason: |\n      one\n\n      two\n    owner: c\n"
    "    expires: 2027-01-01\n\n  # the end\n",
    "quoted keys": f'"waivers":\n  - {OLD}\n',
    "an anchor in brackets": f"waivers: &all [{OLD}]\n",
}


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT.keys())
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_what_stands_there_stays_letter_by_letter(tmp_path, text, newline, mark):
    path = tmp_path / "waivers.yaml"
    before = f"{mark}{text}".replace("\n", newline)
    path.write_bytes(before.encode())
    known = read(path)
    add_waivers(path, [OWN])
    after = path.read_bytes().decode()
    letters = iter(after)
    assert all(character in letters for character in before), "every letter is there still, in its order"
    assert all(line[line.index("#") :] in after for line in before.split("\n") if "#" in line)
    assert sorted(map(repr, read(path))) == sorted(map(repr, [*known, module._entry(OWN)]))
    assert after.count("\r\n") == (after.count("\n") if "\r\n" in before else 0)


def test_a_comment_stays_above_the_entry_it_is_about(tmp_path):
    path = tmp_path / "waivers.yaml"
    path.write_text(f"waivers:\n  # until go-live\n  - {OLD}\n")
    add_waivers(path, [OWN])
    assert path.read_text().endswith(f"  # until go-live\n  - {OLD}\n")


@pytest.mark.parametrize(
    "text", ["{version: 1}\n", f"? waivers\n: - {OLD}\n", "version: 1\n...\n", f"waivers: &all\n  - {OLD}\n"]
)
def test_where_nothing_can_be_added_nothing_is_touched(tmp_path, text):
    path = tmp_path / "waivers.yaml"
    path.write_text(text)
    with pytest.raises(UsageInvalid, match=r"Nothing can be added to .* as it is written; it is as it was"):
        add_waivers(path, [OWN])
    assert path.read_text() == text
    assert [one.name for one in tmp_path.iterdir()] == ["waivers.yaml"]


@pytest.mark.parametrize("content", [b"waivers: [", b"- x", b"waivers:\n"])
def test_what_is_no_file_of_waivers_is_told_as_such(tmp_path, content):
    path = tmp_path / "waivers.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigurationInvalid, match=r"waivers.yaml:\d"):
        add_waivers(path, [OWN])
    assert path.read_bytes() == content


def test_what_is_not_utf_8_is_told_as_such(tmp_path):
    path = tmp_path / "waivers.yaml"
    path.write_bytes(b"# caf\xe9\n")
    with pytest.raises(UsageInvalid, match="is not UTF-8"):
        add_waivers(path, [OWN])


SPECIAL = [
    "yes", "no", "null", "~", "007", "1e3", "2026-11-20", "# no comment", "a: b", "- a", "[x]", "{x}", "*x", "&x", "!x",
    "it's", 'say "x"', "back\\slash", "tab\there", "two\nlines", "\r", "\x00", "\x85", "\u2028", "\ufeff", "\xa0",
    "ünï", "e\u0301", "名前", "😀", "\U000e0001", "%x", "@x", "`x`", "?", "|", ">", " padded ", "x" * 5000, "\x7f",
    "a #b", "<<",
]  # fmt: skip


@pytest.mark.parametrize("name", SPECIAL, ids=range(len(SPECIAL)))
@pytest.mark.parametrize("start", ["", "waivers: []\n"])
def test_any_name_is_read_back_as_it_is(tmp_path, name, start):
    path = tmp_path / "waivers.yaml"
    path.write_text(start)
    add_waivers(path, [Waiver("a-rule", name, name, DAY, user=name, group=name, project=name, finding="1" * 16)])
    (entry,) = read(path)
    assert (entry.owner, entry.reason, entry.user, entry.group, entry.project) == (name,) * 5
    assert entry.finding == "1" * 16


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_quoted_text_is_one_line_of_yaml_that_means_it(text):
    line = quoted(text)
    assert len(line.splitlines()) == 1
    assert read_document(f"key: {line}\n", "f").data == {"key": text}
    assert read_document(f"[{line}, {line}]", "f").data == [text, text]


def test_a_thousand_are_added_at_once_and_another_to_them(tmp_path):
    path = tmp_path / "waivers.yaml"
    many = [Waiver("a-rule", "o", "r", DAY, user=f"u{number}", finding=f"{number:016x}") for number in range(1000)]
    add_waivers(path, many)
    add_waivers(path, [OWN])
    assert [entry.user for entry in read(path)] == ["ana", *(waiver.user for waiver in many)]


def test_the_file_keeps_its_mode_and_a_link_stays_a_link(tmp_path):
    kept = tmp_path / "kept" / "there.yaml"
    kept.parent.mkdir()
    kept.write_text("version: 1\n")
    kept.chmod(0o640)
    path = tmp_path / "waivers.yaml"
    path.symlink_to(kept)
    add_waivers(path, [OWN])
    assert path.is_symlink()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o640
    assert len(read(kept)) == 1
    assert [one.name for one in kept.parent.iterdir()] == ["there.yaml"]


def test_a_new_file_is_as_open_as_any_that_the_admin_writes(tmp_path):
    known = os.umask(0o027)
    try:
        add_waivers(tmp_path / "waivers.yaml", [OWN])
    finally:
        os.umask(known)
    assert stat.S_IMODE((tmp_path / "waivers.yaml").stat().st_mode) == 0o640


def test_the_one_of_two_endings_that_is_there_is_used(tmp_path):
    assert waiver_file(tmp_path) == tmp_path / "waivers.yaml"
    assert waiver_file(tmp_path / "nowhere") == tmp_path / "nowhere" / "waivers.yaml"
    for name in ("waivers.json", "other.yaml"):
        (tmp_path / name).write_text("")
    assert waiver_file(tmp_path) == tmp_path / "waivers.yaml"
    (tmp_path / "waivers.YML").write_text("")
    assert waiver_file(tmp_path) == tmp_path / "waivers.YML"


def test_two_writers_lose_nothing_of_each_other(tmp_path):
    path = tmp_path / "waivers.yaml"
    waivers = [Waiver("a-rule", "o", "r", DAY, user=f"u{number}") for number in range(12)]
    writers = [Thread(target=add_waivers, args=(path, [waiver])) for waiver in waivers]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert {entry.user for entry in read(path)} == {waiver.user for waiver in waivers}


def test_a_place_that_can_not_be_written_to_is_told_and_left_as_it_was(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageInvalid, match=r"could not be written to .*Not a directory. It is as it was"):
        add_waivers(tmp_path / "file" / "waivers.yaml", [OWN])
    (tmp_path / "waivers.yaml").mkdir()
    with pytest.raises(UsageInvalid, match=r"could not be written to .*Is a directory"):
        add_waivers(tmp_path / "waivers.yaml", [OWN])


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "waivers.yaml"
    path.write_text("version: 1\n")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageInvalid, match=r"No space left on device. It is as it was"):
        add_waivers(path, [OWN])
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("waivers.yaml", "version: 1\n")]


def test_rights_are_looked_at_beforehand(tmp_path, monkeypatch):
    check_writable(tmp_path / "waivers.yaml")
    check_writable(tmp_path / "nowhere" / "waivers.yaml")  # that there is no such folder is told with the mappings
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write everywhere
    with pytest.raises(UsageInvalid, match="this account may not write to"):
        check_writable(tmp_path / "waivers.yaml")
