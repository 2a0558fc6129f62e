"""The settings as types: one class per kind of connection."""

from __future__ import annotations

import re
from pathlib import Path  # noqa: TC003 - pydantic reads the annotations
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from dirsync.settings.ldap_server import Authentication, Login, parse_addresses
from dirsync.settings.unattended import Unattended

Seconds = Annotated[float, Field(gt=0, le=3600)]
Hours = Annotated[float, Field(ge=0, le=8760)]
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


def _ldap_addresses(urls: str) -> str:
    parse_addresses(urls)
    return urls


def _database_address(url: SecretStr | None) -> SecretStr | None:
    """Check the form of a database's URL, as far as that can be done without its driver; it is a secret as a whole."""
    if url is not None and not re.fullmatch(r"[a-z0-9]+(\+[a-z0-9_]+)?://\S+", url.get_secret_value()):
        raise ValueError("must be a URL of the form postgresql+psycopg://NAME:PASSWORD@HOST/DATABASE")
    return url


def _refuse_credentials(url: str) -> None:
    if "@" in url.partition("://")[2].partition("/")[0]:
        raise ValueError("holds a user name or password; these have settings of their own")


def _lower_case(given: object) -> object:
    return given.strip().lower() if isinstance(given, str) else given


WebAddress = Annotated[str, AfterValidator(_web_address)]


class Connection(BaseModel):
    """What every connection has."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    ca_file: Path | None = None
    allow_plaintext: bool = False
    connect_timeout: Seconds = 10.0
    read_timeout: Seconds = 60.0


class LdapSettings(Connection):
    """An LDAP tree, on one server or on several that hold the same: `url` names them in the order of trying."""

    kind: Literal["ldap"]
    url: Annotated[str, AfterValidator(_ldap_addresses)]
    authentication: Annotated[Authentication | None, BeforeValidator(_lower_case)] = None
    bind_dn: str = ""
    password: SecretStr = SecretStr("")
    client_cert_file: Path | None = None
    client_key_file: Path | None = None
    page_size: Annotated[int, Field(ge=1, le=100_000)] = 1000
    decoder: Literal["fast", "stock"] = "fast"
    full_every: Hours | None = None

    @property
    def login(self) -> Login:
        """What is given for logging in."""
        return Login(
            addresses=parse_addresses(self.url),
            chosen=self.authentication,
            has_name=bool(self.bind_dn),
            has_password=bool(self.password.get_secret_value()),
            has_certificate=self.client_cert_file is not None,
            has_key=self.client_key_file is not None,
            allow_plaintext=self.allow_plaintext,
        )

    @model_validator(mode="after")
    def what_is_given_fits_together(self) -> LdapSettings:
        """Refuse what could not log in, or would log in as somebody else."""
        wrong = [sentence for _, sentence in self.login.mistakes()]
        if wrong:
            raise ValueError("; ".join(wrong))
        return self


class CrowdSettings(Connection):
    """What one Crowd application shows; give each Crowd directory an application of its own."""

    kind: Literal["crowd"]
    url: WebAddress
    application: Text
    password: SecretStr
    page_size: Annotated[int, Field(ge=1, le=100_000)] = 1000
    retry_seconds: Annotated[float, Field(ge=0, le=3600)] = 60.0
    full_every: Hours | None = None
    writers: Annotated[int, Field(ge=1, le=64)] = 8


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


class ProductSettings(Connection):
    """A product that can be asked by REST (`url`), in its database (`database_url`), or both."""

    database_url: Annotated[SecretStr | None, AfterValidator(_database_address)] = None
    username: str = ""
    password: SecretStr | None = None
    retry_seconds: Annotated[float, Field(ge=0, le=3600)] = 30.0

    # Each of them has a field `url` after all these, which decide whether it may be left out.
    @field_validator("url", check_fields=False)
    @classmethod
    def there_is_somewhere_to_ask(cls, url: str | None, given: ValidationInfo) -> str | None:
        """Refuse a login without the address it is for, and settings that name nobody to ask."""
        has_login = any(given.data.get(name) for name in ("token", "username", "password"))
        if url is None and (has_login or not given.data.get("database_url", "wrong, which is said there")):
            raise PydanticCustomError("missing", "Field required")
        return url


class JiraSettings(ProductSettings):
    """Jira, by REST with a personal access token or with a username and password."""

    token: SecretStr | None = None
    url: Annotated[WebAddress | None, Field(validate_default=True)] = None

    @model_validator(mode="after")
    def name_and_password_go_together(self) -> JiraSettings:
        """Refuse one without the other."""
        if bool(self.username) != (self.password is not None):
            given, missing = ("USERNAME", "PASSWORD (or PASSWORD_FILE)") if self.username else ("PASSWORD", "USERNAME")
            message = f"{given} is given, so {missing} must be too; or give TOKEN (or TOKEN_FILE) alone"
            raise ValueError(message)
        return self


class CrowdAdminSettings(ProductSettings):
    """Crowd's administration, by REST with the name and password of an administrator of Crowd."""

    url: Annotated[WebAddress | None, Field(validate_default=True)] = None

    @model_validator(mode="after")
    def an_address_needs_name_and_password(self) -> CrowdAdminSettings:
        """Refuse what nobody could log in with; Crowd's administration answers no anonymous question."""
        lacking = ["USERNAME"] * (not self.username) + ["PASSWORD (or PASSWORD_FILE)"] * (self.password is None)
        if self.url is not None and lacking:
            message = f"URL is given, so {' and '.join(lacking)} must be too: those of an administrator of Crowd"
            raise ValueError(message)
        return self


class Settings(Unattended, BaseSettings):
    """Everything the environment tells."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True)

    directories: dict[str, DirectorySettings] = {}
    jira: JiraSettings | None = None
    crowd_admin: CrowdAdminSettings | None = None
    store: SecretStr | None = None
    read_only: Annotated[bool, BeforeValidator(_lower_case)] = False

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
