"""The table of channels. A new one is one module and one row."""

from __future__ import annotations

from dirsync.operations.telling import metrics, notify, ping, webhook
from dirsync.operations.telling.interface import Way

CHANNELS: tuple[Way, ...] = (
    Way("metrics", metrics.SETTING, metrics.metrics_file),
    Way("ping", ping.SETTING, ping.ping),
    Way("webhook", webhook.SETTING, webhook.webhook),
    Way("notifications", notify.SETTING, notify.notifications),
)
"""In the order in which they are told: what stays on this machine before what needs a network."""
