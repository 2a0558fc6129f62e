"""What the sections of the report are written on: lines, hanging items and headings, with nothing a name could do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from dirsync.model.visible import visible

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

A_HANDFUL = 5
"""So many names or entries are shown of a longer list."""


@dataclass(frozen=True)
class Paper:
    """A console to write to, section by section."""

    console: Console

    @property
    def width(self) -> int:
        """Columns there are."""
        return self.console.width

    def blank(self) -> None:
        """Write an empty line."""
        self.console.print()

    def show(self, what: RenderableType, indent: int = 2) -> None:
        """Write a table, or a text of several styles."""
        self.console.print(Padding(what, (0, 0, 0, indent)))

    def line(self, text: str, style: str = "", indent: int = 0) -> None:
        """Write a paragraph."""
        self.show(Text(visible(text), style=style), indent)

    def item(self, marker: str, text: str, indent: int) -> None:
        """Write a text that hangs behind its marker."""
        grid = Table.grid(padding=(0, 1, 0, 0))
        grid.add_row(Text(marker), Text(visible(text), overflow="fold"))
        self.show(grid, indent)

    def heading(self, title: str, style: str = "bold") -> None:
        """Begin a section."""
        self.blank()
        self.line(title, style)
