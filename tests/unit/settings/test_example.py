"""dirsync.env.example names every setting there is, and nothing that isn't."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from dirsync.errors import ConfigurationInvalid
from dirsync.settings.load import KINDS, load_settings
from dirsync.settings.models import CrowdAdminSettings, JiraSettings, Settings

EXAMPLE = Path(__file__).parents[3] / "dirsync.env.example"
LINES = EXAMPLE.read_text(encoding="utf-8").splitlines()
SETTINGS = [line.removeprefix("#") for line in LINES if re.match(r"#?DIRSYNC_", line)]
NAMES = [line.partition("=")[0] for line in SETTINGS]
FORMS = {
    "database": "postgresql+psycopg://db/name",
    "signing": f"whsec_{'A' * 32}",
    "notify": "json://hooks.example.org/x json://hooks.example.org/y",
    "-url": "https://hooks.example.org/x",
}
"""What stands in a secret file, by a part of its name."""
ARE_FILES = {"CA_FILE", "CLIENT_CERT_FILE", "CLIENT_KEY_FILE"}


def settings_named(prefix: str) -> set[str]:
    plain = (name.removeprefix(prefix) for name in NAMES if name.startswith(prefix))
    return {name if name in ARE_FILES else name.removesuffix("_FILE") for name in plain}


def settings_of(model: type[BaseModel]) -> set[str]:
    return {field.upper() for field in model.model_fields}


def prefix_of(kind: str) -> str:
    [line] = [line for line in SETTINGS if line.endswith(f"__KIND={kind}")]
    return line.removesuffix(f"KIND={kind}")


@pytest.mark.parametrize("kind", KINDS)
def test_every_setting_of_every_kind_of_directory_is_shown(kind: str):
    assert settings_named(prefix_of(kind)) == settings_of(KINDS[kind])


@pytest.mark.parametrize(("product", "model"), [("JIRA", JiraSettings), ("CROWD_ADMIN", CrowdAdminSettings)])
def test_every_setting_of_a_product_is_shown(product: str, model: type[BaseModel]):
    assert settings_named(f"DIRSYNC_{product}__") == settings_of(model)


def test_every_other_setting_is_shown():
    shown = {name.removeprefix("DIRSYNC_").partition("__")[0] for name in NAMES}
    plain = {name if name in settings_of(Settings) else name.removesuffix("_FILE") for name in shown}
    assert plain == settings_of(Settings)


def test_the_settings_stand_in_the_order_of_the_kinds_and_none_stands_twice():
    assert len(set(NAMES)) == len(NAMES)
    places = [NAMES.index(f"{prefix_of(kind)}KIND") for kind in ("ldap", "crowd", "ldif", "jira")]
    places += [
        NAMES.index(name)
        for name in ("DIRSYNC_JIRA__URL", "DIRSYNC_CROWD_ADMIN__URL", "DIRSYNC_STORE", "DIRSYNC_READ_ONLY")
    ]
    assert places == sorted(places)


def test_as_it_is_the_example_sets_nothing():
    assert load_settings(EXAMPLE, {}) == Settings()


def test_with_every_line_in_force_it_is_accepted_and_shows_the_defaults(tmp_path: Path):
    content = "\n".join(SETTINGS)
    for place, secret in enumerate(sorted(set(re.findall(r"/run/secrets/\S+", content)))):
        form = next((form for part, form in FORMS.items() if part in secret), "secret")
        (tmp_path / str(place)).write_text(form)
        content = content.replace(f"{secret}\n", f"{tmp_path / str(place)}\n")
    env_file = tmp_path / "dirsync.env"
    env_file.write_text(content)
    settings = load_settings(env_file, {})
    assert set(settings.directories) == {"corp", "crowd_customers", "hr_export", "portal"}
    assert settings.jira
    assert settings.crowd_admin
    for shown in (*settings.directories.values(), settings.jira, settings.crowd_admin):
        for name in ("page_size", "connect_timeout", "read_timeout", "retry_seconds", "allow_plaintext"):
            if name in type(shown).model_fields:
                assert getattr(shown, name) == type(shown).model_fields[name].default, (shown, name)


def test_a_line_that_is_spelt_wrong_would_be_told(tmp_path: Path):
    env_file = tmp_path / "dirsync.env"
    env_file.write_text("\n".join(SETTINGS).replace("DIRSYNC_READ_ONLY", "DIRSYNC_READONLY"))
    with pytest.raises(ConfigurationInvalid, match="DIRSYNC_READONLY"):
        load_settings(env_file, {})
