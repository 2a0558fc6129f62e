"""Options that may stand before or after the command: `dirsync --quiet sync` equals `dirsync sync --quiet`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typer import BadParameter
from typer.core import TyperGroup

if TYPE_CHECKING:
    from collections.abc import Iterator


class AnywhereGroup(TyperGroup):
    """A command group whose own options are looked for everywhere up to `--`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - Typer's vendored Click has no public name
        """Put the group's own options first, then let Typer do its work."""
        own: list[str] = []
        rest: list[str] = []
        for is_own, words in self._split(ctx, args):
            (own if is_own else rest).extend(words)
        parsed: list[str] = super().parse_args(ctx, [*own, *rest])
        return parsed

    def _split(self, ctx: Any, args: list[str]) -> Iterator[tuple[bool, list[str]]]:  # noqa: ANN401 - as above
        takes_value = {
            name: not getattr(option, "is_flag", False)
            for option in self.params
            for name in option.opts
            if name != "--help"
        }
        words = iter(args)
        for word in words:
            if word == "--":
                yield False, [word, *words]
                return
            name = word.partition("=")[0]
            short = word[1:] if word.startswith("-") else ""
            if short and all(takes_value.get(f"-{one}") is False for one in short):
                yield True, [word]  # -q, -qv
            elif name not in takes_value:
                yield False, [word]
            elif takes_value[name] and "=" not in word:
                value = next(words, None)
                if value is None and ctx.resilient_parsing:  # a shell asks what may stand there
                    yield False, [word]
                    return
                if value is None:
                    raise BadParameter("it needs a value after it", ctx=ctx, param_hint=word)
                yield True, [word, value]
            else:
                yield True, [word]
