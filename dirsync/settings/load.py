"""From gathered values to checked settings; every mistake is reported under the name the admin wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from dirsync.errors import ConfigurationInvalid, Mistake
from dirsync.mapping.document import did_you_mean, in_words
from dirsync.model.names import directory_key
from dirsync.settings.gather import FILE, PREFIX, SECRETS, Gathered, gather
from dirsync.settings.models import (
    CrowdSettings,
    JiraDirectorySettings,
    JiraSettings,
    LdapSettings,
    LdifSettings,
    Settings,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SAID = {
    "union_tag_not_found": "is missing; it must be ldap, crowd, ldif or jira",
    "union_tag_invalid": "must be ldap, crowd, ldif or jira, not '{tag}'",
    "model_type": "has a value, but settings below it are expected",
    "dict_type": "has a value, but settings below it are expected",
    "model_attributes_type": "has a value, but settings below it are expected",
    "string_pattern_mismatch": "must be a URL that fits {pattern}, not {given}",
}
"""Complaints whose own words would not help; the rest is said by `in_words`."""


def load_settings(env_file: Path | None, environment: Mapping[str, str]) -> Settings:
    """Read the settings. `env_file` None means `dirsync.env` in the working folder, if there is one.

    Raises `ConfigurationInvalid` with every mistake in every place.
    """
    gathered = gather(env_file, environment)
    mistakes = list(gathered.mistakes)
    nested: dict[str, Any] = {}
    for name, value in gathered.values.items():
        if why := _put(nested, [part.lower() for part in name.split("__")], value):
            mistakes.append(Mistake(_called(name, gathered), why))
    directories = nested.get("directories")
    if isinstance(directories, dict):
        nested["directories"] = {directory_key(key): value for key, value in directories.items()}
    try:
        settings = Settings(**nested)
    except ValidationError as error:
        mistakes += (_mistake(detail, gathered) for detail in error.errors(include_url=False))
        settings = None
    if mistakes or settings is None:
        raise ConfigurationInvalid(mistakes)
    return settings


def _put(nested: dict[str, Any], parts: list[str], value: str) -> str:
    """Put a value at its place in the tree; return why that can't be."""
    here = nested
    for part in parts[:-1]:
        inner = here.setdefault(part, {})
        if not isinstance(inner, dict):
            return "is below a name that has a value itself"
        here = inner
    if isinstance(here.get(parts[-1]), dict):
        return "has a value, but other names are below it"
    here[parts[-1]] = value
    return ""


def _called(name: str, gathered: Gathered) -> str:
    return gathered.origins.get(name, f"{PREFIX}{name}")


def _mistake(detail: Any, gathered: Gathered) -> Mistake:  # noqa: ANN401 - pydantic's ErrorDetails
    """Say which variable is wrong, and where it stands."""
    kinds = {"ldap", "crowd", "ldif", "jira"}
    location = [str(step) for step in detail["loc"]]
    if len(location) > 2 and location[0] == "directories" and location[2] in kinds:  # noqa: PLR2004 - pydantic's place for the kind
        del location[2]
    if detail["type"] in {"union_tag_not_found", "union_tag_invalid"}:
        location.append("kind")
    name = next((known for known in gathered.values if _parts(known) == location), "__".join(location).upper())
    return Mistake(_called(name, gathered), _what(detail, name))


def _parts(name: str) -> list[str]:
    parts = [part.lower() for part in name.split("__")]
    if parts[0] == "directories" and len(parts) > 1:
        parts[1] = directory_key(parts[1])
    return parts


def _what(detail: Any, name: str) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    last = name.rpartition("__")[2]
    kind = detail["type"]
    if kind == "extra_forbidden":
        return f"there is no such setting{did_you_mean(last, _known_names(name))}"
    if kind == "missing":
        return f"is missing (or {PREFIX}{name}{FILE})" if last in SECRETS else "is missing"
    if last in SECRETS:
        return "is not usable"
    return SAID.get(kind, "{words}").format(
        given=repr(detail["input"]), words=in_words(detail, Settings), **detail.get("ctx", {})
    )


def _known_names(name: str) -> list[str]:
    """Return the last parts that are settings beside `name`."""
    parts = name.split("__")
    if len(parts) == 1:
        return [field.upper() for field in Settings.model_fields]
    models: list[type[BaseModel]] = (
        [LdapSettings, CrowdSettings, LdifSettings, JiraDirectorySettings]
        if parts[0] == "DIRECTORIES"
        else [JiraSettings]
    )
    known = [field.upper() for model in models for field in model.model_fields]
    return known + [field + FILE for field in known if field in SECRETS]
