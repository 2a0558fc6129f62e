"""The settings as types: one class per kind of connection."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - pydantic reads the annotations
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

Seconds = Annotated[float, Field(gt=0, le=3600)]


class Connection(BaseModel):
    """What every connection has."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    ca_file: Path | None = None
    allow_plaintext: bool = False
    connect_timeout: Seconds = 10.0
    read_timeout: Seconds = 60.0


class LdapSettings(Connection):
    """An LDAP tree."""

    kind: Literal["ldap"]
    url: Annotated[str, Field(pattern=r"(?i)^ldap[si]?://")]
    bind_dn: str = ""
    password: SecretStr = SecretStr("")
    page_size: Annotated[int, Field(ge=1, le=100_000)] = 1000


class CrowdSettings(Connection):
    """What one Crowd application shows; give each Crowd directory an application of its own."""

    kind: Literal["crowd"]
    url: Annotated[str, Field(pattern=r"(?i)^https?://")]
    application: str
    password: SecretStr
    page_size: Annotated[int, Field(ge=1, le=100_000)] = 1000
    retry_seconds: Annotated[float, Field(ge=0, le=3600)] = 60.0


class LdifSettings(BaseModel):
    """A file of directory entries."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["ldif"]
    path: Path


class JiraDirectorySettings(BaseModel):
    """A directory that Jira holds itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["jira"]
    jira_directory: str


DirectorySettings = Annotated[
    LdapSettings | CrowdSettings | LdifSettings | JiraDirectorySettings, Field(discriminator="kind")
]


class JiraSettings(Connection):
    """Jira by REST: a personal access token, or a username and password."""

    url: Annotated[str, Field(pattern=r"(?i)^https?://")]
    token: SecretStr | None = None
    username: str = ""
    password: SecretStr | None = None
    retry_seconds: Annotated[float, Field(ge=0, le=3600)] = 30.0


def _plain_bool(given: object) -> object:
    return given.strip().lower() if isinstance(given, str) else given


class Settings(BaseSettings):
    """Everything the environment tells."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True)

    directories: dict[str, DirectorySettings] = {}
    jira: JiraSettings | None = None
    store: SecretStr | None = None
    read_only: Annotated[bool, BeforeValidator(_plain_bool)] = False

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take only what `load_settings` has gathered: it knows where each value stands."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)
