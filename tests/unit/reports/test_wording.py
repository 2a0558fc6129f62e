"""How numbers are said that may be more than is known."""

from __future__ import annotations

import pytest

from dirsync.reports.wording import at_least


@pytest.mark.parametrize(
    ("value", "is_decided", "said"), [(0, True, "0"), (1200, True, "1,200"), (3, False, "3+"), (0, False, "?")]
)
def test_a_number_that_may_be_more_never_looks_like_the_whole_truth(value: int, is_decided: bool, said: str) -> None:  # noqa: FBT001 - a parameter of the table above
    assert at_least(value, is_decided=is_decided) == said
