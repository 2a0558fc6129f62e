import pytest
from requests.structures import CaseInsensitiveDict

from dirsync.errors import (
    AnswerMalformed,
    CredentialsRefused,
    DirectoryUnreadable,
    NotThatProduct,
    RightsMissing,
    Unreachable,
)
from dirsync.http import Answer, Endpoint, refusal, refuse_errors

ENDPOINT = Endpoint("jira", "https://jira.example.org", "dirsync", "canary-secret")


def answer(body: bytes = b"", status: int = 200, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(ENDPOINT, "GET", "/rest/x", status, CaseInsensitiveDict(named), body)


@pytest.mark.parametrize("body", [b'{"users": [{"name": "ad', b"", b"\xff\xfe\xfa", b"[" * 100_000])
def test_broken_json_is_malformed_and_says_how_much_came_from_where(body):
    with pytest.raises(AnswerMalformed) as broken:
        answer(body, content_type="application/json").json()
    assert "jira: GET https://jira.example.org/rest/x" in broken.value.message
    assert f"{len(body):,} bytes" in broken.value.message


def test_a_web_page_instead_of_json_is_not_that_product():
    with pytest.raises(NotThatProduct, match="Please sign in"):
        answer(b"<html><h1>Please sign in</h1>", content_type="text/html; charset=utf-8").json()


def test_an_excerpt_is_one_short_line_without_markup_secrets_and_terminal_commands():
    page = (
        b"<html><style>p {color: red}</style><script>evil()</script><p>No &quot;entry&quot;\n\x1b[2J canary-secret "
        + b"x" * 500
    )
    excerpt = answer(page).excerpt()
    assert excerpt.startswith('No "entry" [2J *** xxx')
    assert len(excerpt) == 200
    assert "\x1b" not in excerpt


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, CredentialsRefused),
        (403, RightsMissing),
        (404, NotThatProduct),
        (407, Unreachable),
        (415, DirectoryUnreadable),
        (418, DirectoryUnreadable),
        (429, Unreachable),
        (500, Unreachable),
        (503, Unreachable),
    ],
)
def test_every_error_status_has_its_error_with_a_remedy(status, kind):
    error = refusal(answer(b"nope", status))
    assert type(error) is kind
    assert f"HTTP {status}: nope" in error.message
    assert error.remedy


def test_only_a_success_passes():
    refuse_errors(answer(status=204))
    with pytest.raises(DirectoryUnreadable):
        refuse_errors(answer(status=400))


def test_a_server_that_asks_to_wait_is_quoted():
    assert "wait 120 s" in refusal(answer(status=429, Retry_After="120")).remedy
    assert "until Fri" in refusal(answer(status=429, Retry_After="Fri, 31 Dec 1999 23:59:59 GMT")).remedy
