import gzip
import threading
import time
from datetime import UTC, datetime

import pytest
from servers.scripted import HANG_UP, Slow, answer

from dirsync.errors import AnswerMalformed, NotThatProduct, Unreachable, UsageInvalid
from dirsync.http import AnswerCutOff, AnswerLost, Endpoint, HttpClient, Throttle

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def clock(self) -> float:
        return sum(self.slept)

    def now(self) -> datetime:
        return NOW


def client(url, time=None, **given):
    time = time or Time()
    endpoint = Endpoint(
        **{"name": "crowd", "url": url, "username": "app", "password": "canary-p\u00e4ss\u20ac", **given}
    )
    return HttpClient(endpoint, sleep=time.sleep, clock=time.clock, now=time.now)


def test_names_travel_percent_encoded_and_credentials_as_utf_8(script):
    server = script([answer({})])
    name = ',+"\\<>;/ #=&?% \U0001f600\u202e<script>'
    with client(server.url + "/crowd") as http:
        http.get_json("/rest/user", {"username": name})
    (asked,) = server.asked
    assert asked.params == {"username": name}
    assert "+" not in asked.target
    assert asked.path == "/crowd/rest/user"
    assert asked.headers["authorization"] == "Basic YXBwOmNhbmFyeS1ww6Rzc+KCrA=="


def test_a_get_has_no_content_type_and_a_post_has_one(script):
    server = script([answer({}), answer({}, 201)])
    with client(server.url) as http:
        http.get("/a")
        http.send("POST", "/b", body={"name": "ada"})
    assert "content-type" not in server.asked[0].headers
    assert server.asked[1].headers["content-type"] == "application/json"
    assert server.asked[1].body == b'{"name": "ada"}'


def test_a_token_is_sent_as_bearer(script):
    server = script([answer({})])
    with client(server.url, username="", password="", token="abc") as http:
        http.get("/a")
    assert server.asked[0].headers["authorization"] == "Bearer abc"


def test_netrc_is_not_asked_for_other_credentials(script, monkeypatch, tmp_path):
    server = script([answer({})])
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login other password wrong\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with client(server.url, username="", password="") as http:
        http.get("/a")
    assert "authorization" not in server.asked[0].headers


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_redirect_is_not_followed_and_its_host_is_named(script, status, method):
    server = script([answer(status=status, location="https://u:pw@sso.example.org/login?secret=1")])
    with client(server.url) as http, pytest.raises(NotThatProduct) as refused:
        http.send(method, "/a")
    assert "https://sso.example.org/login" in refused.value.message
    assert "login page" in refused.value.message
    assert "secret" not in str(refused.value)
    assert "DIRSYNC_DIRECTORIES__CROWD__URL" in refused.value.remedy
    assert len(server.asked) == 1


def test_a_streamed_question_follows_no_redirect_either(script):
    server = script([answer(status=302, location="/login.jsp")])
    with client(server.url) as http, pytest.raises(NotThatProduct, match="login page"), http.stream("/a"):
        pytest.fail("a redirect was streamed")


@pytest.mark.parametrize("status", [502, 503, 504])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_gateway_trouble_is_repeated_where_twice_is_once(script, status, method):
    server = script([answer(status=status), HANG_UP, answer({})])
    with client(server.url) as http:
        result = http.send(method, "/a")
    assert result.is_success
    assert result.tries == 3
    assert http.requests_sent == 3


@pytest.mark.parametrize("step", [answer(status=502), answer(status=503), answer(status=504), answer(status=500)])
def test_a_post_that_may_have_acted_is_not_repeated(script, step):
    server = script([step, answer({})])
    with client(server.url) as http:
        assert not http.send("POST", "/a", body={}).is_success
    assert len(server.asked) == 1


