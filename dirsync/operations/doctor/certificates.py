"""How long certificates are good for: those in CA files, and those that servers show."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dirsync.errors import DirsyncError
from dirsync.operations.doctor.interface import SOON_DAYS, fail, ok, warn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from dirsync.operations.doctor.interface import Remark, Surroundings


def ca_files(given: Surroundings) -> Iterator[Remark]:
    """Say of each CA file whether it can be used, and until when."""
    named: dict[Path, list[str]] = {}
    for name, settings in given.connections():
        file = getattr(settings, "ca_file", None)
        if file:
            named.setdefault(file, []).append(name)
    for file, users in sorted(named.items()):
        yield from _ca_file(file, f"{file} (CA_FILE of {', '.join(users)})", given)


def _ca_file(file: Path, subject: str, given: Surroundings) -> Iterator[Remark]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    remedy = "CA_FILE must name a PEM file with the authority that signed the server's certificate."
    try:
        context.load_verify_locations(cafile=file)
    except FileNotFoundError:
        if given.is_offline:
            yield warn(subject, "not on this machine.", "Where the job runs, 'dirsync doctor' checks it.")
        else:
            yield fail(subject, "there is no such file.", remedy)
        return
    except (OSError, ssl.SSLError) as error:
        reason = "it holds no PEM certificate" if isinstance(error, ssl.SSLError) else error.strerror
        yield fail(subject, f"can't be used: {reason}.", remedy)
        return
    authorities = context.get_ca_certs()
    if not authorities:
        yield warn(subject, "holds a certificate, but of no authority.", remedy)
    for authority in authorities:
        yield validity(subject, authority, given.now(), "Have the authority's new certificate added to this file.")


def validity(subject: str, certificate: Mapping[str, Any], now: datetime, remedy: str) -> Remark:
    """Say until when a certificate holds; `certificate` is as `ssl.SSLSocket.getpeercert` gives it."""
    until = datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)
    days = (until - now).days
    what = f"the certificate of {_common_name(certificate)} is good until {until:%Y-%m-%d}"
    if until <= now:
        return fail(subject, f"the certificate of {_common_name(certificate)} ended on {until:%Y-%m-%d}.", remedy)
    if days < SOON_DAYS:
        return warn(subject, f"{what}, {days} days from now.", remedy)
    return ok(subject, f"{what}, {days} days from now.")


def _common_name(certificate: Mapping[str, Any]) -> str:
    """Return whom a certificate is made out to, by the last part of its subject."""
    parts = [value for part in certificate.get("subject", ()) for _, value in part]
    return f"'{parts[-1]}'" if parts else "nobody named"


def required(certificate: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Return what TLS has verified; a connection without one would be a mistake of ours."""
    if not certificate:
        raise DirsyncError("TLS was agreed on without a certificate.", "Please report this.")
    return certificate
