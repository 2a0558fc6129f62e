from __future__ import annotations

from collections.abc import Sequence

import pytest

from dirsync.directories.ldap.dialects.openldap import OPENLDAP
from dirsync.directories.ldap.entry import entry_of
from dirsync.directories.ldap.page_loop import MOST_EMPTY_PAGES, LineBroken, Page, SearchEnd, pages_of

SUCCESS = 0


def page(*names: str, cookie: bytes | None = b"", code: int = SUCCESS, references: Sequence[str] = ()) -> Page:
    entries = tuple(entry_of(f"uid={name},dc=x", []) for name in names)
    return Page(code, "success" if code == SUCCESS else f"code {code}", "", entries, tuple(references), cookie)


def walk(*pages: Page | LineBroken) -> tuple[list[str], SearchEnd, list[bytes | None]]:
    answers = iter(pages)
    cookies: list[bytes | None] = []

    def ask(cookie: bytes | None) -> Page:
        cookies.append(cookie)
        answer = next(answers)
        if isinstance(answer, LineBroken):
            raise answer
        return answer

    end = SearchEnd()
    found = [entry.dn for entries in pages_of(ask, end, OPENLDAP, "cn=reader,dc=x") for entry in entries]
    return found, end, cookies


def test_pages_are_asked_for_until_the_cookie_is_empty() -> None:
    found, end, cookies = walk(page("a", "b", cookie=b"1"), page("c", cookie=b""))
    assert found == ["uid=a,dc=x", "uid=b,dc=x", "uid=c,dc=x"]
    assert cookies == [None, b"1"]
    assert (end.pages, end.entries, end.result, end.failure) == (2, 3, "success", None)


def test_a_cookie_that_stays_the_same_is_fine_while_new_entries_come() -> None:
    found, end, _ = walk(page("a", cookie=b"0"), page("b", cookie=b"0"), page("c"))
    assert len(found) == 3
    assert end.failure is None


def test_an_empty_page_with_a_new_cookie_is_no_end() -> None:
    found, end, _ = walk(page("a", cookie=b"1"), page(cookie=b"2"), page("b"))
    assert len(found) == 2
    assert end.failure is None


@pytest.mark.parametrize(
    ("pages", "complaint"),
    [
        ([page("a", cookie=None)], "did not say whether there are more pages"),
        ([page("a", cookie=b"1"), page("b", cookie=None)], "did not say whether there are more pages"),
        ([page("a", cookie=b"1"), page("b", cookie=b"", code=4)], "size.prtotal"),
        ([page("a", cookie=b"1"), page("b", cookie=b"", code=3)], "olcTimeLimit"),
        ([page("a", cookie=b"1"), page(cookie=None, code=2)], "code 2"),
        ([page("a", cookie=b"", references=["ldap://other/"])], "ldap://other/"),
        ([page("a", cookie=b"1"), page("a", cookie=b"2")], "same page twice"),
        ([page("a", cookie=b"1"), page(cookie=b"1")], "same page twice"),
        ([page("a", cookie=b"1"), LineBroken("the server closed the connection")], "closed the connection"),
        (
            [page("a", cookie=b"x"), *(page(cookie=str(n).encode()) for n in range(MOST_EMPTY_PAGES + 1))],
            "never comes to an end",
        ),
    ],
)
def test_every_other_end_is_a_failure_and_asks_no_further(pages: list[Page | LineBroken], complaint: str) -> None:
    _, end, cookies = walk(*pages)
    assert end.failure
    assert complaint in end.failure.reason
    assert end.failure.remedy
    assert len(cookies) == len(pages)


@pytest.mark.parametrize("code", [1, 2, 3, 4, 10, 11, 12, 18, 32, 50, 51, 52, 53, 80])
def test_no_result_code_but_success_counts_as_whole(code: int) -> None:
    found, end, _ = walk(page("a", cookie=b"", code=code))
    assert found == ["uid=a,dc=x"], "what came with it was really sent"
    assert end.failure
    assert end.failure.code == code
    assert "{" not in end.failure.remedy
