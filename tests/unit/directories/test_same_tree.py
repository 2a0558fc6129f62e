from __future__ import annotations

import pytest

from dirsync.directories.ldap.address import LdapConnection
from dirsync.directories.ldap.same_tree import are_one_tree, shared_base


@pytest.mark.parametrize(
    ("target", "source", "shared"),
    [
        (["ou=people,dc=x"], ["OU=People, dc=x"], "ou=people,dc=x"),
        (["ou=a,ou=people,dc=x"], ["ou=people,dc=x"], "ou=a,ou=people,dc=x"),
        (["dc=x"], ["ou=people,dc=x"], "ou=people,dc=x"),
        (["ou=b,dc=x", "ou=a,dc=x"], ["ou=c,dc=x", "ou=a,dc=x"], "ou=a,dc=x"),
        (["ou=a,dc=x"], ["ou=b,dc=x", "ou=a,dc=y"], ""),
        (["ou=a,dc=x"], ["ou=aa,dc=x"], ""),
        (["ou=a,dc=x"], [], ""),
    ],
)
def test_two_trees_share_what_both_would_look_below(target, source, shared):
    assert shared_base(target, source) == shared


def test_one_address_is_one_tree_without_asking():
    one = LdapConnection("a", "ldaps://ldap.example.org")
    other = LdapConnection("b", "ldaps://other.example.org, ldaps://ldap.example.org:636")
    assert are_one_tree(one, other, "dc=x")
