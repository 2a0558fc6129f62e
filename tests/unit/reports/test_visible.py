"""Names are shown and can't act."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dirsync.model.visible import visible


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("ana", "ana"),
        ("\x1b[2J\x1b[31mgone", r"\x1b[2J\x1b[31mgone"),
        ("\x9b2Jgone", r"\x9b2Jgone"),
        ("invoice\u202egnp.exe", r"invoice\u202egnp.exe"),
        ("two\nlines\r\tand tab", r"two\nlines\r\tand tab"),
        ("nul\x00", r"nul\x00"),
        ("lone \udc80 surrogate", r"lone \udc80 surrogate"),
        ("tag\U000e0041", r"tag\U000e0041"),
        ("ad\u200cmin", r"ad\u200cmin"),
        ("zero\ufeffwidth", r"zero\ufeffwidth"),
    ],
)
def test_what_would_act_is_spelt_out(name, shown):
    assert visible(name) == shown


@pytest.mark.parametrize(
    "name", ["Zoë", "מרים", "سمير", "山田太郎", "नमस्\u200dते", "👩\u200d💻", "a\u00a0b", 'O\'Brien, "Jo" <x>']
)
def test_letters_of_all_scripts_and_their_joiners_stay(name):
    assert visible(name) == name


@given(st.text())
def test_nothing_shown_is_a_control_or_a_direction_mark(name):
    left = {unicodedata.category(character) for character in visible(name) if character not in "\u200c\u200d"}

    assert not left & {"Cc", "Cf", "Cs", "Zl", "Zp"}
