"""The settings as a file that loads: each with where it stands, none with a secret, a host or a name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from dirsync.model.names import directory_key
from dirsync.operations.support.disguise import words_of
from dirsync.settings.from_keyring import KEYRING
from dirsync.settings.gather import FILE, ONLY_A_PATH, PREFIX, RUN_SECRETS, SECRETS
from dirsync.settings.load import KINDS, PRODUCTS
from dirsync.settings.models import Settings
from dirsync.settings.partial import STAND_IN, STAND_INS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pydantic import BaseModel

    from dirsync.operations.support.disguise import Disguise
    from dirsync.settings.gather import Gathered

DIRECTORIES: Final = "DIRECTORIES"
_CHOICES = words_of(
    "ldap crowd ldif jira simple anonymous external gssapi fast stock auto text json debug info change warning "
    "error true false yes no on off 1 0"
)
_NUMBER = re.compile(r"\d{1,6}(\.\d{1,3})?")
_LINE = re.compile(r".*:(\d+)", re.DOTALL)
_SECTIONS = frozenset({DIRECTORIES, *(name.upper() for name in PRODUCTS)})
_MODELS: tuple[type[BaseModel], ...] = (Settings, *KINDS.values(), *PRODUCTS.values())
_KNOWN = frozenset(field.upper() for model in _MODELS for field in model.model_fields)


def setting_lines(gathered: Gathered, disguise: Disguise) -> str:
    """Return every setting in force, in the form of an env file. Secrets have a stand-in of their form."""
    lines = ["# The settings in force, each with where it stands. Secrets have stand-ins."]
    for name in sorted({*gathered.values, *gathered.unreadable}):
        origin = gathered.origins.get(name, "")
        place = _place(origin, gathered, name)
        shown = setting_name(name, disguise)
        if name in gathered.unreadable:
            stand_in = "".join(_shown(name, "", disguise))
            lines += ["", "# a secret that could not be read where it is said to be", f"{shown}={stand_in}"]
            continue
        value = "".join(_shown(name, gathered.values[name], disguise))
        lines += ["", f"# {place}", f"{shown}={value}"]
    return "\n".join(lines) + "\n"


def setting_name(name: str, disguise: Disguise) -> str:
    """Return the name of a setting, which may stand without its prefix, without that of the Directory in it."""
    parts = name.upper().removeprefix(PREFIX).split("__")
    if parts[0] == DIRECTORIES and len(parts) > 1:
        parts[1] = directory_name(parts[1], disguise).upper().replace("-", "_")
    first = 2 if parts[0] == DIRECTORIES else 0
    for place in range(first, len(parts)):
        plain = parts[place].removesuffix(FILE).removesuffix(KEYRING)
        is_known = {parts[place], plain} & (_KNOWN | _SECTIONS | set(SECRETS))
        parts[place] = (
            parts[place] if is_known else disguise.pseudonyms.name("setting", plain).upper().replace("-", "_")
        )
    return PREFIX + "__".join(parts)


def directory_name(name: str, disguise: Disguise) -> str:
    """Return what stands for the name of a Directory, however it is spelled."""
    return disguise.pseudonyms.name("directory", directory_key(name))


def _place(origin: str, gathered: Gathered, name: str) -> str:
    """Say where a setting stands, without the names of folders."""
    called = origin.partition(" (")[2].removesuffix(")")
    if called == "environment":
        place = "in the environment"
    elif called.startswith(f"{RUN_SECRETS}/"):
        place = f"in {RUN_SECRETS}"
    elif line := _LINE.fullmatch(called):
        place = f"in the settings file, line {line[1]}"
    else:
        place = "in $CREDENTIALS_DIRECTORY"
    if name in gathered.keyring:
        return f"from a keyring, which is named {place}"
    return f"from a file of its own, which is named {place}" if name in gathered.files else place


def _shown(name: str, value: str, disguise: Disguise) -> Iterator[str]:
    last = name.rpartition("__")[2]
    if last == "STORE" and value.startswith(ONLY_A_PATH):
        yield ONLY_A_PATH + disguise.path(value.removeprefix(ONLY_A_PATH))
    elif last in SECRETS:
        yield STAND_INS.get(last, f"postgresql+psycopg://{STAND_IN}/" if last == "STORE" else STAND_IN)
    elif not value.strip() or value.strip().lower() in _CHOICES or _is_number(last, value.strip()):
        yield value.strip()
    else:
        yield _FORMS.get(last, _some_text)(disguise, value.strip())


def _is_number(last: str, value: str) -> bool:
    """Say whether a value is a number where a number belongs; elsewhere it may be somebody's."""
    return (
        last not in _FORMS and last in _KNOWN and _NUMBER.fullmatch(value) is not None and len(value) <= len("1000000")
    )


def _some_text(disguise: Disguise, value: str) -> str:
    return disguise.pseudonyms.exact("text", value)


_FORMS: dict[str, Callable[[Disguise, str], str]] = {
    "URL": lambda disguise, value: disguise.url(value),
    "BIND_DN": lambda disguise, value: disguise.account(value),
    "USERNAME": lambda disguise, value: disguise.name("user", value),
    "APPLICATION": lambda disguise, value: disguise.name("crowd-application", value),
    "JIRA_DIRECTORY": lambda disguise, value: disguise.name("user-directory", value),
    **dict.fromkeys(
        ("PATH", "CA_FILE", "CLIENT_CERT_FILE", "CLIENT_KEY_FILE", "LOG_FILE", "METRICS_FILE"),
        lambda disguise, value: disguise.path(value),
    ),
}
"""How a value of a setting is shown, by the last part of its name."""
