"""Settings that are not whole: secrets that other machines have, and what one wrong connection leaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from dirsync.errors import ConfigurationInvalid
from dirsync.settings.gather import Gathered, gather
from dirsync.settings.load import settings_from
from dirsync.settings.partial import STAND_IN, usable_part, with_stand_ins

CROWD = {
    "DIRSYNC_DIRECTORIES__CROWD__KIND": "crowd",
    "DIRSYNC_DIRECTORIES__CROWD__URL": "https://crowd.example.org/crowd",
    "DIRSYNC_DIRECTORIES__CROWD__APPLICATION": "dirsync",
}
LDAP = {
    "DIRSYNC_DIRECTORIES__CORP__KIND": "ldap",
    "DIRSYNC_DIRECTORIES__CORP__URL": "ldaps://ldap.example.org",
}
JIRA = {"DIRSYNC_JIRA__URL": "https://jira.example.org"}
PASSWORD = "DIRSYNC_DIRECTORIES__CROWD__PASSWORD"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def gathered(*parts: dict[str, str], **more: str) -> Gathered:
    environment = {name: value for part in parts for name, value in part.items()}
    return gather(None, environment | more)


def test_a_secret_file_that_is_not_there_gets_a_stand_in_and_is_told(tmp_path: Path) -> None:
    whole, why = with_stand_ins(gathered(CROWD, **{f"{PASSWORD}_FILE": str(tmp_path / "gone")}))
    assert settings_from(whole).directories["crowd"].password.get_secret_value() == STAND_IN  # type: ignore[union-attr]
    assert list(why) == ["DIRECTORIES__CROWD__PASSWORD"]
    assert f"the secret file {tmp_path}/gone can't be read: No such file or directory" in str(why)


def test_a_secret_file_that_is_there_and_can_not_be_used_stays_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    for path in (tmp_path / "empty", tmp_path):
        whole, why = with_stand_ins(gathered(CROWD, **{f"{PASSWORD}_FILE": str(path)}))
        assert why == {}
        with pytest.raises(ConfigurationInvalid):
            settings_from(whole)


def test_a_secret_that_nothing_names_is_expected_on_the_job_s_machine() -> None:
    more = {"DIRSYNC_DIRECTORIES__CORP__BIND_DN": "cn=dirsync,dc=example,dc=org", "DIRSYNC_JIRA__USERNAME": "dirsync"}
    whole, why = with_stand_ins(gathered(CROWD, LDAP, JIRA, more))
    assert sorted(why) == ["DIRECTORIES__CORP__PASSWORD", "DIRECTORIES__CROWD__PASSWORD", "JIRA__PASSWORD"]
    assert why["JIRA__PASSWORD"] == "nothing on this machine sets DIRSYNC_JIRA__PASSWORD"
    assert set(settings_from(whole).directories) == {"corp", "crowd"}


def test_nothing_is_expected_where_no_secret_is_needed() -> None:
    assert with_stand_ins(gathered(LDAP, JIRA))[1] == {}
    assert with_stand_ins(gathered(CROWD, **{PASSWORD: "x"}))[1] == {}
    assert with_stand_ins(gathered({"DIRSYNC_DIRECTORIES__CROWD-B__KIND": "crowd",
                                    "DIRSYNC_DIRECTORIES__CROWD_B__PASSWORD": "x"}))[1] == {}  # fmt: skip


def test_a_secret_that_can_not_be_read_is_not_expected_elsewhere_too(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert with_stand_ins(gathered(CROWD, **{f"{PASSWORD}_FILE": str(tmp_path / "empty")}))[1] == {}


def test_a_database_that_is_not_here_gets_an_address_that_can_be_checked(tmp_path: Path) -> None:
    whole, why = with_stand_ins(gathered(DIRSYNC_JIRA__DATABASE_URL_FILE=str(tmp_path / "gone")))
    assert list(why) == ["JIRA__DATABASE_URL"]
    jira = settings_from(whole).jira
    assert jira
    assert jira.database_url
    assert STAND_IN in jira.database_url.get_secret_value()


def test_a_store_that_is_not_here_gets_no_stand_in(tmp_path: Path) -> None:
    whole, why = with_stand_ins(gathered(DIRSYNC_STORE_FILE=str(tmp_path / "gone")))
    assert list(why) == ["STORE"]
    assert settings_from(whole).store is None


def test_one_wrong_connection_leaves_the_others() -> None:
    wrong = gathered(
        CROWD, LDAP, JIRA, {PASSWORD: "x", "DIRSYNC_DIRECTORIES__CORP__NONSENSE": "1", "DIRSYNC_READ_ONLY": "true"}
    )
    settings = usable_part(wrong)
    assert set(settings.directories) == {"crowd"}
    assert settings.jira
    assert settings.read_only


def test_where_nothing_is_right_nothing_is_left() -> None:
    assert usable_part(gathered(DIRSYNC_NONSENSE="1")).directories == {}


def test_the_file_of_each_secret_is_known(tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("secret")
    found = gathered(CROWD, **{f"{PASSWORD}_FILE": str(tmp_path / "pw")})
    assert found.files == {"DIRECTORIES__CROWD__PASSWORD": tmp_path / "pw"}
    assert found.absent == {}
