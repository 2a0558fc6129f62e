"""The one door to the samples that ship with dirsync: `dirsync.env.example` and the `mappings` folder.

Their one place is the top of the repository; a wheel carries them inside the package (pyproject, force-include).
"""

from __future__ import annotations

from pathlib import Path

import dirsync
from dirsync.errors import DirsyncError

SETTINGS_SAMPLE = "dirsync.env.example"
MAPPINGS = "mappings"
STILL_A_SAMPLE = "# SAMPLE of 'dirsync init': make it fit your place, then delete this line.\n"
"""As long as this stands at the top of a mapping, nobody has looked at what 'dirsync init' filled in."""
YAML = frozenset({".yaml", ".yml"})
SCHEMAS = frozenset({f"{kind}.schema.json" for kind in ("mapping", "estate", "waivers", "what-if")})
"""Of the files that an admin writes. The other schemas are of documents that dirsync writes."""


def sample_settings() -> bytes:
    """Return the commented settings file. Raises as `sample_mappings`."""
    return (_folder() / SETTINGS_SAMPLE).read_bytes()


def sample_mappings() -> dict[str, bytes]:
    """Return the sample mappings and the schemas editors check them by: file name to content, in order.

    Raises `DirsyncError` where the installation has lost them.
    """
    files = sorted((_folder() / MAPPINGS).iterdir())
    return {path.name: path.read_bytes() for path in files if path.suffix in YAML or path.name in SCHEMAS}


def _folder() -> Path:
    package = Path(dirsync.__file__).parent
    # A checkout first: there, an editable install may leave an old copy of the wheel's files beside the package.
    for folder in (package.parent, package / "examples"):
        if (folder / SETTINGS_SAMPLE).is_file() and (folder / MAPPINGS).is_dir():
            return folder
    raise DirsyncError(
        f"The samples that belong to dirsync are not beside {package}.",
        "Install dirsync-connector again; its wheel carries them in dirsync/examples.",
    )
