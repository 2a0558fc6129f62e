"""Settings that are not whole, for whoever wants to look at the rest of them: the doctor.

Either their secrets are elsewhere, as in a pull request, or one connection is wrong and the others are not.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dirsync.errors import ConfigurationInvalid
from dirsync.settings.gather import FILE, PREFIX
from dirsync.settings.load import settings_from
from dirsync.settings.models import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.settings.gather import Gathered

STAND_IN = "not-on-this-machine"
STORE = "STORE"
STAND_INS = {
    "DATABASE_URL": f"postgresql+psycopg://{STAND_IN}/",
    "PING_URL": f"https://{STAND_IN}/",
    "WEBHOOK_URL": f"https://{STAND_IN}/",
    "WEBHOOK_SECRET": f"whsec_{'0' * 32}",
    "NOTIFY_URLS": f"json://{STAND_IN}/",
}
"""For secrets that must have a form; by the last part of the name."""


def with_stand_ins(gathered: Gathered) -> tuple[Gathered, dict[str, str]]:
    """Return what was gathered with a stand-in for each secret that isn't here, and why each isn't.

    A secret isn't here when its file doesn't exist, or when a connection needs one and nothing names it: then it
    is expected in /run/secrets or $CREDENTIALS_DIRECTORY, which only the job's machine has. A store that isn't
    here is left out, since no stand-in is a database.
    """
    why = {name: str(mistake) for name, mistake in gathered.absent.items()}
    why |= {name: f"nothing on this machine sets {PREFIX}{name}" for name in _unnamed(gathered)}
    stand_ins = {name: STAND_INS.get(name.rpartition("__")[2], STAND_IN) for name in why}
    stand_ins.pop(STORE, None)
    values = {**gathered.values, **stand_ins}
    told = set(gathered.absent.values())
    mistakes = tuple(mistake for mistake in gathered.mistakes if mistake not in told)
    return replace(gathered, values=values, mistakes=mistakes), why


def usable_part(gathered: Gathered) -> Settings:
    """Return the settings without the connections, and single values, that hold a mistake."""
    sections: dict[str, dict[str, str]] = {}
    for name, value in gathered.values.items():
        parts = _spelt_alike(name).split("__")
        # WEBHOOK_URL and WEBHOOK_SECRET go together, as everything below one name does
        together = "__".join(parts[:2]) if parts[0] == "DIRECTORIES" else parts[0].partition("_")[0]
        sections.setdefault(together, {})[name] = value
    usable: dict[str, str] = {}
    for section in sections.values():
        try:
            settings_from(replace(gathered, values=section, mistakes=()))
        except ConfigurationInvalid:
            continue
        usable |= section
    return settings_from(replace(gathered, values=usable, mistakes=())) if usable else Settings()


def _unnamed(gathered: Gathered) -> Iterator[str]:
    known = {_spelt_alike(name) for name in (*gathered.values, *gathered.unreadable)}
    for name, value in gathered.values.items():
        prefix, _, last = name.rpartition("__")
        needs_password = (last == "KIND" and value.strip().lower() == "crowd") or last in {"BIND_DN", "USERNAME"}
        password = f"{prefix}__PASSWORD"
        if needs_password and not {_spelt_alike(password), _spelt_alike(f"{password}{FILE}")} & known:
            yield password


def _spelt_alike(name: str) -> str:
    return name.replace("-", "_")
