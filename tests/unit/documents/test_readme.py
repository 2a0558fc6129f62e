"""What the README says is what the code does."""

from __future__ import annotations

from documents import EXIT_CODES, HELP, README, ROOT, regenerated

from dirsync.plan.guards import GUARDS

MOST_LINES = 350
"""What is looked up rather than read has a page in docs/."""


def test_generated_parts_are_up_to_date() -> None:
    text = README.read_text(encoding="utf-8")
    assert HELP.search(text)
    assert EXIT_CODES.search(text)
    assert regenerated(text) == text, "run: python tests/documents.py"


def test_every_guard_is_explained() -> None:
    text = (ROOT / "docs" / "safety.md").read_text(encoding="utf-8")
    assert [guard.name for guard in GUARDS if f"`{guard.name}`" not in text] == []


def test_it_is_read_in_ten_minutes_and_its_pictures_load_at_once() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) <= MOST_LINES
    assert {
        path.name: path.stat().st_size for path in (ROOT / "docs").glob("*.png") if path.stat().st_size > 200_000
    } == {}


def test_the_first_ten_lines_say_what_it_is_for_with_an_excerpt_of_a_report() -> None:
    first = "\n".join(README.read_text(encoding="utf-8").splitlines()[:10])
    assert "paid seat" in first
    assert "customer-holds-application-access" in first
