"""The support bundle as a whole: what is in it, and one file of it."""

from __future__ import annotations

import io
import json
import os
import re
import secrets
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import dirsync
from dirsync.audit.rules import RULES
from dirsync.errors import DirsyncError, UsageInvalid
from dirsync.log.conceal import concealer
from dirsync.model.names import directory_key
from dirsync.operations.doctor.checks import CHECKS
from dirsync.operations.doctor.examine import examine
from dirsync.operations.support.disguise import Disguise
from dirsync.operations.support.log_lines import log_lines
from dirsync.operations.support.mapping_files import mapping_files
from dirsync.operations.support.own_words import OwnWords, own_words
from dirsync.operations.support.past_runs import RUNS, past_runs
from dirsync.operations.support.setting_lines import directory_name, setting_lines
from dirsync.operations.support.state_files import state_files
from dirsync.operations.support.versions import versions
from dirsync.reports.pseudonyms import Pseudonyms
from dirsync.settings.gather import ONLY_A_PATH, gather, kinds_named, secret_values
from dirsync.settings.partial import usable_part
from dirsync.store.inspection import look_at_store
from dirsync.store.store import Store, default_url

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from datetime import datetime

    from dirsync.settings.gather import Gathered

_ONLY_THE_OWNER: Final = 0o600
_KEY_LENGTH: Final = 32
_PLACE = re.compile(r"(.*?)((?::\d{1,6}){1,2})", re.DOTALL)
_TOLD: Final = {
    "versions.json": "versions of dirsync, Python, libraries and system",
    "dirsync.env": "the settings, each with where it stands; secrets, hosts and names replaced",
    "doctor.json": "what 'dirsync doctor --offline' says, in dirsync's own words",
    "runs.json": f"the last {RUNS} runs in numbers, and the version of the store",
    "state.json": "how large the files are that dirsync keeps",
    "log.jsonl": "the end of the log file, in dirsync's own words",
}
_READ_ME: Final = """dirsync support bundle

{contents}

Names, addresses, hosts, paths and the values in filters are replaced. The same stands for the same throughout, under a
key that was made for this file and thrown away: nobody can find out from it who is meant. Of messages only what stands
in dirsync's own source is told. The settings and mappings load:

    dirsync doctor --offline --env-file dirsync.env --mappings mappings

Please read everything before you send it.
"""


@dataclass(frozen=True, slots=True)
class Where:
    """What the bundle is made of."""

    env_file: Path | None
    mappings: Path
    environment: Mapping[str, str]
    now: Callable[[], datetime]


def write_bundle(where: Where, out: Path) -> list[tuple[str, str]]:
    """Write the bundle, with mode 0600, and return what is in it: names of files, each with what it is.

    Raises `UsageInvalid` where the name is none of a zip file, the file is there already, or can't be written. What is
    broken about the installation is told in it: nothing of that keeps it from being made.
    """
    if out.suffix.lower() != ".zip":
        raise UsageInvalid(f"{out}: the bundle is a zip file.", f"Give it a name that says so: --out {out}.zip")
    _refuse_to_overwrite(out)
    files = bundle(where)
    contents = [(name, _TOLD.get(name, "a mapping file: the same structure, other names")) for name in files]
    lines = "\n".join(f"{name:<28} {what}" for name, what in contents)
    read_me = _READ_ME.format(contents=lines)
    _write(out, _zipped({"README.txt": read_me, **files}, where.now()))
    return contents


def bundle(where: Where) -> dict[str, str]:
    """Return the files of the bundle."""
    disguise = Disguise(Pseudonyms(secrets.token_bytes(_KEY_LENGTH)))
    package = Path(dirsync.__file__).parent
    words = own_words(package, disguise, {*(rule.id for rule in RULES), *map(os.strerror, range(1, 134))})
    gathered = gather(where.env_file, where.environment)
    runs, folder, store = _store(gathered)
    files: dict[str, Any] = {
        "versions.json": versions(where.environment),
        "dirsync.env": setting_lines(gathered, disguise),
        "doctor.json": _doctor(where, words, kinds_named(gathered)),
        "runs.json": runs,
        "state.json": state_files(folder, store),
        **{f"mappings/{name}": text for name, text in mapping_files(where.mappings, disguise).items()},
    }
    if log := gathered.values.get("LOG_FILE", "").strip():
        files["log.jsonl"] = "".join(f"{line}\n" for line in _log(Path(log), package, words))
    # the last line of defence, whoever wrote a secret where none belongs
    conceal = concealer(secret_values(gathered))
    texts = (
        (name, made if isinstance(made, str) else json.dumps(made, indent=1) + "\n") for name, made in files.items()
    )
    return {name: conceal(text) for name, text in texts}