def test_a_post_whose_answer_is_lost_is_not_repeated_and_says_so(script):
    server = script([HANG_UP, answer({})])
    with client(server.url) as http, pytest.raises(AnswerLost, match="lost the connection"):
        http.send("POST", "/a", body={})
    assert len(server.asked) == 1


@pytest.mark.parametrize("step", [answer(status=502), HANG_UP])
def test_a_post_that_counts_once_however_often_it_comes_is_repeated(script, step):
    server = script([step, answer({}, 201)])
    time = Time()
    endpoint = Endpoint(name="webhook", url=server.url)
    with HttpClient(endpoint, sleep=time.sleep, clock=time.clock, may_repeat_posts=True) as http:
        assert http.send("POST", "/a", body={}).tries == 2


def test_bytes_are_sent_as_they_are_and_of_the_type_that_the_client_names(script):
    server = script([answer({}), answer({})])
    endpoint = Endpoint(name="ping", url=server.url)
    with HttpClient(endpoint, headers={"Content-Type": "text/plain"}) as http:
        http.send("POST", "/a", body=b"as \xff is")
        http.send("POST", "/a", body=b"")
    assert [(asked.body, asked.headers["content-type"]) for asked in server.asked] == [
        (b"as \xff is", "text/plain"),
        (b"", "text/plain"),
    ]


@pytest.mark.parametrize("step", [answer(status=429), answer(status=503, retry_after="3")])
def test_a_post_that_provably_did_not_act_is_repeated(script, step):
    server = script([step, answer({}, 201)])
    with client(server.url) as http:
        assert http.send("POST", "/a", body={}).status == 201


def test_a_refused_connection_is_repeated_within_the_budget_even_for_a_post(script):
    server = script([])
    server.stop()
    time = Time()
    with client(server.url, time, retry_seconds=10) as http, pytest.raises(Unreachable) as gone:
        http.send("POST", "/a", body={})
    assert "connection refused" in gone.value.message
    assert f"(tried {http.requests_sent} times over " in gone.value.message
    assert http.requests_sent > 3
    assert 3 < sum(time.slept) <= 10


def test_an_unknown_host_is_named(script):
    with (
        client("https://crowd.invalid", retry_seconds=0) as http,
        pytest.raises(Unreachable, match=r"'crowd\.invalid'"),
    ):
        http.get("/a")


@pytest.mark.parametrize(
    ("asked", "waited"), [("7", 7.0), ("Fri, 20 Nov 2026 12:00:09 GMT", 9.0), ("0", 0.5), ("soon", 0.5)]
)
def test_retry_after_is_honoured_as_seconds_and_as_date_and_never_makes_a_hot_loop(script, asked, waited):
    server = script([answer(status=429, retry_after=asked), answer({})])
    time = Time()
    with client(server.url, time) as http:
        http.get("/a")
    assert time.slept == [waited]


def test_a_wait_beyond_the_budget_is_not_begun(script):
    server = script([answer("slow down", 429, retry_after="3600"), answer({})])
    time = Time()
    with client(server.url, time, retry_seconds=30) as http, pytest.raises(Unreachable) as refused:
        http.get("/a")
    assert time.slept == []
    assert "HTTP 429" in refused.value.message
    assert "3600 s" in refused.value.remedy


def test_the_budget_ends_the_repetitions_and_the_message_counts_them(script):
    server = script(lambda _: answer(status=503))
    time = Time()
    with client(server.url, time, retry_seconds=20) as http, pytest.raises(Unreachable) as refused:
        http.get("/a")
    assert sum(time.slept) <= 20
    assert f"(tried {len(server.asked)} times over {sum(time.slept):.0f} s)" in refused.value.message


def test_a_silent_server_is_given_up_after_the_read_time_out(script):
    server = script([Slow(1.0, answer({}))])
    with client(server.url, read_timeout=0.1, retry_seconds=0) as http, pytest.raises(AnswerLost) as silent:
        http.get("/a")
    assert "no answer for 0.1 s" in silent.value.message
    assert "READ_TIMEOUT" in silent.value.remedy


