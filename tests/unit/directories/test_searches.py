from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dirsync.directories.interface import Attributes, Selection
from dirsync.directories.ldap.decoding import Decoder
from dirsync.directories.ldap.dialects.openldap import OPENLDAP
from dirsync.directories.ldap.searches import Kind, searches_for
from dirsync.errors import ConfigurationInvalid

DECODER = Decoder(OPENLDAP, datetime(2026, 11, 22, tzinfo=UTC))
PEOPLE, GROUPS = "ou=people,dc=example,dc=org", "ou=groups,dc=example,dc=org"


def test_selections_with_the_same_base_and_filter_share_one_search() -> None:
    agents = Selection("agents", (PEOPLE,), "(uid=*)", Attributes(email="mail"))
    customers = Selection("customers", ("OU=People, DC=example,DC=org",), " (uid=*) ", Attributes(email="altMail"))
    (search,) = searches_for([agents, customers], DECODER)
    assert search.selections == (agents, customers)
    assert {"mail", "altMail"} <= set(search.attributes)


def test_another_filter_is_another_search_and_groups_come_first() -> None:
    one = Selection("one", (PEOPLE,), "(uid=a*)", group_bases=(GROUPS,))
    other = Selection("other", (PEOPLE,), "(uid=b*)", group_bases=(GROUPS,))
    kinds = [search.kind for search in searches_for([one, other], DECODER)]
    assert kinds == [Kind.GROUPS, Kind.USERS, Kind.USERS]


def test_groups_nobody_wants_are_not_asked_for() -> None:
    unwanted = Selection("one", (PEOPLE,), group_bases=(GROUPS,), wants_groups=False)
    assert [search.kind for search in searches_for([unwanted], DECODER)] == [Kind.USERS]


def test_what_tells_disabled_accounts_is_asked_for_unless_the_mapping_names_it() -> None:
    (search,) = searches_for([Selection("one", (PEOPLE,))], DECODER)
    assert "pwdAccountLockedTime" in search.attributes
    (search,) = searches_for([Selection("one", (PEOPLE,), attributes=Attributes(active="shadowExpire"))], DECODER)
    assert "shadowExpire" in search.attributes
    assert "pwdAccountLockedTime" not in search.attributes


def test_bases_and_filters_that_are_none_are_all_told_at_once() -> None:
    broken = Selection("one", ("people",), "uid=*", group_bases=("cn=a,",), group_filter="(cn=x")
    with pytest.raises(ConfigurationInvalid) as refused:
        searches_for([broken], DECODER)
    assert len(refused.value.mistakes) == 4
