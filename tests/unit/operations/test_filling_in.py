"""What a server calls its base, put into the samples: whatever it is, the files can be read again."""

from __future__ import annotations

import io
from datetime import date

from dotenv import dotenv_values
from hypothesis import given, settings
from hypothesis import strategies as st

from dirsync.directories.ldap.dialects.active_directory import ACTIVE_DIRECTORY
from dirsync.directories.ldap.dialects.openldap import OPENLDAP
from dirsync.mapping.policy import parse_mapping
from dirsync.operations.examples import sample_mappings, sample_settings
from dirsync.operations.filling_in import STILL_A_SAMPLE, filled_mapping, filled_settings
from dirsync.operations.finding_out import Found, LdapFound, Wanted

ON = date(2026, 11, 22)
CUSTOMERS = sample_mappings()["customers.yaml"].decode()


@given(st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1).map(str.strip).filter(bool))
@settings(max_examples=200, deadline=None)
def test_whatever_a_base_is_called_the_mapping_can_be_read(base: str) -> None:
    for dialect in (OPENLDAP, ACTIVE_DIRECTORY):
        text = filled_mapping(CUSTOMERS, Found(LdapFound("ldap://x is y.", dialect, base)), ON)
        assert text.startswith(STILL_A_SAMPLE)
        assert parse_mapping(text, "customers.yaml").content.source.users.base == (f"ou=customers,{base}",)


def test_where_nothing_is_known_the_sample_stays_as_it_is() -> None:
    assert filled_mapping(CUSTOMERS, Found(), ON) == CUSTOMERS
    assert filled_mapping(CUSTOMERS, Found(LdapFound("did not answer.")), ON) == CUSTOMERS
    estate = sample_mappings()["estate.yaml"].decode()
    assert filled_mapping(estate, Found(LdapFound("x", OPENLDAP, "dc=x")), ON) == estate
    settings_text = sample_settings().decode()
    assert filled_settings(settings_text, Wanted(), Found(), ON) == settings_text


def test_several_addresses_are_one_setting() -> None:
    urls = "ldaps://a.example.org ldaps://b.example.org"
    text = filled_settings(sample_settings().decode(), Wanted(ldap=urls), Found(LdapFound("x.")), ON)
    told = dotenv_values(stream=io.StringIO(text))
    assert told == {"DIRSYNC_DIRECTORIES__CORP__KIND": "ldap", "DIRSYNC_DIRECTORIES__CORP__URL": urls}
