"""What a file of the mappings folder has become once it was checked: its content, and where each part stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dirsync.mapping.conditions import in_short
from dirsync.model.estate import Population
from dirsync.model.names import directory_key
from dirsync.model.snapshot import WHOLE

if TYPE_CHECKING:
    from dirsync.mapping.document import Document
    from dirsync.mapping.estate_file import EstateFile
    from dirsync.mapping.mapping import MappingFile


@dataclass(frozen=True)
class Mapping:
    """One mapping file, checked, with the places of its parts."""

    content: MappingFile
    document: Document

    @property
    def name(self) -> str:
        """The Mapping's name."""
        return self.content.name

    @property
    def source(self) -> str:
        """Key of the Directory it reads."""
        return directory_key(self.content.source.directory)

    @property
    def target(self) -> str:
        """Key of the Directory it writes to; empty when it is audited only."""
        return directory_key(self.content.target.directory) if self.content.target else ""

    def population(self) -> Population:
        """Return its people as the products see them (see `Population`)."""
        wanted = self.content.public_signup
        return Population(
            mapping=self.name,
            audience=self.content.audience,
            source=self.source,
            directory=self.target or self.source,
            selection=WHOLE if self.target else self.name,
            is_synced=bool(self.target),
            default_groups=self.content.default_groups,
            public_signup=None if wanted is None else wanted == "wanted",
            where=self.document.line("name"),
            taken=self._taken(),
        )

    def _taken(self) -> str:
        users = self.content.source.users
        return ", ".join(
            [
                *([f"below {' or '.join(users.base)}"] if users.base else []),
                *([f"by the filter {users.filter}"] if users.filter else []),
                *in_short(users),
                *([f"except those of '{users.except_mapping}'"] if users.except_mapping else []),
            ]
        )


@dataclass(frozen=True)
class DeclaredEstate:
    """estate.yaml, checked, with the places of its parts; `None` content means that there is no such file."""

    content: EstateFile
    document: Document
