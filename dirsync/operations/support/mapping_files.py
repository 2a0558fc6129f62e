"""The files of the mappings folder, made anew: the same structure, other names, no comments.

They are written as JSON, which YAML 1.2 takes in. What each part of a file is the key says that it stands under; what
stands where no key says it is taken for a name.
"""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING, Any

from dirsync.audit.rules import RULES
from dirsync.errors import ConfigurationInvalid
from dirsync.mapping.document import read_document
from dirsync.mapping.estate_file import EstateFile
from dirsync.mapping.mapping import MappingFile
from dirsync.mapping.policy import ESTATE, WAIVERS, text_of
from dirsync.mapping.waiver_entry import WaiverFile
from dirsync.model.findings import Mechanism
from dirsync.model.products import DirectoryMode, DirectoryType
from dirsync.operations.examples import YAML
from dirsync.operations.support.disguise import words_of
from dirsync.operations.support.setting_lines import directory_name

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from pathlib import Path

    from pydantic import BaseModel

    from dirsync.operations.support.disguise import Disguise

    Keys = tuple[str, ...]

_KIND = {
    "by": "user", "owner": "user", "user": "user", "users": "user", "protect_users": "user", "require_users": "user",
    "group": "group", "groups": "group", "default_groups": "group", "protect_groups": "group",
    "require_groups": "group", "authorised_groups": "group", "directory_default_groups": "group",
    "permissions": "group", "mapping": "mapping", "except_mapping": "mapping", "roles": "role", "project": "project",
    "crowd_application": "crowd-application", "projects": "project", "service_projects": "project",
    "names": "organization", "application": "application", "key": "application",
}  # fmt: skip
"""What a name is, by the key it stands under; under any other it is text."""
_NAMED = {
    "user_directories": "user-directory", "applications": "crowd-application", "directories": "crowd-directory",
}  # fmt: skip
"""What `name` is in an entry of these lists."""
_FREE = frozenset({"projects", "permissions", "roles", "names", "values", "groups", "attributes", "service_projects"})
"""Keys below which the keys themselves are the admin's words, where `_is_free` says so."""
_OPERATIONS = {
    f"{verb}_{what}"
    for verb in ("CREATE", "UPDATE", "DELETE")
    for what in ("USER", "GROUP", "USER_ATTRIBUTE", "GROUP_ATTRIBUTE", "ROLE", "ROLE_ATTRIBUTE")
}
_WORDS: Mapping[str, Collection[str]] = {
    "audience": {"agents", "customers"},
    "missing": {"keep", "deactivate", "remove"},
    "missing_groups": {"keep", "remove"},
    "returning": {"reactivate", "ignore"},
    "new_password": {"random", "none"},
    "public_signup": {"wanted", "off"},
    "group_class": {"groupOfNames", "groupOfUniqueNames", "posixGroup", "group"},
    "type": set(DirectoryType),
    "mode": set(DirectoryMode),
    "mechanism": set(Mechanism),
    "rule": {rule.id for rule in RULES},
    "crowd": {"none"},
    "key": {"jira-core", "jira-software", "jira-servicedesk"},
    "application": {"jira-core", "jira-software", "jira-servicedesk"},
    "allowed_operations": _OPERATIONS,
    "directory_allowed_operations": _OPERATIONS,
}
"""What a value is left as, by its key."""
_PERMISSIONS = words_of(
    "JIRA_USERS ADMINISTER SYSTEM_ADMIN USER_PICKER BULK_CHANGE CREATE_SHARED_OBJECTS "
    "MANAGE_GROUP_FILTER_SUBSCRIPTIONS BROWSE_PROJECTS ADMINISTER_PROJECTS CREATE_ISSUES SERVICEDESK_AGENT "
    "VIEW_AGGREGATED_DATA"
)
_COUNTS = words_of(
    "version seats used seats_warn_at missing_after max_removals max_removal_share max_creations max_adoptions "
    "max_member_removals"
)
_DAYS = frozenset({"on", "valid_until", "expires"})
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_VERSION = re.compile(r"\d{1,3}(\.\d{1,5}){0,4}(?!\d)")


def _keys_of(model: type[BaseModel]) -> Iterator[str]:
    """Yield every key a file of this kind can have, at whatever depth."""
    schema = json.dumps(model.model_json_schema())
    for part in (json.loads(schema), *json.loads(schema).get("$defs", {}).values()):
        yield from part.get("properties", ())


