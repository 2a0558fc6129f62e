"""The file of `dirsync audit --what-if FILE`: what to suppose of Jira and Crowd, one setting after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import ConfigDict, field_validator, model_validator

from dirsync.errors import ConfigurationInvalid, Mistake
from dirsync.mapping.document import Document, read_document, validate
from dirsync.mapping.policy import text_of
from dirsync.mapping.words import Name, Words
from dirsync.model.names import fold
from dirsync.model.products import DirectoryMode  # noqa: TC001 - pydantic reads the annotations

if TYPE_CHECKING:
    from pathlib import Path

WHERE = ("jira_application", "crowd_directory", "crowd_application", "user_directory", "mapping")
"""The keys that say where a default group stands: one for each mechanism, but for the permission before Jira 7."""


def _one_of(*keys: str) -> dict[str, Any]:
    return {"oneOf": [{"required": [key]} for key in keys]}


class _Chosen(Words):
    """A part in which exactly one key of each choice stands."""

    choices: ClassVar[tuple[tuple[str, ...], ...]] = ()

    @model_validator(mode="after")
    def one_of_each_choice(self) -> _Chosen:
        """Refuse a part that leaves a choice open, or takes both."""
        for keys in self.choices:
            given = [key for key in keys if key in self.model_fields_set]
            if len(given) != 1:
                message = f"name {'one' if not given else 'only one'} of {', '.join(keys)}"
                raise ValueError(message)
        return self

    def chosen(self, choice: int) -> str:
        """Return the key that stands of a choice."""
        return next(key for key in self.choices[choice] if key in self.model_fields_set)


class SupposedDefaultGroup(_Chosen):
    """A group that is given away, or no longer: `add` or `remove`, and where."""

    choices = (("add", "remove"), WHERE)
    model_config = ConfigDict(
        json_schema_extra={
            "allOf": [_one_of("add", "remove"), _one_of(*WHERE)],
            "dependencies": {"directory": ["crowd_application"]},
        }
    )

    add: Name = ""
    """Name of the group that is to be given away."""
    remove: Name = ""
    """Name of the group that is no longer to be given away."""
    jira_application: Name = ""
    """Key of the Jira application whose default group it is, such as jira-software."""
    crowd_directory: Name = ""
    """The directory of the settings that shows the Crowd directory whose own default group it is."""
    crowd_application: Name = ""
    """The Crowd application whose default group it is, for one of its directories."""
    directory: Name = ""
    """With crowd_application: which one, by its name in the settings. Left out: the only one."""
    user_directory: Name = ""
    """Jira's user directory whose default group it is (LDAP)."""
    mapping: Name = ""
    """The mapping whose default group it is."""

    @model_validator(mode="after")
    def directory_is_of_an_application(self) -> SupposedDefaultGroup:
        """Refuse a directory that belongs to nothing."""
        if self.directory and not self.crowd_application:
            message = "'directory' stands with 'crowd_application' only; for the directory's own name 'crowd_directory'"
            raise ValueError(message)
        return self


class SupposedAccess(_Chosen):
    """A group that opens a Jira application, or no longer: `grant` or `revoke`."""

    choices = (("grant", "revoke"),)
    model_config = ConfigDict(json_schema_extra=_one_of("grant", "revoke"))

    grant: Name = ""
    """Name of the group whose members are to have access."""
    revoke: Name = ""
    """Name of the group whose members are to have it no longer."""
    application: Name
    """Key of the Jira application, such as jira-software."""


class SupposedAggregation(Words):
    """Whether a Crowd application adds up memberships of one name over its directories."""

    crowd_application: Name
    """As Crowd lists it under Applications."""
    becomes: Literal["on", "off"]
    """What it is to be."""


class SupposedMode(Words):
    """What Jira may write to a user directory."""

    user_directory: Name
    """As Jira lists it under User management, User directories."""
    becomes: DirectoryMode
    """What it is to be: nothing, memberships in its own groups, or everything."""


class Supposition(_Chosen):
    """One thing that would be changed."""

    choices = (("default_group", "application_access", "directory_order", "aggregation", "mode"),)
    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    default_group: SupposedDefaultGroup | None = None
    """A group into which everybody is put, or no longer."""
    application_access: SupposedAccess | None = None
    """A group that opens a Jira application, or no longer."""
    directory_order: tuple[Name, ...] | None = None
    """All of Jira's user directories in their new order, the first on top."""
    aggregation: SupposedAggregation | None = None
    """Whether a Crowd application adds up memberships of one name over its directories."""
    mode: SupposedMode | None = None
    """What Jira may write to a user directory."""

    @field_validator("*", mode="before")
    @classmethod
    def says_what(cls, given: object) -> object:
        """Refuse a key with nothing behind it."""
        if given is None:
            message = "say what is to be changed; nothing stands behind the key"
            raise ValueError(message)
        return given

    @field_validator("directory_order")
    @classmethod
    def each_once(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse an order in which one stands twice."""
        twice = sorted({name for name in given if sum(fold(name) == fold(other) for other in given) > 1})
        if twice:
            message = f"{', '.join(twice)} stands twice; name each user directory once"
            raise ValueError(message)
        return given


class WhatIfFile(Words):
    """The whole of a what-if file. Nothing of it is ever carried out; the changes are looked at in their order."""

    version: Literal[1]
    """Of the file format."""
    suppose: tuple[Supposition, ...]
    """What would be changed, one thing after the other."""


class WhatIf:
    """A what-if file, checked, with the places of its parts."""

    def __init__(self, content: WhatIfFile, document: Document) -> None:
        self.suppositions = content.suppose
        self._document = document

    @property
    def name(self) -> str:
        """What messages call the file."""
        return self._document.name

    def place(self, number: int, *path: str | int) -> str:
        """Return `file:line:column` of a part of a supposition."""
        return self._document.place("suppose", number, *path)

    def line(self, number: int) -> str:
        """Return `file:line` of a supposition, for evidence."""
        return self._document.line("suppose", number)


def parse_what_if(text: str, name: str) -> WhatIf:
    """Check a what-if file by itself; what it names is looked for when it is applied. Raises `ConfigurationInvalid`."""
    document = read_document(text, name)
    return WhatIf(validate(document, WhatIfFile), document)


def load_what_if(path: Path) -> WhatIf:
    """Read and check a what-if file. Raises `ConfigurationInvalid`, also where it can't be read."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigurationInvalid([Mistake(str(path), f"can't be read: {error.strerror}")]) from None
    return parse_what_if(text_of(raw, str(path)), str(path))
