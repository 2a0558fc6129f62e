"""`dirsync sync --enqueue`: hand the night's work to whichever workers there are."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from socket import gethostname
from typing import TYPE_CHECKING

import typer

from dirsync.cli.options import Options, configure, fail_on
from dirsync.errors import DirsyncError, UsageInvalid

if TYPE_CHECKING:
    from pathlib import Path

    from dirsync.operations.workers.door import Queue

NOBODY_SECONDS = 600
"""So long it is waited for the first sign of a worker: a host may be starting anew."""
POLL_SECONDS = 1


def refuse_what_stays_here(options: Options, *, dry_run: bool, reports: Path | None, keep: int | None) -> None:
    """Raise `UsageInvalid` for options that can't travel: a number of one plan, or a place on this host."""
    given = {
        "--dry-run": dry_run,
        "--reports": reports is not None,
        "--keep": keep is not None,
        "--json": options.as_json,
        "--metrics": options.metrics is not None,
        "--allow-removals": options.allow_removals is not None,
        "--allow-creations": options.allow_creations is not None,
        "--allow-member-removals": options.allow_member_removals is not None,
        "--adopt": options.adopt is not None,
    }
    wrong = [name for name, is_given in given.items() if is_given]
    if wrong:
        raise UsageInvalid(
            f"{' and '.join(wrong)} can't go with --enqueue: several runs on other hosts do the work.",
            "Run 'dirsync sync --only MAPPING' with it, or leave it out. The whole report comes from 'dirsync report'.",
        )


def enqueue_sync(options: Options, *, wait: bool) -> None:
    """Enqueue, say so, and exit; with `wait` by the exit code of the whole."""
    fail_on(options.fail_on)
    configured = configure(options)
    configured.store.close()

    from dirsync.mapping.together import together
    from dirsync.model.run_id import new_run_id
    from dirsync.operations.workers.door import queue, queue_address, queue_app
    from dirsync.operations.workers.enqueue import enqueue
    from dirsync.operations.workers.tables import ready
    from dirsync.operations.workers.work import Work

    address = queue_address(configured.store.url)
    groups = together(configured.policy.carried_out())
    now = datetime.now(UTC)
    audit = Work(
        enqueueing=new_run_id(now, os.urandom(3)),
        at=now.isoformat(timespec="seconds"),
        host=gethostname(),
        digest=configured.policy.digest,
        mappings=configured.policy.only,
        fail_on=options.fail_on,
    )
    with queue(address) as opened:
        if made := ready(opened):
            options.console.message(made)
        enqueued = enqueue(opened, queue_app(address), groups, audit)
        work = enqueued.work
        if enqueued.is_new:
            told_of = "1 group of mappings" if len(groups) == 1 else f"{len(groups)} groups of mappings"
            options.console.message(f"Enqueued {told_of} and an audit of all: {work.enqueueing}.")
        else:
            options.console.message(
                f"Nothing was added: {work.host} enqueued the same at {work.at} ({work.enqueueing})."
                " 'dirsync worker --status' tells how it stands."
            )
        if wait:
            _wait(options, opened, work.enqueueing)


def _wait(options: Options, opened: Queue, enqueueing: str) -> None:
    from dirsync.operations.workers.status import status_of, status_text

    heard_at = time.monotonic()
    while True:
        status = status_of(opened, enqueueing)
        if status.exit_code is not None:
            options.console.answer(status_text(status), is_news=status.exit_code != 0)
            raise typer.Exit(status.exit_code)
        if status.workers:
            heard_at = time.monotonic()
        elif time.monotonic() - heard_at > NOBODY_SECONDS:
            raise DirsyncError(
                f"No worker was heard of for {NOBODY_SECONDS // 60} minutes; the tasks of {enqueueing} still wait.",
                "Start 'dirsync worker' on a host that has the settings and mappings; it takes them up.",
            )
        time.sleep(POLL_SECONDS)
