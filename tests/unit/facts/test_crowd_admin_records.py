"""Answers of Crowd's administrative interfaces as records: tolerant of shapes, never of what is missing."""

import json

import pytest

from dirsync.errors import AnswerMalformed, ReadIncomplete
from dirsync.facts.crowd_admin_records import Record, page_of, record_of, records_of, unwrapped
from dirsync.facts.jira_pages import Page, all_records
from dirsync.http import Answer, Endpoint

ENDPOINT = Endpoint("crowd", "https://crowd.example.org")


def answer(body):
    return Answer(ENDPOINT, "GET", "/x", 200, {"Content-Type": "application/json"}, json.dumps(body).encode())


@pytest.mark.parametrize(
    ("value", "text", "number", "flag"),
    [
        (7, "7", 7, None),
        ("7", "7", 7, None),
        (" seven ", "seven", None, None),
        ("-1", "-1", -1, None),
        ("\u0667", "\u0667", None, None),
        ("", "", None, None),
        (None, "", None, None),
        (True, "", None, True),
        ("False", "False", None, False),
        ("yes", "yes", None, None),
        (1.5, "", None, None),
        ([], "", None, None),
        ("9" * 20, "9" * 20, 99999999999999999999, None),
        ("9" * 5000, "9" * 5000, None, None),
    ],
)
def test_a_field_is_what_it_can_be_read_as_and_nothing_else(value, text, number, flag):
    record = Record({"the-field": value})
    assert record.text("theField") == text
    assert record.number("the_field") == number
    assert record.flag("THEFIELD") is flag


def test_the_first_name_that_is_there_counts_and_null_is_not_there():
    record = Record({"a": None, "b": "two", "c": "three"})
    assert record.text("a", "b", "c") == "two"
    assert record.fields == ("a", "b", "c")
    assert record.value("x") is None


@pytest.mark.parametrize(
    ("value", "names"),
    [
        (["a", "b", "a"], ("a", "b")),
        ([{"name": "a"}, {"GroupEntity": {"name": "b"}}], ("a", "b")),
        ({"group": ["a"]}, ("a",)),
        ({"group": "a"}, ("a",)),
        ([], ()),
        ({"group": []}, ()),
        ({}, None),
        ("a", None),
        (["a", None], None),
        ([{"surprise": "a"}], None),
        (None, None),
    ],
)
def test_a_list_of_names_is_whole_or_nothing(value, names):
    assert Record({"x": value}).names("x") == names


@pytest.mark.parametrize(
    ("value", "size"), [([{"a": 1}, {"XBean": {"a": 1}}], 2), ([], 0), ([{"a": 1}, 2], None), (1, None)]
)
def test_a_list_of_records_is_whole_or_nothing(value, size):
    found = Record({"x": value}).records("x")
    assert (None if found is None else len(found)) == size


def test_a_record_inside_comes_out_of_its_wrapper():
    inner = Record({"x": {"DirectoryEntity": {"id": 1}}}).record("x")
    assert inner is not None
    assert inner.text("id") == "1"
    assert Record({"x": [1]}).record("x") is None


@pytest.mark.parametrize("element", [{"id": 1}, {"Entity": "x"}, {"a": {"b": 1}}, {"AEntity": {}, "b": 1}, 7])
def test_what_is_no_wrapper_stays_as_it_is(element):
    assert unwrapped(element) == element


def test_one_record_must_be_an_object():
    assert record_of(answer({"ApplicationEntity": {"id": 1}})).text("id") == "1"
    with pytest.raises(AnswerMalformed, match="is not a JSON object"):
        record_of(answer([1]))


@pytest.mark.parametrize(
    "body",
    [
        [{"name": "a"}],
        {"applications": [{"name": "a"}], "links": [], "values": None},
        {"applications": [{"name": "a"}]},
        {"a": {"id": 1}},
        {"Applications": [{"XModel": {"name": "a"}}]},
    ],
)
def test_a_whole_list_comes_bare_under_its_name_or_by_name(body):
    assert [record.text("name") for record in records_of(answer(body), "things")] == ["a"]


@pytest.mark.parametrize("body", [7, {"a": 1}, {"a": {}}, {"applications": {"a": 1}}, [1], {"users": [], "values": []}])
def test_what_is_no_list_is_refused(body):
    with pytest.raises(AnswerMalformed, match="is not a list of things"):
        records_of(answer(body), "things")


@pytest.mark.parametrize(
    ("envelope", "is_last"),
    [
        ({"isLastPage": True}, True),
        ({"isLastPage": False}, False),
        ({"is-last-page": "false"}, False),
        ({"limit": 1}, False),
        ({"limit": 2}, True),
        ({"limit": 500}, True),
    ],
)
def test_a_page_says_whether_it_is_the_last(envelope, is_last):
    page = page_of(answer({"values": [{"id": 1}], **envelope}), 100, "things", lambda record: record.text("id"))
    assert page.is_last is is_last
    assert page.size == 1


def test_a_full_page_without_an_end_is_not_the_last_however_much_was_allowed():
    page = page_of(answer({"values": [{"id": 1}], "limit": 500}), 1, "things", lambda record: record.text("id"))
    assert page.is_last is False


@pytest.mark.parametrize(
    ("envelope", "sent", "is_last"),
    [({}, 2, False), ({}, 1, True), ({}, 3, True), ({"limit": 100}, 2, False), ({"limit": 100}, 1, True)],
)
def test_a_list_under_its_own_name_that_is_just_full_may_be_cut(envelope, sent, is_last):
    entries = [{"id": number} for number in range(sent)]
    page = page_of(answer({"directories": entries, **envelope}), 2, "things", lambda record: record.text("id"))
    assert page.is_last is is_last


def test_a_message_shows_a_few_names_of_fields_only():
    shown = Record({f"{n:03}{'x' * 100}": 1 for n in range(100)} | {"\x1b[2J": 1}).fields
    assert len(shown) == 20
    assert all(len(name) == 40 for name in shown)
    assert Record({"\x1b[2J": 1}).fields == ()


def test_pages_that_never_end_are_given_up():
    numbers = iter(range(10**9))

    def page_from(_):
        return Page({str(next(numbers)): 1}, 1, is_last=False)

    with pytest.raises(ReadIncomplete, match="after 20,000 pages with 20,000 things that more follow"):
        all_records(page_from, "GET x", "things", "start")


@pytest.mark.parametrize("body", [{}, 7, {"values": [1], "limit": 1}])
def test_what_is_no_page_is_refused(body):
    with pytest.raises(AnswerMalformed, match="is not a list of things"):
        page_of(answer(body), 100, "things", lambda record: record.text("id"))
