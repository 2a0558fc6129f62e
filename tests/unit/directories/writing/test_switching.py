"""Every attribute that disables an account is set so that the reader of it says what was meant."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dirsync.directories.ldap.activity import read_active
from dirsync.directories.ldap.writing.requests import adding, deleting, replacing
from dirsync.directories.ldap.writing.switching import switch_of_new, switched

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize("active", [True, False])
@pytest.mark.parametrize(
    ("attribute", "values"),
    [
        ("nsAccountLock", [[], [b"true"], [b"false"]]),
        ("pwdAccountLockedTime", [[], [b"000001010000Z"]]),
        ("shadowExpire", [[], [b"1"], [b"99999"]]),
        ("userAccountControl", [[b"512"], [b"514"], [b"66050"]]),
        ("enabled", [[], [b"TRUE"], [b"false"], [b"Yes"], [b"no"], [b"1"], [b"0"]]),
    ],
)
def test_what_is_set_is_read_as_it_was_meant(attribute, values, active):
    for held in values:
        changes = switched(attribute, held, active=active)
        now = list(changes[-1].values) if changes else held
        assert read_active(attribute, now[0].decode() if now else "", NOW) is active
        assert switched(attribute, now, active=active) == ()
    new = [value.decode() for value in switch_of_new(attribute, active=active)]
    assert read_active(attribute, "".join(new), NOW) is active


def test_a_word_is_said_as_it_was_said_before():
    assert switched("enabled", [b"YES"], active=False) == (replacing("enabled", b"no"),)
    assert switched("enabled", [b"0"], active=True) == (replacing("enabled", b"1"),)
    assert switched("enabled", [b"what"], active=False) == (replacing("enabled", b"FALSE"),)


def test_a_passing_lock_out_is_not_ended_and_a_lasting_one_takes_its_place():
    assert switched("pwdAccountLockedTime", [b"20261122010000Z"], active=True) == ()
    assert switched("pwdAccountLockedTime", [b"20261122010000Z"], active=False) == (
        replacing("pwdAccountLockedTime", b"000001010000Z"),
    )


def test_other_flags_are_kept_and_a_change_of_them_at_the_same_moment_is_noticed():
    assert switched("userAccountControl", [b"66048"], active=False) == (
        deleting("userAccountControl", b"66048"),
        adding("userAccountControl", b"66050"),
    )
    for held in ([], [b"x"], [b"1", b"2"]):
        with pytest.raises(ValueError, match="other flags would be lost"):
            switched("userAccountControl", held, active=False)


def test_what_can_not_be_set_says_what_to_do():
    with pytest.raises(ValueError, match="accountExpires is a date"):
        switched("accountExpires", [], active=False)
    with pytest.raises(ValueError, match=r"name one under target\.users\.attributes\.active"):
        switched("", [], active=False)
    with pytest.raises(ValueError, match="no attribute by which"):
        switch_of_new("", active=False)
    assert switch_of_new("", active=True) == ()
