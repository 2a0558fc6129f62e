"""How each kind of file wants a text written so that it means just that text."""

from __future__ import annotations

import json
import shlex

from dirsync.errors import UsageInvalid


def shell(text: object) -> str:
    """Return one word for a POSIX shell."""
    return shlex.quote(one_line(str(text)))


def crontab(text: object) -> str:
    """Return one word for the command of a crontab line, where a bare % would end it (crontab(5))."""
    return shell(text).replace("%", "\\%")


def unit(text: object) -> str:
    """Return one word for a unit file (systemd.syntax(7), "Quoting"; specifiers: systemd.unit(5))."""
    escaped = one_line(str(text)).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"' if not escaped or set(escaped) & set(" \t\"'\\;#") else escaped


def unit_rest(text: object) -> str:
    """Return the rest of a line that a unit takes as it stands, such as the path in `LoadCredential=NAME:PATH`."""
    return one_line(str(text)).replace("%", "%%")


def unit_command(text: object) -> str:
    """Return one word for `ExecStart=`, where $ would begin a variable (systemd.service(5), "Command lines")."""
    return unit(text).replace("$", "$$")


def scalar(text: object) -> str:
    """Return a YAML scalar in double quotes: every JSON string is one (YAML 1.2, 1.3)."""
    return json.dumps(str(text), ensure_ascii=False)


def block(text: str, indent: int) -> str:
    """Return what stands after `key: `: the text as people write it, or quoted where a block could not hold it."""
    lines = text.split("\n")
    is_plain = all(character == "\n" or character.isprintable() for character in text)
    if not is_plain or not text.strip() or text.startswith((" ", "\n")) or any(line != line.rstrip() for line in lines):
        return scalar(text)
    ending = "|" if text.endswith("\n") and not text.endswith("\n\n") else "|-" if not text.endswith("\n") else "|+"
    margin = " " * indent
    body = "\n".join(f"{margin}{line}" if line else "" for line in text.removesuffix("\n").split("\n"))
    return f"{ending}\n{body}"


def one_line(text: str) -> str:
    """Return it. Raises `UsageInvalid` for a line break, which none of these files could hold in a word."""
    if "\n" in text or "\r" in text or "\0" in text:
        raise UsageInvalid(
            f"{text!r} holds a line break, which a scheduler's file can't hold.",
            "Give that file or setting another name.",
        )
    return text
