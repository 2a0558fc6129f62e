"""Addresses that are nobody's own."""

from __future__ import annotations

import pytest

from dirsync.audit.role_addresses import role_in, with_roles_or


@pytest.mark.parametrize(
    ("email", "mark"),
    [
        ("INFO@example.org", "info@"),
        ("abuse@example.org", "abuse@"),
        ("www@example.org", "www@"),
        ("no-reply@example.org", "no-reply@"),
        ("dirsync-request@example.org", "-request@"),
        ("dirsync-Owner@example.org", "-owner@"),
    ],
)
def test_a_role_s_mailbox_is_known_by_its_name(email, mark):
    assert role_in(email)[0] == mark
    assert with_roles_or(()).has(email)


@pytest.mark.parametrize(
    "email",
    [
        "",
        "info",
        "x-owner",
        "infos@example.org",
        "ana@info",
        "request@example.org",
        "ana@example-request.org",
        "owner@example.org",
    ],
)
def test_a_person_s_mailbox_is_not(email):
    assert role_in(email) == ("", "")
    assert not with_roles_or(()).has(email)


def test_whole_addresses_may_be_sought_besides():
    sought = with_roles_or({"team@example.org"})
    assert sought.has(" Team@example.org")
    assert not sought.has("team@example.com")
