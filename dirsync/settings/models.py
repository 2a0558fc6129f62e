"""The settings as types: one class per kind of connection."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - pydantic reads the annotations
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

Seconds = Annotated[float, Field(gt=0, le=3600)]
Text = Annotated[str, Field(min_length=1)]


def _web_address(url: str) -> str:
    """Check a URL. What is said of a wrong one repeats nothing of it: it may hold a password."""
    _refuse_credentials(url)
    try:
        parts = urlsplit(url)
        is_usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_usable = False
    if not is_usable:
        raise ValueError("must be a URL of the form https://host/path")
    return url


def _ldap_address(url: str) -> str:
    _refuse_credentials(url)
    scheme, separator, rest = url.partition("://")
    if scheme.lower() not in {"ldap", "ldaps", "ldapi"} or not separator or not rest.strip("/"):
        raise ValueError("must be a URL of the form ldaps://host, ldap://host or ldapi://%2Fpath%2Fto%2Fsocket")
    return url


def _refuse_credentials(url: str) -> None:
    if "@" in url.partition("://")[2].partition("/")[0]:
        raise ValueError("holds a user name or password; these have settings of their own")


WebAddress = Annotated[str, AfterValidator(_web_address)]


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
    url: Annotated[str, AfterValidator(_ldap_address)]
    bind_dn: str = ""
    password: SecretStr = SecretStr("")
    page_size: Annotated[int, Field(ge=1, le=100_000)] = 1000
    decoder: Literal["fast", "stock"] = "fast"

    @model_validator(mode="after")
    def name_and_password_go_together(self) -> LdapSettings:
        """Refuse one without the other: a bind with a name and no password is an anonymous one (RFC 4513, 5.1.2)."""
        if bool(self.bind_dn) != bool(self.password.get_secret_value()):
            given, missing = ("BIND_DN", "PASSWORD (or PASSWORD_FILE)") if self.bind_dn else ("PASSWORD", "BIND_DN")
            message = f"{given} is given, so {missing} must be too; give neither for an anonymous bind"
            raise ValueError(message)
        return self


class CrowdSettings(Connection):
    """What one Crowd application shows; give each Crowd directory an application of its own."""

    kind: Literal["crowd"]
    url: WebAddress
    application: Text
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
    jira_directory: Text


DirectorySettings = Annotated[
    LdapSettings | CrowdSettings | LdifSettings | JiraDirectorySettings, Field(discriminator="kind")
]


class JiraSettings(Connection):
    """Jira by REST: a personal access token, or a username and password."""

    url: WebAddress
    token: SecretStr | None = None
    username: str = ""
    password: SecretStr | None = None
    retry_seconds: Annotated[float, Field(ge=0, le=3600)] = 30.0

    @model_validator(mode="after")
    def name_and_password_go_together(self) -> JiraSettings:
        """Refuse one without the other."""
        if bool(self.username) != (self.password is not None):
            given, missing = ("USERNAME", "PASSWORD (or PASSWORD_FILE)") if self.username else ("PASSWORD", "USERNAME")
            message = f"{given} is given, so {missing} must be too; or give TOKEN (or TOKEN_FILE) alone"
            raise ValueError(message)
        return self


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