def test_a_body_that_breaks_off_says_how_much_of_it_came(script):
    whole = answer({"users": ["x" * 2000]})
    server = script([whole[:-1500]])
    with client(server.url, retry_seconds=0) as http, pytest.raises(AnswerCutOff) as cut:
        http.get_json("/rest/search")
    assert f"{server.url}/rest/search broke off after 515 of 2,015 bytes" in cut.value.message


def test_a_broken_chunk_is_a_cut_off_answer(script):
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    server = script([head + b'5\r\n{"a":\r\n5\r\n1'])
    with client(server.url, retry_seconds=0) as http, pytest.raises(AnswerCutOff):
        http.get_json("/a")


def test_a_cut_off_answer_to_a_get_is_asked_for_again(script):
    whole = answer({"a": 1})
    server = script([whole[:-2], whole])
    with client(server.url) as http:
        assert http.get_json("/a") == {"a": 1}


def test_a_broken_compression_is_malformed(script):
    packed = answer(b"\x1f\x8bnot gzip at all", content_encoding="gzip")
    server = script([packed])
    with client(server.url) as http, pytest.raises(AnswerMalformed, match="compression"):
        http.get_json("/a")


def test_a_compressed_answer_is_unpacked(script):
    server = script([answer(gzip.compress(b'{"a": 1}'), content_encoding="gzip")])
    with client(server.url) as http:
        assert http.get_json("/a") == {"a": 1}


def test_an_error_page_is_read_only_as_far_as_it_is_shown(script):
    server = script([answer(b"y" * 5_000_000, 400, "text/plain")])
    with client(server.url) as http:
        result = http.send("GET", "/a")
    assert len(result.body) < 200_000


def test_a_stream_yields_the_body_in_pieces_and_raises_where_it_breaks_off(script):
    whole = answer(b"x" * 300_000, content_type="application/xml")
    server = script([whole, whole[:-100_000]])
    with client(server.url) as http:
        with http.stream("/a") as stream:
            assert sum(map(len, stream)) == 300_000
        pieces = []
        with http.stream("/a") as stream, pytest.raises(AnswerCutOff, match=r"after 200,000 of 300,000 bytes"):
            pieces.extend(iter(stream))
    assert 100_000 < sum(map(len, pieces)) <= 200_000


def test_a_secret_echoed_by_the_server_stays_out_of_the_message(script):
    server = script(
        [answer("you sent Basic YXBwOmNhbmFyeS1ww6Rzc+KCrA== and canary-p\u00e4ss\u20ac", 400, "text/plain")]
    )
    with client(server.url) as http, pytest.raises(Exception, match="HTTP 400") as refused:
        http.get("/a")
    assert "canary" not in str(refused.value)
    assert "YXBwOmNhbm" not in str(refused.value)


def test_a_name_with_half_a_character_is_refused_before_it_is_sent(script):
    server = script([])
    with client(server.url) as http, pytest.raises(UsageInvalid, match="half a character"):
        http.get("/a", {"username": "\ud800"})
    assert server.asked == []


def test_a_server_that_speaks_no_http_is_an_error_like_any_other(script):
    server = script([b"220 mail.example.org ESMTP\r\n"])
    with client(server.url, retry_seconds=0) as http, pytest.raises(Unreachable):
        http.get("/a")


def test_https_on_a_plain_port_names_the_url(script):
    server = script([b"HTTP/1.1 400 Bad Request\r\n\r\n"] * 2)
    with client(server.url.replace("http:", "https:"), retry_seconds=0) as http, pytest.raises(Unreachable) as refused:
        http.get("/a")
    assert "TLS" in refused.value.message


def together(url, number=2, **given):
    throttle = Throttle()
    endpoint = Endpoint(**{"name": "crowd", "url": url, **given})
    return throttle, [HttpClient(endpoint, throttle=throttle) for _ in range(number)]


