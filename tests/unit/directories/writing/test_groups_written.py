"""The requests for groups and single members."""

from __future__ import annotations

import pytest

from dirsync.directories.ldap.dialects.active_directory import ACTIVE_DIRECTORY
from dirsync.directories.ldap.dialects.directory_server_389 import DIRECTORY_SERVER_389
from dirsync.directories.ldap.dialects.openldap import OPENLDAP
from dirsync.directories.ldap.entry import entry_of
from dirsync.directories.ldap.filter import parse_filter
from dirsync.directories.ldap.writing.groups import (
    described,
    listing_filter,
    lists_filter,
    member_attribute,
    member_value,
    new_group,
    other_member,
    renamed_group,
    with_member,
    without_member,
)
from dirsync.directories.ldap.writing.layout import Layout
from dirsync.directories.ldap.writing.requests import Modify, Rename, adding, deleting, replacing

BASE = "ou=groups,dc=example,dc=org"
LAYOUT = Layout("ou=people", BASE)


def group(*classes: str, dn: str = f"cn=staff,{BASE}", **held: str):
    values = {"cn": "staff", **held}
    return entry_of(
        dn,
        [("objectClass", [one.encode() for one in classes]), *((name, [one.encode()]) for name, one in values.items())],
    )


def test_each_family_makes_groups_in_its_own_way():
    made = new_group("a, b", "all", LAYOUT, OPENLDAP.writing)
    assert made.dn == f"cn=a\\, b,{BASE}"
    assert dict(made.attributes) == {
        "objectClass": (b"groupOfNames",), "cn": (b"a, b",), "description": (b"all",), "member": (b"",),
    }  # fmt: skip
    assert dict(new_group("x", "", LAYOUT, DIRECTORY_SERVER_389.writing).attributes) == {
        "objectClass": (b"groupOfNames",), "cn": (b"x",),
    }  # fmt: skip
    assert dict(new_group("x", "", LAYOUT, ACTIVE_DIRECTORY.writing).attributes) == {
        "objectClass": (b"group",), "cn": (b"x",), "sAMAccountName": (b"x",),
    }  # fmt: skip
    unique = Layout("ou=people", BASE, group_class="groupOfUniqueNames")
    assert dict(new_group("x", "", unique, OPENLDAP.writing).attributes)["uniqueMember"] == (b"",)
    with pytest.raises(ValueError, match="gidNumber"):
        new_group("x", "", Layout("ou=people", BASE, group_class="posixGroup"), OPENLDAP.writing)


@pytest.mark.parametrize(
    ("classes", "attribute"),
    [
        (["top", "groupOfNames"], "member"),
        (["GROUPOFUNIQUENAMES"], "uniqueMember"),
        (["posixGroup"], "memberUid"),
        (["posixGroup", "groupOfNames"], "member"),
        (["top", "group"], "member"),
    ],
)
def test_the_class_of_a_group_says_how_it_lists_its_members(classes, attribute):
    one = group(*classes)
    value = member_value(one, "uid=ana,dc=x", "ana")
    assert member_attribute(one) == attribute
    assert value == (b"ana" if attribute == "memberUid" else b"uid=ana,dc=x")
    assert with_member(one, value) == Modify(one.dn, (adding(attribute, value),))
    assert without_member(one, value) == Modify(one.dn, (deleting(attribute, value),))
    assert without_member(one, value, leaves_nobody=True).modifications == (
        deleting(attribute, value),
        adding(attribute, b""),
    )
    assert other_member(one, value, b"n").modifications == (deleting(attribute, value), adding(attribute, b"n"))


def test_a_group_of_another_class_is_not_touched():
    with pytest.raises(ValueError, match="none of the classes whose members dirsync can change"):
        with_member(group("groupOfURLs"), b"x")


def test_names_in_filters_are_values_and_nothing_else():
    for text in (
        listing_filter("uid=a*)(b\\,x", "(a)"),
        listing_filter("cn=g", ""),
        lists_filter(group("group"), b"a=*()"),
    ):
        parse_filter(text)
    assert listing_filter("cn=g", "") == "(|(member=cn=g)(uniqueMember=cn=g))"
    assert listing_filter("cn=*", "*") == "(|(member=cn=\\2a)(uniqueMember=cn=\\2a)(memberUid=\\2a))"


def test_a_description_comes_and_goes():
    assert described(group("group"), "x").modifications == (replacing("description", b"x"),)
    assert described(group("group"), "").modifications == (replacing("description"),)


def test_a_group_is_renamed_where_its_name_stands():
    assert list(renamed_group(group("groupOfNames"), "cn", "crew")) == [Rename(f"cn=staff,{BASE}", "cn=crew")]
    domain = group("group", sAMAccountName="staff")
    assert list(renamed_group(domain, "sAMAccountName", "crew")) == [
        Modify(domain.dn, (replacing("sAMAccountName", b"crew"),)),
        Rename(domain.dn, "cn=crew"),
    ]
    other = group("group", sAMAccountName="login")
    assert list(renamed_group(other, "sAMAccountName", "crew")) == [
        Modify(other.dn, (replacing("sAMAccountName", b"crew"),))
    ]
