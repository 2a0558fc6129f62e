"""The settings of a job that nobody watches: the log, metrics, pings, the webhook, notifications."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path  # noqa: TC003 - pydantic reads the annotations
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, SecretStr, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from dirsync.settings.tokens import SIGNING_SECRET, notify_addresses

LEAST_KEY, MOST_KEY = 24, 64
"""Bytes of a signing key (Standard Webhooks, "Signature scheme")."""


def _lower_case(given: object) -> object:
    return given.strip().lower() if isinstance(given, str) else given


def _web_address(url: SecretStr | None) -> SecretStr | None:
    """Check an address that is a secret as a whole: whoever knows it may use it. Nothing of it is repeated."""
    if url is None:
        return None
    address = url.get_secret_value().strip()
    try:
        parts = urlsplit(address)
        is_usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_usable = False
    if not is_usable:
        raise ValueError("must be a URL of the form https://host/path")
    return SecretStr(address)


def _signing_key(secret: SecretStr | None) -> SecretStr | None:
    if secret is not None and not LEAST_KEY <= len(signing_key(secret.get_secret_value())) <= MOST_KEY:
        raise ValueError(
            f"must be {SIGNING_SECRET} and {LEAST_KEY} to {MOST_KEY} bytes in base64;"
            f" make one with: echo {SIGNING_SECRET}$(openssl rand -base64 32)"
        )
    return secret


def _notify_addresses(urls: SecretStr | None) -> SecretStr | None:
    if urls is not None and not all("://" in url for url in notify_addresses(urls.get_secret_value())):
        raise ValueError("must be addresses such as mailtos://… or slack://…, with blanks between (apprise's README)")
    return urls


def _metrics_file(path: Path | None) -> Path | None:
    if path is not None and path.suffix != ".prom":
        raise ValueError("must end in .prom: node_exporter reads no other file")
    return path


def signing_key(secret: str) -> bytes:
    """Return the key that a webhook's secret holds, empty where it holds none."""
    text = secret.strip()
    if not text.startswith(SIGNING_SECRET):
        return b""
    try:
        return base64.b64decode(text.removeprefix(SIGNING_SECRET), validate=True)
    except binascii.Error:
        return b""


SecretAddress = Annotated[SecretStr | None, AfterValidator(_web_address)]


class Unattended(BaseModel):
    """How a run is told of where nobody sits in front of it."""

    log_format: Annotated[Literal["auto", "text", "json"], BeforeValidator(_lower_case)] = "auto"
    log_level: Annotated[
        Literal["debug", "info", "change", "warning", "error"] | None, BeforeValidator(_lower_case)
    ] = None
    log_file: Path | None = None
    log_rotate_mb: Annotated[int, Field(ge=1, le=10_000)] = 10
    log_keep: Annotated[int, Field(ge=1, le=1000)] = 10
    metrics_file: Annotated[Path | None, AfterValidator(_metrics_file)] = None
    ping_url: SecretAddress = None
    webhook_url: SecretAddress = None
    webhook_secret: Annotated[SecretStr | None, AfterValidator(_signing_key), Field(validate_default=True)] = None
    notify_urls: Annotated[SecretStr | None, AfterValidator(_notify_addresses)] = None
    notify_redact: Annotated[bool, BeforeValidator(_lower_case)] = False

    @field_validator("webhook_secret")
    @classmethod
    def a_webhook_is_signed(cls, secret: SecretStr | None, given: ValidationInfo) -> SecretStr | None:
        """Refuse one without the other: who gets the digest must be able to tell that it is ours."""
        has_address = given.data.get("webhook_url", "wrong, which is said there")
        if secret is None and isinstance(has_address, SecretStr):
            raise PydanticCustomError("missing", "Field required")
        if secret is not None and has_address is None:
            raise ValueError("is given, so DIRSYNC_WEBHOOK_URL (or DIRSYNC_WEBHOOK_URL_FILE) must be too")
        return secret
