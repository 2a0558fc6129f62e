"""What to do about a client that is not there: say so, and in CI fail."""

from __future__ import annotations

import importlib
import os
from types import ModuleType
from typing import NoReturn

import pytest


def unavailable(what: str) -> NoReturn:
    """Skip, loudly; in CI fail."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI=true: {what}", pytrace=False)
    pytest.skip(f"WARNING: {what}", allow_module_level=True)


def client(module: str, package: str) -> ModuleType:
    """Return a client from PyPI, of the development dependencies."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        unavailable(f"the client {package} is not installed ({error}); tests/run installs it")
