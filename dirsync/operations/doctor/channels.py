"""How a run tells others: the files it would write, the hosts it would send to, and what that needs installed."""

from __future__ import annotations

import os
import socket
from importlib.util import find_spec
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dirsync.operations.doctor.interface import fail, ok, warn
from dirsync.operations.telling import metrics, notify, ping, webhook
from dirsync.reports.wording import counted
from dirsync.settings.tokens import notify_addresses

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pydantic import SecretStr

    from dirsync.operations.doctor.interface import Remark, Surroundings

LOG = "DIRSYNC_LOG_FILE"


def channels(given: Surroundings) -> Iterator[Remark]:
    """Say of each channel that is set up whether it could tell anybody; nothing is sent."""
    settings = given.settings
    if settings.log_file is not None:
        yield _writable(LOG, settings.log_file, given, makes_folder=True)
    if settings.metrics_file is not None:
        yield _writable(metrics.SETTING, settings.metrics_file, given, makes_folder=False)
        if find_spec("prometheus_client") is None:
            yield fail(metrics.SETTING, metrics.NOT_INSTALLED.message, metrics.NOT_INSTALLED.remedy)
    for setting, url in ((ping.SETTING, settings.ping_url), (webhook.SETTING, settings.webhook_url)):
        if url is not None and _is_here(setting, given):
            yield _resolves(setting, url, given)
    if settings.notify_urls is not None and _is_here(notify.SETTING, given):
        yield _understood(settings.notify_urls)


def _is_here(setting: str, given: Surroundings) -> bool:
    return setting.removeprefix("DIRSYNC_") not in given.secrets_elsewhere


def _writable(setting: str, file: Path, given: Surroundings, *, makes_folder: bool) -> Remark:
    folder = file.parent
    while makes_folder and not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if folder.is_dir() and os.access(folder, os.W_OK | os.X_OK) and (not file.exists() or os.access(file, os.W_OK)):
        return ok(setting, f"{file} can be written.")
    if given.is_offline and not folder.exists():
        return warn(setting, f"{folder} is not on this machine.", "Where the job runs, 'dirsync doctor' checks it.")
    what = f"{file} can't be written" if folder.exists() else f"there is no folder {folder}"
    return fail(setting, f"{what}.", "Make the folder, and let this account write there.")


def _resolves(setting: str, url: SecretStr, given: Surroundings) -> Remark:
    """Look the host up; its name is shown, and nothing else of the address."""
    parts = urlsplit(url.get_secret_value())
    host = parts.hostname or ""
    if given.is_offline:
        return ok(setting, f"would be sent to {host}.")
    try:
        socket.getaddrinfo(host, parts.port or parts.scheme, type=socket.SOCK_STREAM)
    except OSError as error:
        remedy = "Correct the host, or look at the name service. Behind a proxy this may be as it should."
        return warn(setting, f"the host {host} is not found: {error.strerror or error}.", remedy)
    if parts.scheme == "http" and not _is_loopback(host):
        return warn(setting, f"what is sent to {host} travels in clear.", "Use https://.")
    return ok(setting, f"the host {host} is found.")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _understood(urls: SecretStr) -> Remark:
    if find_spec("apprise") is None:
        return fail(notify.SETTING, notify.NOT_INSTALLED.message, notify.NOT_INSTALLED.remedy)
    from apprise import Apprise

    addresses = notify_addresses(urls.get_secret_value())
    strange = [
        str(place)
        for place, url in enumerate(addresses, 1)
        if Apprise.instantiate(url, suppress_exceptions=True) is None
    ]
    if strange:
        what = f"apprise does not understand {counted(len(strange), 'address', 'addresses')}, counted from 1"
        return fail(notify.SETTING, f"{what}: {', '.join(strange)}.", "See apprise's README for how each is written.")
    return ok(notify.SETTING, f"apprise understands {counted(len(addresses), 'address', 'addresses')}.")
