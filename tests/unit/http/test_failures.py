import inspect

import pytest
from requests import exceptions

from dirsync.errors import AnswerMalformed, DirsyncError, NotThatProduct, Unreachable, UsageInvalid
from dirsync.http import AnswerCutOff, AnswerLost, Endpoint
from dirsync.http.failures import Repeat, failure_of

ENDPOINT = Endpoint("crowd", "https://crowd.example.org/crowd", "dirsync", "canary")
EXPECTED = {
    "RequestException": (Unreachable, Repeat.NEVER),
    "InvalidJSONError": (AnswerMalformed, Repeat.NEVER),
    "JSONDecodeError": (AnswerMalformed, Repeat.NEVER),
    "HTTPError": (Unreachable, Repeat.NEVER),
    "ConnectionError": (AnswerLost, Repeat.IF_HARMLESS),
    "ProxyError": (Unreachable, Repeat.IF_HARMLESS),
    "SSLError": (Unreachable, Repeat.NEVER),
    "Timeout": (AnswerLost, Repeat.IF_HARMLESS),
    "ConnectTimeout": (Unreachable, Repeat.ALWAYS),
    "ReadTimeout": (AnswerLost, Repeat.IF_HARMLESS),
    "URLRequired": (UsageInvalid, Repeat.NEVER),
    "TooManyRedirects": (NotThatProduct, Repeat.NEVER),
    "MissingSchema": (UsageInvalid, Repeat.NEVER),
    "InvalidSchema": (UsageInvalid, Repeat.NEVER),
    "InvalidURL": (UsageInvalid, Repeat.NEVER),
    "InvalidHeader": (UsageInvalid, Repeat.NEVER),
    "InvalidProxyURL": (UsageInvalid, Repeat.NEVER),
    "ChunkedEncodingError": (AnswerCutOff, Repeat.IF_HARMLESS),
    "ContentDecodingError": (AnswerMalformed, Repeat.NEVER),
    "StreamConsumedError": (Unreachable, Repeat.NEVER),
    "RetryError": (Unreachable, Repeat.IF_HARMLESS),
    "UnrewindableBodyError": (Unreachable, Repeat.NEVER),
}
CLASSES = {
    name: kind
    for name, kind in inspect.getmembers(exceptions, inspect.isclass)
    if issubclass(kind, exceptions.RequestException)
}


def test_the_table_of_expectations_holds_every_exception_of_requests():
    assert set(CLASSES) == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_every_exception_of_requests_has_a_meaning_and_shows_nothing_of_itself(name):
    arguments = ("canary", "canary", 0) if name == "JSONDecodeError" else ("canary in a message",)
    failure = failure_of(CLASSES[name](*arguments), ENDPOINT)
    error = failure.as_error("crowd: GET https://crowd.example.org/crowd/x", " (tried 2 times over 3 s)")
    assert (failure.kind, failure.repeat) == EXPECTED[name]
    assert isinstance(error, DirsyncError)
    assert error.remedy
    assert "(tried 2 times over 3 s)" in error.message
    assert "canary" not in str(error)
    assert "{" not in str(error)


def test_half_a_character_in_a_name_is_the_callers_mistake_and_not_the_networks():
    with pytest.raises(UnicodeEncodeError) as half:
        "\ud800".encode()
    assert failure_of(half.value, ENDPOINT).kind is UsageInvalid