KEYS = frozenset({*_keys_of(MappingFile), *_keys_of(EstateFile), *_keys_of(WaiverFile)})
_HOW: dict[str, Callable[[Disguise, str], str]] = {
    "base": lambda disguise, text: disguise.entry(text),
    "groups_base": lambda disguise, text: disguise.entry(text),
    "filter": lambda disguise, text: disguise.filter(text),
    "attribute": lambda disguise, text: disguise.told_by(text),
    "attributes": lambda disguise, text: disguise.told_by(text),
    "rdn": lambda disguise, text: disguise.told_by(text),
    "object_classes": lambda disguise, text: disguise.object_class(text),
    "directory": lambda disguise, text: directory_name(text, disguise),
    "finding": lambda disguise, text: disguise.pseudonyms.digest(text),
    "reason": lambda disguise, text: disguise.pseudonyms.exact("reason", text),
}
"""What is made of a text, by its key."""


def mapping_files(folder: Path, disguise: Disguise) -> dict[str, str]:
    """Return the files of a mappings folder by new names, in their order; what can't be read as YAML is left out."""
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix.lower() in YAML and path.is_file())
    except OSError:
        return {}
    made = {}
    for number, path in enumerate(found, 1):
        try:
            data = read_document(text_of(path.read_bytes(), path.name), path.name).data
        except (ConfigurationInvalid, OSError):
            continue
        stem = path.stem if path.stem in {ESTATE, WAIVERS} else f"mapping-{number}"
        made[f"{stem}.yaml"] = json.dumps(disguised(data, disguise), indent=1) + "\n"
    return made


def disguised(data: Any, disguise: Disguise, path: Keys = ()) -> Any:  # noqa: ANN401 - whatever the file holds
    """Return what a file holds, with other names. `path` is made of the keys above; of lists nothing."""
    if isinstance(data, dict):
        return {
            _key(str(key), disguise, path): disguised(value, disguise, (*path, str(key))) for key, value in data.items()
        }
    if isinstance(data, list):
        return [disguised(item, disguise, path) for item in data]
    if data is None or isinstance(data, bool):
        return data
    return _scalar(data, disguise, path)


def _key(key: str, disguise: Disguise, path: Keys) -> str:
    if not _is_free(path):
        return key if key in KEYS else disguise.pseudonyms.name("key", key)
    if path[-1] == "attributes":
        return disguise.told_by(key)
    if path[-1] == "permissions" and key in _PERMISSIONS:
        return key
    if path[-1] == "values":
        return disguise.pseudonyms.exact("value", key.strip().lower())
    kind = "permission" if path[-1] == "permissions" else _KIND[path[-1]]
    # the left side of 'service_projects' of a target is an organisation
    return disguise.name("organization" if path[-2:] == ("organizations", "service_projects") else kind, key)


def _is_free(path: Keys) -> bool:
    """Say whether the keys below are the admin's words: not where a part of the file has the same name."""
    if not path or path[-1] not in _FREE:
        return False
    if path[-1] == "attributes":
        return path[-2:-1] in {("include",), ("exclude",)}
    if path[-1] == "groups":
        return path == ("target", "groups")
    return path[-1] != "service_projects" or path[-2:-1] == ("organizations",)


def _scalar(value: object, disguise: Disguise, path: Keys) -> object:
    # below the admin's own words, a key that looks like one of ours is not
    key = path[-1] if path and not _is_free(path[:-1]) else ""
    text = value.isoformat() if isinstance(value, date) else str(value)
    if key in _COUNTS and isinstance(value, (int, float)):
        return value
    if key == "version":
        digits = _VERSION.match(text)
        return digits[0] if digits else disguise.pseudonyms.exact("text", text)
    if key in _DAYS and _DAY.fullmatch(text):
        return text
    if text in _WORDS.get(key, ()) or not text:
        return text
    return _text(text, disguise, path, key)


def _text(text: str, disguise: Disguise, path: Keys, key: str) -> str:
    if _is_free(path[:-1]):
        return _below_free(text, disguise, path[:-1])
    above = path[-2] if len(path) > 1 else ""
    if key == "name":
        return _name(text, disguise, path)
    if key == "key" and above == "service_projects":
        return disguise.name("project", text)
    if above == "attributes":
        return disguise.told_by(text)
    if key in _HOW:
        return _HOW[key](disguise, text)
    return disguise.name(_KIND[key], text) if key in _KIND else disguise.pseudonyms.exact("text", text)


def _below_free(text: str, disguise: Disguise, above: Keys) -> str:
    """Return what stands for a value whose key is the admin's own word."""
    if above[-1] == "attributes":
        return text if text.lower() in {"true", "false"} else disguise.name("value", text)
    if above[-1] == "values":
        return disguise.pseudonyms.exact("text", text)
    return disguise.name("group" if above[-1] in {"projects", "permissions"} else _KIND[above[-1]], text)


def _name(text: str, disguise: Disguise, path: Keys) -> str:
    """Return what stands for the value of `name`, which means something else in each part of the files."""
    if path == ("name",):
        return disguise.name("mapping", text)
    if path[-3:-1] == ("jira", "applications"):
        return disguise.pseudonyms.exact("text", text)
    return disguise.name(_NAMED.get(path[-2], "text"), text)
