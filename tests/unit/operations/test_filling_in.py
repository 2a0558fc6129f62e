"""What a server calls its base, put into the samples: whatever it is, the files can be read again."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from pathlib import Path

from dotenv import dotenv_values
from hypothesis import given, settings
from hypothesis import strategies as st

from dirsync.directories.ldap.dialects.active_directory import ACTIVE_DIRECTORY
from dirsync.directories.ldap.dialects.openldap import OPENLDAP
from dirsync.mapping.policy import parse_mapping
from dirsync.operations.examples import STILL_A_SAMPLE, sample_mappings, sample_settings
from dirsync.operations.filling_in import filled_mapping, filled_settings
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


def test_authorities_are_named_only_where_a_certificate_is_shown() -> None:
    wanted = Wanted("ldap://a.example.org", "http://c.example.org/crowd", "https://j.example.org", Path("/ca.pem"))
    found = Found(LdapFound("x."), "Crowd.", "Jira.")
    told = dotenv_values(stream=io.StringIO(filled_settings(sample_settings().decode(), wanted, found, ON)))
    assert {name for name in told if name.endswith("CA_FILE")} == {
        "DIRSYNC_DIRECTORIES__CORP__CA_FILE",  # StartTLS
        "DIRSYNC_JIRA__CA_FILE",
    }
    by_tls = replace(wanted, crowd="HTTPS://c.example.org/crowd", jira="http://j.example.org")
    told = dotenv_values(stream=io.StringIO(filled_settings(sample_settings().decode(), by_tls, found, ON)))
    assert {name for name in told if name.endswith("CA_FILE")} == {
        "DIRSYNC_DIRECTORIES__CORP__CA_FILE",
        "DIRSYNC_DIRECTORIES__CROWD_AGENTS__CA_FILE",
        "DIRSYNC_DIRECTORIES__CROWD_CUSTOMERS__CA_FILE",
    }


def test_several_addresses_are_one_setting() -> None:
    urls = "ldaps://a.example.org ldaps://b.example.org"
    text = filled_settings(sample_settings().decode(), Wanted(ldap=urls), Found(LdapFound("x.")), ON)
    told = dotenv_values(stream=io.StringIO(text))
    assert told == {"DIRSYNC_DIRECTORIES__CORP__KIND": "ldap", "DIRSYNC_DIRECTORIES__CORP__URL": urls}