def _doctor(where: Where, words: OwnWords, directories: Collection[str]) -> dict[str, Any]:
    examined = examine(where.env_file, where.mappings, (), where.environment, where.now, is_offline=True, checks=CHECKS)
    return {
        "exit_code": int(examined.exit_code),
        "checks": [
            {
                "check": told.check,
                "state": told.remark.state.value,
                "subject": _subject(told.remark.subject, words, directories),
                "message": words.told(told.remark.message),
                "remedy": words.told(told.remark.remedy),
            }
            for told in examined.told
        ],
    }


def _subject(subject: str, words: OwnWords, directories: Collection[str]) -> str:
    """Return what a line is about: a Directory as in the settings, a setting, or a file of which the line stays."""
    if directory_key(subject) in directories:
        return directory_name(subject, words.disguise)
    place = _PLACE.fullmatch(subject)
    bare, behind = (place[1], place[2]) if place else (subject.partition(" (")[0], "")
    return words.in_a_hole(bare) + behind


def _store(gathered: Gathered) -> tuple[dict[str, Any], Path, Path | None]:
    """Return the past runs, the folder of the store, and its file where it is one; nothing is made or migrated."""
    settings = usable_part(gathered)
    url = (settings.store.get_secret_value() if settings.store else "") or default_url()
    file = Path(url.removeprefix(ONLY_A_PATH)) if url.startswith(ONLY_A_PATH) else None
    folder = file.parent if file is not None else Path(default_url().removeprefix(ONLY_A_PATH)).parent
    looked = look_at_store(url, may_connect=True)
    told: dict[str, Any] = {
        "store": "file" if file is not None else "server",
        "version": looked.version,
        "has_problem": bool(looked.problem),
        "count": 0,
        "runs": [],
    }
    if looked.is_of_today and not looked.problem:
        try:
            store = Store(url)
            told |= {"count": store.runs.count(), "runs": past_runs(store.runs.history(RUNS))}
            store.close()
        except DirsyncError:
            told["has_problem"] = True
    return told, folder, file


def _log(file: Path, package: Path, words: OwnWords) -> Iterator[str]:
    try:
        yield from log_lines(file, package, words.told)
    except OSError as error:
        yield json.dumps({"message": f"the log file could not be read: {error.strerror}"})


def _zipped(files: Mapping[str, str], now: datetime) -> bytes:
    made = io.BytesIO()
    moment = (now.year, now.month, now.day, now.hour, now.minute, now.second)
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(
                zipfile.ZipInfo(name, moment), text.encode(errors="backslashreplace"), zipfile.ZIP_DEFLATED
            )
    return made.getvalue()


def _refuse_to_overwrite(out: Path) -> None:
    if os.path.lexists(out):
        raise UsageInvalid(f"{out} is there already.", "Name another file with --out, or move that one away.")


def _write(out: Path, content: bytes) -> None:
    try:
        # O_EXCL: what has appeared since, or is a link to somewhere, is left as it is
        handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _ONLY_THE_OWNER)
    except FileExistsError:
        _refuse_to_overwrite(out)
        raise
    except OSError as error:
        raise _refusal(out, error) from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
    except OSError as error:
        out.unlink(missing_ok=True)
        raise _refusal(out, error) from None


def _refusal(out: Path, error: OSError) -> UsageInvalid:
    return UsageInvalid(
        f"{out} can't be written: {error.strerror or error}.", "Name a file that this account may write with --out."
    )
