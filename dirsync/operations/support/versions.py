"""Which dirsync, on which Python, with which libraries, on what kind of system."""

from __future__ import annotations

import locale
import os
import platform
import re
import sqlite3
import ssl
import sys
from importlib import metadata
from typing import TYPE_CHECKING, Any, Final

from dirsync import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

DISTRIBUTION: Final = "dirsync-connector"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._+~()/-]{0,60}")
_OF_SYSTEM = ("ID", "VERSION_ID")
_NOTED = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CREDENTIALS_DIRECTORY")


def versions(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return them as JSON-serialisable data. Of the environment it says which variables are set, not to what."""
    encoding = locale.getencoding() if sys.version_info >= (3, 11) else locale.getpreferredencoding()
    set_here = {name.upper() for name, value in environment.items() if value}
    return {
        "dirsync": __version__,
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "openssl": ssl.OPENSSL_VERSION,
        "sqlite": sqlite3.sqlite_version,
        "system": _system(),
        "processors": os.cpu_count(),
        "encoding": encoding,
        "is_root": os.geteuid() == 0,
        "is_set": [name for name in _NOTED if name in set_here],
        "libraries": _libraries(),
    }


def _system() -> dict[str, str]:
    told = {"kernel": platform.system(), "machine": platform.machine()}
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        release = {}
    for name in _OF_SYSTEM:
        value = release.get(name, "")
        told[name.lower()] = value if _PLAIN.fullmatch(value) else ""
    # a kernel that a house has built bears its name behind the numbers
    numbers = re.match(r"[\d.]+\d", platform.release())
    told["release"] = numbers[0] if numbers else ""
    return told


def _libraries() -> dict[str, str]:
    """Return what dirsync asks for, extras too, and which version is there."""
    try:
        asked = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        return {}
    names = sorted({found[0].lower() for one in asked if (found := _NAME.match(one))})
    return {name: _version(name) for name in names}


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"
