"""The settings of a job that nobody watches: checked at once, and secret as a whole."""

from __future__ import annotations

import base64

import pytest

from dirsync.errors import ConfigurationInvalid
from dirsync.settings.gather import gather, secret_values
from dirsync.settings.load import load_settings
from dirsync.settings.partial import usable_part, with_stand_ins
from dirsync.settings.tokens import notify_addresses, tokens_in
from dirsync.settings.unattended import signing_key

KEY = base64.b64encode(b"k" * 32).decode()
SECRET = f"whsec_{KEY}"
HOOK = {"DIRSYNC_WEBHOOK_URL": "https://hooks.example.org/x", "DIRSYNC_WEBHOOK_SECRET": SECRET}


def mistakes(**environment: str) -> list[str]:
    with pytest.raises(ConfigurationInvalid) as caught:
        load_settings(None, environment)
    return [str(mistake) for mistake in caught.value.mistakes]


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"DIRSYNC_LOG_FORMAT": "xml"}, "must be 'auto', 'text' or 'json'"),
        ({"DIRSYNC_LOG_LEVEL": "loud"}, "must be 'debug', 'info', 'change', 'warning' or 'error'"),
        ({"DIRSYNC_LOG_KEEP": "0"}, "must be 1 or more"),
        ({"DIRSYNC_LOG_ROTATE_MB": "0"}, "must be 1 or more"),
        ({"DIRSYNC_METRICS_FILE": "/srv/metrics.txt"}, "must end in .prom"),
        ({"DIRSYNC_PING_URL": "hc.example.org/uuid"}, "must be a URL of the form https://host/path"),
        ({"DIRSYNC_PING_URL": "https://[hc/uuid"}, "must be a URL of the form https://host/path"),
        ({"DIRSYNC_WEBHOOK_URL": "ftp://x/y", "DIRSYNC_WEBHOOK_SECRET": SECRET}, "must be a URL of the form"),
        ({"DIRSYNC_WEBHOOK_URL": "https://x/y"}, "is missing (or DIRSYNC_WEBHOOK_SECRET_FILE)"),
        ({"DIRSYNC_WEBHOOK_SECRET": SECRET}, "is given, so DIRSYNC_WEBHOOK_URL"),
        ({**HOOK, "DIRSYNC_WEBHOOK_SECRET": KEY}, "must be whsec_ and 24 to 64 bytes in base64"),
        ({**HOOK, "DIRSYNC_WEBHOOK_SECRET": "whsec_!!!!"}, "must be whsec_ and 24 to 64 bytes in base64"),
        ({**HOOK, "DIRSYNC_WEBHOOK_SECRET": f"whsec_{base64.b64encode(b'k' * 23).decode()}"}, "24 to 64 bytes"),
        ({**HOOK, "DIRSYNC_WEBHOOK_SECRET": f"whsec_{base64.b64encode(b'k' * 65).decode()}"}, "24 to 64 bytes"),
        ({"DIRSYNC_NOTIFY_URLS": "admins@example.org"}, "must be addresses such as mailtos://"),
        ({"DIRSYNC_NOTIFY_REDACT": "perhaps"}, "true or false"),
    ],
)
def test_what_makes_no_sense_is_told_under_its_name(environment: dict[str, str], said: str):
    [told] = mistakes(**environment)
    assert said in told
    assert told.partition(" ")[0].rstrip(":") in environment | {"DIRSYNC_WEBHOOK_SECRET": ""}
    assert not [value for value in environment.values() if "://" in value and value in told]


def test_all_mistakes_are_told_at_once():
    assert len(mistakes(DIRSYNC_LOG_FORMAT="xml", DIRSYNC_PING_URL="x", DIRSYNC_NOTIFY_URLS="y")) == 3


def test_what_is_right_is_taken():
    settings = load_settings(
        None, {**HOOK, "DIRSYNC_LOG_FORMAT": " JSON ", "DIRSYNC_PING_URL": " http://127.0.0.1:8000/ping/1 "}
    )
    assert settings.log_format == "json"
    assert settings.ping_url
    assert settings.ping_url.get_secret_value() == "http://127.0.0.1:8000/ping/1"
    assert settings.webhook_secret
    assert signing_key(settings.webhook_secret.get_secret_value()) == b"k" * 32
    assert "k" * 8 not in repr(settings)
    assert "hooks.example.org" not in repr(settings)


def test_addresses_of_apprise_may_stand_with_blanks_or_commas_and_hold_commas():
    assert notify_addresses(" json://a/x, mailto://b?to=c@d,e@f\nslack://t ") == [
        "json://a/x",
        "mailto://b?to=c@d,e@f",
        "slack://t",
    ]
    assert notify_addresses("") == []


@pytest.mark.parametrize(
    ("address", "secret", "shown"),
    [
        ("https://hc.example.org/0f9e8d7c-aaaa", {"0f9e8d7c-aaaa"}, {"hc.example.org"}),
        ("https://user:pa55@hooks.example.org/services", {"pa55"}, {"hooks.example.org", "services"}),
        ("https://hooks.example.org/x?token=abc12345def", {"abc12345def"}, {"token", "x"}),
        ("slack://T0123456789/B0123456789/abcdefghijklmnopqrstuvw", {"T0123456789", "abcdefghijklmnopqrstuvw"}, set()),
        ("mailtos://bot:s3cr3t@mail.example.org?to=maria1@example.org", {"s3cr3t"}, {"maria1@example.org"}),
        (SECRET, {KEY}, set()),
        ("https://[broken", set(), set()),
        ("no address", {""} - {""}, {"no", "address"}),
    ],
)
def test_the_parts_of_an_address_by_which_it_could_be_used_are_secret(address: str, secret: set, shown: set):
    tokens = set(tokens_in(address))
    assert secret <= tokens
    assert not shown & tokens


def test_every_channel_s_secret_is_kept_from_what_is_printed():
    environment = {
        **HOOK,
        "DIRSYNC_PING_URL": "https://hc.example.org/0f9e8d7c-aaaa/",
        "DIRSYNC_NOTIFY_URLS": "json://bot:s3cr3t@hooks.example.org",
    }
    secrets = set(secret_values(gather(None, environment)))
    assert {*environment.values(), "https://hc.example.org/0f9e8d7c-aaaa", "0f9e8d7c-aaaa", KEY, "s3cr3t"} <= secrets


def test_offline_a_secret_that_is_elsewhere_is_no_mistake(tmp_path):
    names = ("PING_URL", "WEBHOOK_URL", "WEBHOOK_SECRET", "NOTIFY_URLS")
    gathered = gather(None, {f"DIRSYNC_{name}_FILE": str(tmp_path / name) for name in names})
    whole, why = with_stand_ins(gathered)
    assert set(why) == set(names)
    assert usable_part(whole).webhook_url


def test_a_webhook_stays_usable_beside_wrong_settings():
    settings = usable_part(gather(None, {**HOOK, "DIRSYNC_READ_ONLY": "perhaps"}))
    assert settings.webhook_url
    assert settings.webhook_secret
