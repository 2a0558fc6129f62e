"""What a server's no means: whether it may not be or did not work, whose words these are, and what to do."""

from __future__ import annotations

import pytest

from dirsync.apply.targets.ldap_replies import judged
from dirsync.directories.ldap.writing.controls import asserting, showing
from dirsync.directories.ldap.writing.tree import Reply
from dirsync.model.plans import Change, Op, Result

CHANGE = Change(Op.ADD_MEMBER, "corp", "people", user="ana", group="staff")


@pytest.mark.parametrize(
    ("code", "result", "cure"),
    [
        (8, Result.REFUSED, "use ldaps://"),
        (10, Result.REFUSED, "never followed: write the URL of the server that takes changes"),
        (11, Result.FAILED, "limits raised"),
        (13, Result.REFUSED, "use ldaps://"),
        (17, Result.FAILED, "load the ppolicy overlay"),
        (19, Result.FAILED, "correct the person at the source"),
        (32, Result.REFUSED, "the next run plans anew"),
        (50, Result.REFUSED, "the right to write"),
        (51, Result.FAILED, "run again later"),
        (52, Result.FAILED, "run again later"),
        (53, Result.REFUSED, "takes no changes"),
        (65, Result.FAILED, "set target.users.object_classes"),
        (66, Result.FAILED, "remove them by hand"),
        (80, Result.FAILED, "See its log"),
        (122, Result.REFUSED, "It is another entry by now"),
    ],
)
def test_each_code_has_its_meaning_and_its_cure(code, result, cure):
    ending = judged("corp", CHANGE, Reply(code, "itsName: its own words"))
    assert ending.result is result
    assert ending.message.startswith("corp: the server did not add member 'ana / staff': itsName: its own words.")
    assert cure in ending.message


def test_the_controls_are_as_their_standards_have_them():
    # RFC 4528 with the filter (uid=a) in BER; RFC 4527 with a list of one attribute
    assert asserting("uid", b"a") == ("1.3.6.1.1.12", True, bytes.fromhex("a308 0403 756964 0401 61"))
    assert showing("cn") == ("1.3.6.1.1.13.2", False, bytes.fromhex("3004 0402 636e"))
