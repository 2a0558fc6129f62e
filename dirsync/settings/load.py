"""From gathered values to checked settings; every mistake is reported under the name the admin wrote."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from dirsync.errors import ConfigurationInvalid, Mistake
from dirsync.mapping.wording import SECTIONS, did_you_mean, in_words
from dirsync.model.names import directory_key
from dirsync.settings.from_keyring import KEYRING
from dirsync.settings.gather import FILE, PREFIX, SECRETS, Gathered, gather
from dirsync.settings.models import (
    CrowdAdminSettings,
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

KINDS: dict[str, type[BaseModel]] = {
    "ldap": LdapSettings,
    "crowd": CrowdSettings,
    "ldif": LdifSettings,
    "jira": JiraDirectorySettings,
}
PRODUCTS: dict[str, type[BaseModel]] = {"jira": JiraSettings, "crowd_admin": CrowdAdminSettings}
ONE_OF_THE_KINDS = "ldap, crowd, ldif or jira"
DIRECTORY_NAME = re.compile(r"[a-z0-9][a-z0-9_.]*")


def load_settings(env_file: Path | None, environment: Mapping[str, str]) -> Settings:
    """Read the settings. `env_file` None means `dirsync.env` in the working folder, if there is one.

    Raises `ConfigurationInvalid` with every mistake in every place.
    """
    return settings_from(gather(env_file, environment))


def settings_from(gathered: Gathered) -> Settings:
    """Check what was gathered. Raises as `load_settings`."""
    mistakes = list(gathered.mistakes)
    nested: dict[str, Any] = {}
    for name, value in gathered.values.items():
        # blanks around a password may belong to it
        content = value if _last(name) in SECRETS else value.strip()
        why = _put(nested, _parts(name), content) if content else "is empty; fill it in or leave it out"
        if why:
            mistakes.append(Mistake(_called(name, gathered), why))
    settings = None
    try:
        settings = Settings(**nested)
    except ValidationError as error:
        mistakes += (
            _mistake(detail, gathered)
            for detail in error.errors(include_url=False)
            if not (detail["type"] == "missing" and _is_told_already(detail["loc"], gathered))
        )
    if mistakes or settings is None:
        raise ConfigurationInvalid(mistakes)
    return settings


def _parts(name: str) -> list[str]:
    parts = [part.lower() for part in name.split("__")]
    if parts[0] == "directories" and len(parts) > 1:
        parts[1] = directory_key(parts[1])
    return parts


def _last(name: str) -> str:
    return name.rpartition("__")[2]


def _put(nested: dict[str, Any], parts: list[str], value: str) -> str:
    """Put a value at its place in the tree; return why that can't be."""
    if parts[0] == "directories" and len(parts) > 1 and not DIRECTORY_NAME.fullmatch(parts[1]):
        return "a directory's name is made of letters, digits, '-', '_' and '.'"
    here = nested
    for part in parts[:-1]:
        inner = here.setdefault(part, {})
        if not isinstance(inner, dict):
            return "is below a name that has a value itself"
        here = inner
    if isinstance(here.get(parts[-1]), dict):
        return "has a value, but other names are below it"
    if parts[-1] in here:
        return "is set under another spelling of the same name too; keep one"
    here[parts[-1]] = value.lower() if parts[0] == "directories" and parts[2:] == ["kind"] else value
    return ""


def _called(name: str, gathered: Gathered) -> str:
    return gathered.origins.get(name, f"{PREFIX}{name}")


def _mistake(detail: Any, gathered: Gathered) -> Mistake:  # noqa: ANN401 - pydantic's ErrorDetails
    """Say which variable is wrong, and where it stands."""
    location = [str(step) for step in detail["loc"]]
    kind = ""
    if len(location) > 2 and location[0] == "directories" and location[2] in KINDS:  # noqa: PLR2004 - pydantic's place for the kind
        kind = location.pop(2)
    if detail["type"] in {"union_tag_not_found", "union_tag_invalid"}:
        location.append("kind")
    below = [name for name in gathered.values if _parts(name)[: len(location)] == location]
    name = next((known for known in below if _parts(known) == location), "__".join(location).upper())
    if isinstance(detail.get("input"), dict) and detail["type"] not in {*SECTIONS, "missing", "extra_forbidden"}:
        is_value = detail["type"] not in {"union_tag_not_found", "union_tag_invalid", "value_error"}
        if is_value and below:
            return Mistake(_called(below[0], gathered), f"is below {PREFIX}{name}, which has a value itself")
    written = name if name in gathered.origins or not below or detail["type"] != "extra_forbidden" else below[0]
    return Mistake(_called(written, gathered), _what(detail, name, kind))


def _is_told_already(location: tuple[str | int, ...], gathered: Gathered) -> bool:
    """Say whether a setting is missing only because what was written there is empty or can't be read."""
    written = [_parts(name) for name in (*gathered.values, *gathered.unreadable)]
    steps = [str(step) for step in location if step not in KINDS or step == location[-1]]
    is_unreadable = steps[-1] == "url" and [*steps[:-1], "database_url"] in map(_parts, gathered.unreadable)
    return steps in written or is_unreadable


def _what(detail: Any, name: str, kind: str) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    last = _last(name)
    said = {
        "extra_forbidden": "there is no such setting" + _hint(name, kind),
        "missing": _missing(name, last),
        "union_tag_not_found": f"is missing; it must be {ONE_OF_THE_KINDS}",
        "union_tag_invalid": f"must be {ONE_OF_THE_KINDS}, not '{detail.get('ctx', {}).get('tag', '')}'",
        **dict.fromkeys(SECTIONS, "has a value, but settings below it are expected"),
    }.get(detail["type"])
    return said or in_words(detail, Settings, has_types=False).removeprefix(f"'{last.lower()}' ")


def _missing(name: str, last: str) -> str:
    section = name.partition("__")[0].lower()
    if last == "URL" and section in PRODUCTS:
        return f"is missing (or {PREFIX}{section.upper()}__DATABASE_URL, to ask nothing but its database)"
    return f"is missing (or {PREFIX}{name}{FILE})" if last in SECRETS else "is missing"


def _hint(name: str, kind: str) -> str:
    """Say what was probably meant, or for what kind of Directory it means nothing."""
    known = _known_names(name, kind)
    of_kind = f" for a directory of kind {kind}" if kind else ""
    return of_kind + did_you_mean(_last(name), known)


def _known_names(name: str, kind: str) -> list[str]:
    """Return the last parts that are settings beside `name`."""
    section, _, below = name.lower().partition("__")
    model = KINDS.get(kind) or (PRODUCTS.get(section) if below else None) or Settings
    known = [field.upper() for field in model.model_fields]
    return known + [field + end for field in known if field in SECRETS for end in (FILE, KEYRING)]
