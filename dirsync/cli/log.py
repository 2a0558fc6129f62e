"""The log as the command line and the settings want it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dirsync.errors import UsageInvalid

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dirsync.cli.options import Options
    from dirsync.log.start import LogChoices


def begin_log(options: Options, values: Mapping[str, str] | None = None, secrets: Iterable[str] = ()) -> None:
    """Start the log, or start it anew once the settings are gathered: `values` by their names without prefix.

    What the command line says wins. Settings that make no sense are left out here: loading them tells so.
    Raises `UsageInvalid` for a format or level that does not exist.
    """
    from dirsync.log.libraries import listen_to_libraries
    from dirsync.log.start import start_log

    choices = _choices(options, values or {})
    console = options.console
    log = start_log(choices, options.run, is_verbose=console.verbose, secrets=secrets)
    listen_to_libraries()
    console.hand_to_log(log.note, takes_messages=log.takes_messages)


def _choices(options: Options, values: Mapping[str, str]) -> LogChoices:
    from dirsync.log.forms import Form
    from dirsync.log.levels import LEVELS
    from dirsync.log.start import LogChoices

    form = _one_of(tuple(Form), "--log-format", options.log_format) or _known(tuple(Form), values.get("LOG_FORMAT"))
    level = _one_of(LEVELS, "--log-level", options.log_level) or _known(LEVELS, values.get("LOG_LEVEL"))
    file = values.get("LOG_FILE", "").strip()
    usual = LogChoices()
    return LogChoices(
        form=Form(form or Form.AUTO),
        # asking to hear everything goes before a level that stands in the settings
        level="" if options.console.verbose and not options.log_level else level,
        file=Path(file) if file and options.is_run else None,
        rotate_mb=_number(values.get("LOG_ROTATE_MB")) or usual.rotate_mb,
        keep=_number(values.get("LOG_KEEP")) or usual.keep,
    )


def _one_of(known: tuple[str, ...], option: str, said: str) -> str:
    if said and said.lower() not in known:
        raise UsageInvalid(f"{option}: '{said}' is none.", f"It must be one of {', '.join(known)}.")
    return said.lower()


def _known(known: tuple[str, ...], said: str | None) -> str:
    text = (said or "").strip().lower()
    return text if text in known else ""


def _number(said: str | None) -> int:
    text = (said or "").strip()
    return int(text) if text.isascii() and text.isdecimal() else 0
