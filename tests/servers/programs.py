"""Where the programs of real servers are: installed, or unpacked by tests/run into .servers/."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UNPACKED = ROOT / ".servers" / "root"
SYSTEM = Path("/")
SBIN = ("usr/sbin", "usr/bin", "sbin", "bin", "usr/libexec", "usr/lib/openldap")


def skip_or_fail(what: str, cure: str = "run tests/run, which gets it") -> None:
    """Skip the test and say so; where CI=true a missing server is a failure, since nobody reads skips there."""
    message = f"{what} is missing: {cure}"
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(message)
    pytest.skip(message)


@dataclass(frozen=True)
class OpenLdap:
    """The programs of one OpenLDAP, and what they need to run from where they are."""

    slapd: Path
    modules: Path
    schema: Path
    clients: dict[str, Path]
    environment: dict[str, str] = field(default_factory=dict)


def find_openldap() -> OpenLdap:
    """Find an installed OpenLDAP, else the unpacked one; without one the test is skipped, or fails in CI."""
    for root in (SYSTEM, UNPACKED):
        slapd = _program(root, "slapd")
        modules = _first(root, "usr/lib/ldap", "usr/lib64/openldap", "usr/lib/openldap")
        schema = _first(root, "etc/ldap/schema", "etc/openldap/schema")
        clients = {name: _client(name) for name in ("ldapsearch", "ldapadd", "ldapmodify")}
        if slapd and modules and schema and all(clients.values()):
            found = {name: path for name, path in clients.items() if path}
            return OpenLdap(slapd, modules, schema, found, _environment())
    skip_or_fail("slapd (OpenLDAP)")
    raise AssertionError("unreachable: the line above ends the test")


def find_sample_data() -> Path:
    """Find the folder with Example.ldif and European.ldif of 389-ds-base."""
    for root in (SYSTEM, UNPACKED):
        folder = root / "usr/share/dirsrv/data"
        if (folder / "European.ldif").is_file():
            return folder
    skip_or_fail("the sample data of 389-ds-base")
    raise AssertionError("unreachable: the line above ends the test")


def _environment() -> dict[str, str]:
    """Return the environment in which unpacked programs find their libraries; installed ones come to no harm."""
    libraries = sorted({str(path.parent) for path in UNPACKED.glob("**/lib*.so*") if "ldap" not in path.parent.name})
    return {**os.environ, "LD_LIBRARY_PATH": os.pathsep.join(libraries), "LDAPNOINIT": "1", "LC_ALL": "C"}


def _program(root: Path, name: str) -> Path | None:
    return next((path for folder in SBIN if (path := root / folder / name).is_file()), None)


def _client(name: str) -> Path | None:
    installed = shutil.which(name)
    return Path(installed) if installed else _program(UNPACKED, name)


def _first(root: Path, *folders: str) -> Path | None:
    return next((path for folder in folders if (path := root / folder).is_dir()), None)