@pytest.mark.parametrize("status", [429, 503])
def test_a_refusal_to_one_client_lets_all_who_share_the_throttle_wait(script, status):
    server = script([answer(b"", status, retry_after="1"), answer({}, 201), answer({}, 201)])
    throttle, (one, other) = together(server.url, retry_seconds=0)
    assert one.send("POST", "/a").status == status
    began = time.monotonic()
    assert other.send("POST", "/b").status == 201
    assert 0.9 < time.monotonic() - began < 20
    assert throttle.pause == pytest.approx(0.01 * 0.95), "each good answer shortens the pause"


def test_a_refusal_that_asks_for_nothing_lets_all_wait_for_half_a_second(script):
    server = script([answer(b"", 503), answer({}, 201)])
    _, (one, other) = together(server.url, retry_seconds=0)
    assert one.send("POST", "/a").status == 503
    began = time.monotonic()
    assert other.send("POST", "/b").status == 201
    assert time.monotonic() - began > 0.45


def test_other_errors_slow_nobody(script):
    server = script([answer(b"", 500), answer(b"", 404)])
    throttle, (one, other) = together(server.url, retry_seconds=0)
    assert (one.send("POST", "/a").status, other.send("POST", "/b").status) == (500, 404)
    assert throttle.pause == 0.0


def test_waiting_for_others_refusals_is_not_held_against_the_budget(script):
    server = script([answer(b"", 429, retry_after="1"), answer(b"", 429), answer({}, 201)])
    _, (one, other) = together(server.url, retry_seconds=0.9)
    assert one.send("POST", "/a").status == 429
    again = other.send("POST", "/b")
    assert (again.status, again.tries) == (201, 2)
    assert again.seconds < 0.9 + 5


def test_at_the_end_nobody_waits_who_has_not_asked_yet_and_nobody_asks_again(script):
    server = script([answer(b"", 429, retry_after="300"), answer({}, 201)])
    throttle, (one, other) = together(server.url, retry_seconds=600)
    threading.Timer(0.3, throttle.end).start()
    with pytest.raises(Unreachable, match="was not asked any more") as first:
        one.send("POST", "/a")
    with pytest.raises(Unreachable, match=r"^crowd: POST http://127.0.0.1:\d+/b was not asked any more"):
        other.send("POST", "/b")
    assert "The next run looks" in first.value.remedy
    assert len(server.asked) == 1


def test_at_the_end_a_question_that_need_not_wait_is_still_asked_once(script):
    server = script([HANG_UP])
    throttle, (one, _) = together(server.url, retry_seconds=600)
    throttle.end()
    with pytest.raises(AnswerLost):
        one.send("PUT", "/a")
    assert len(server.asked) == 1


def test_cookies_are_kept_and_sent_again(script):
    server = script([answer({}, set_cookie="JSESSIONID=abc; Path=/crowd"), answer({})])
    with client(server.url + "/crowd") as http:
        http.get("/a")
        http.get("/b")
    assert "cookie" not in server.asked[0].headers
    assert server.asked[1].headers["cookie"] == "JSESSIONID=abc"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "GET"])
def test_what_changes_something_says_how_long_it_is_even_when_it_is_empty(script, method):
    server = script([answer({})])
    with client(server.url) as http:
        http.send(method, "/a")
    assert server.asked[0].headers.get("content-length") == (None if method == "GET" else "0")


def test_a_path_that_needs_quoting_is_quoted_also_after_the_first_question(script):
    server = script([answer({}), answer({}), answer({})])
    with client(server.url + "/crowd") as http:
        for path in ("/a", "/b c/%zz/\u00e9", "/d?e=%20"):
            http.get(path)
    assert [asked.target for asked in server.asked] == ["/crowd/a", "/crowd/b%20c/%25zz/%C3%A9", "/crowd/d?e=%20"]
