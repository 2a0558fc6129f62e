"""The requests for accounts: what they hold, what they leave alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dirsync.directories.interface import Attributes
from dirsync.directories.ldap.dialects.active_directory import ACTIVE_DIRECTORY
from dirsync.directories.ldap.dialects.generic import GENERIC
from dirsync.directories.ldap.dialects.openldap import OPENLDAP
from dirsync.directories.ldap.entry import entry_of
from dirsync.directories.ldap.writing.accounts import Account, Written, with_changes
from dirsync.directories.ldap.writing.layout import Layout
from dirsync.directories.ldap.writing.names import renamed_dn, same_name
from dirsync.directories.ldap.writing.requests import Modify, Rename, adding, deleting, replacing
from dirsync.model.entries import User

LAYOUT = Layout("ou=people,dc=example,dc=org")
ANA = {"username": "ana", "email": "ana@example.org", "first_name": "Ana", "last_name": "M", "display_name": "Ana M"}


def written(dialect=OPENLDAP, **attributes):
    return Written(replace(dialect.attributes, **attributes), dialect.writing)


def account(dn="uid=ana,ou=people,dc=example,dc=org", username="ana", **held):
    values = {
        "uid": ["ana"],
        "cn": ["Ana M"],
        "sn": ["M"],
        "mail": ["ana@example.org"],
        "displayName": ["Ana M"],
        **held,
    }
    entry = entry_of(dn, ((name, [one.encode() for one in each]) for name, each in values.items()))
    return Account(entry, User("id", entry.ref, username, "ana@example.org", "Ana", "M", "Ana M"))


def test_a_person_has_what_the_mapping_says_and_what_the_schema_wants():
    made = written().new_account(LAYOUT, ANA)
    assert made.dn == "uid=ana,ou=people,dc=example,dc=org"
    assert dict(made.attributes) == {
        "objectClass": (b"inetOrgPerson",), "uid": (b"ana",), "mail": (b"ana@example.org",), "givenName": (b"Ana",),
        "sn": (b"M",), "displayName": (b"Ana M",), "cn": (b"Ana M",),
    }  # fmt: skip
    bare = dict(written().new_account(LAYOUT, {"username": "ana"}).attributes)
    assert (bare["cn"], bare["sn"], "mail" in bare) == ((b"ana",), (b"ana",), False)


def test_classes_that_are_no_persons_get_no_filling():
    layout = replace(LAYOUT, object_classes=("account",))
    made = dict(written().new_account(layout, {"username": "ana"}).attributes)
    assert made == {"objectClass": (b"account",), "uid": (b"ana",)}


def test_an_account_is_named_as_the_layout_says():
    by_name = replace(LAYOUT, rdn="cn")
    assert written().new_account(by_name, ANA).dn == "cn=ana,ou=people,dc=example,dc=org"
    assert dict(written().new_account(by_name, ANA).attributes)["cn"] == (b"ana",)
    assert written().new_account(replace(LAYOUT, rdn="mail"), ANA).dn.startswith("mail=ana@example.org,")
    assert written().new_account(LAYOUT, {"username": "#a,b "}).dn == "uid=\\#a\\,b\\ ,ou=people,dc=example,dc=org"


def test_two_meanings_of_one_attribute_must_agree():
    twice = written(username="mail")
    assert dict(twice.new_account(LAYOUT, {"username": "x@y", "email": "x@y"}).attributes)["mail"] == (b"x@y",)
    with pytest.raises(ValueError, match="mail would have to be 'x@y' and 'z@y' at once"):
        twice.new_account(LAYOUT, {"username": "x@y", "email": "z@y"})


def test_a_domain_account_is_a_user_with_a_login_flags_and_a_password():
    made = written(ACTIVE_DIRECTORY).new_account(LAYOUT, {**ANA, "active": False}, (b"secret",))
    held = dict(made.attributes)
    assert made.dn == "cn=ana,ou=people,dc=example,dc=org"
    assert held["objectClass"] == (b"user",)
    assert (held["sAMAccountName"], held["cn"]) == ((b"ana",), (b"ana",))
    assert (held["userAccountControl"], held["unicodePwd"]) == ((b"514",), (b"secret",))
    assert dict(written(ACTIVE_DIRECTORY).new_account(LAYOUT, ANA).attributes)["userAccountControl"] == (b"512",)


def test_an_inactive_account_is_made_so_or_not_at_all():
    assert dict(written().new_account(LAYOUT, {**ANA, "active": False}).attributes)["pwdAccountLockedTime"]
    with pytest.raises(ValueError, match="no attribute by which"):
        written(GENERIC).new_account(LAYOUT, {**ANA, "active": False})
    with pytest.raises(ValueError, match="no attribute by which"):
        written(GENERIC).switched(account(), active=False)
    assert dict(written(active="enabled").new_account(LAYOUT, ANA).attributes)["enabled"] == (b"TRUE",)


def test_an_update_replaces_the_value_that_is_read_and_keeps_the_others():
    many = account(mail=["ana@example.org", "b@example.org", "new@example.org"])
    assert written().updated(many, {"email": "new@example.org"}) == (
        replacing("mail", b"new@example.org", b"b@example.org"),
    )
    assert written().updated(many, {"email": ""}) == (replacing("mail", b"b@example.org", b"new@example.org"),)
    assert written().updated(many, {"email": "ana@example.org", "active": False}) == ()
    assert written().updated(account(), {"last_name": "M\u00fc"}) == (replacing("sn", "M\u00fc".encode()),)
    assert written().updated(replace_name(account(), "Mu\u0308"), {"last_name": "M\u00fc"}) == ()


def replace_name(one, last_name):
    return Account(one.entry, one.user._replace(last_name=last_name))


def test_what_was_filled_in_follows_and_what_somebody_else_wrote_does_not():
    assert written().updated(account(), {"display_name": "Ana K"}) == (
        replacing("displayName", b"Ana K"),
        replacing("cn", b"Ana K"),
    )
    assert written().updated(account(cn=["By hand"]), {"display_name": "Ana K"}) == (
        replacing("displayName", b"Ana K"),
    )
    several = account(cn=["Ana M", "Aninha"])
    assert written().updated(several, {"display_name": "Ana K"})[1] == replacing("cn", b"Ana K", b"Aninha")
    named = account("cn=Ana M,ou=people,dc=example,dc=org")
    assert written().updated(named, {"display_name": "Ana K"}) == (replacing("displayName", b"Ana K"),)


def test_a_rename_changes_the_name_in_the_tree_where_that_is_the_username():
    assert list(written().renamed(account(), "a, b")) == [Rename(account().entry.dn, "uid=a\\, b")]
    double = account("uid=ana+cn=Ana M,ou=people,dc=example,dc=org")
    assert list(written().renamed(double, "eva")) == [Rename(double.entry.dn, "uid=eva+cn=Ana M")]


def test_a_rename_elsewhere_changes_the_attribute_and_the_name_that_was_made_of_it():
    by_number = account("employeeNumber=7,ou=people,dc=example,dc=org", uid=["ana", "alias"])
    assert list(written().renamed(by_number, "eva")) == [
        Modify(by_number.entry.dn, (replacing("uid", b"eva", b"alias"),))
    ]
    by_name = account("cn=Ana,ou=people,dc=example,dc=org")
    assert list(written().renamed(by_name, "eva")) == [
        Modify(by_name.entry.dn, (replacing("uid", b"eva"),)),
        Rename(by_name.entry.dn, "cn=eva"),
    ]


def test_a_principal_name_follows_where_it_was_made_of_the_login():
    one = account("CN=ana,DC=x", sAMAccountName=["ana"], userPrincipalName=["Ana@corp.example.org"])
    modify, rename = written(ACTIVE_DIRECTORY).renamed(one, "eva")
    assert modify.modifications == (
        replacing("sAMAccountName", b"eva"),
        replacing("userPrincipalName", b"eva@corp.example.org"),
    )
    assert rename == Rename("CN=ana,DC=x", "cn=eva")
    other = account("CN=ana,DC=x", sAMAccountName=["ana"], userPrincipalName=["boss@corp.example.org"])
    assert next(iter(written(ACTIVE_DIRECTORY).renamed(other, "eva"))).modifications == (
        replacing("sAMAccountName", b"eva"),
    )
    by_principal = written(ACTIVE_DIRECTORY, username="userPrincipalName")
    named = account("CN=ana,DC=x", "ana@x.example.org", userPrincipalName=["ana@x.example.org"])
    assert list(by_principal.renamed(named, "eva@x.example.org")) == [
        Modify("CN=ana,DC=x", (replacing("userPrincipalName", b"eva@x.example.org"),))
    ]
    in_tree = account("sAMAccountName=ana,DC=x", sAMAccountName=["ana"], userPrincipalName=["ana@x.example.org"])
    assert list(written(ACTIVE_DIRECTORY).renamed(in_tree, "eva")) == [
        Modify("sAMAccountName=ana,DC=x", (replacing("userPrincipalName", b"eva@x.example.org"),)),
        Rename("sAMAccountName=ana,DC=x", "samaccountname=eva"),
    ]


def test_an_entry_is_known_as_it_will_be():
    entry = account(uid=["ana", "b"]).entry
    after = with_changes(entry, (deleting("uid", b"b"), adding("uid", b"c"), replacing("mail"), adding("x", b"1")))
    assert (list(after.values("uid")), list(after.values("mail")), list(after.values("x"))) == (
        [b"ana", b"c"],
        [],
        [b"1"],
    )
    assert list(entry.values("uid")) == [b"ana", b"b"]


def test_a_new_name_is_put_before_what_it_stands_below():
    assert renamed_dn("uid=a+cn=b,ou=x\\2Cy,dc=z", "uid=c") == "uid=c,ou=x\\,y,dc=z"
    assert same_name("UID=a, dc=x", "uid=A,dc=x")
    assert not same_name("uid=a,dc=x", "uid=b,dc=x")


def test_no_meaning_is_no_attribute():
    meaning = Attributes(id="entryUUID", username="uid")
    made = Written(meaning, OPENLDAP.writing).new_account(LAYOUT, ANA)
    assert [name for name, _ in made.attributes] == ["objectClass", "uid", "cn", "sn"]
