"""The command that carries out what `dirsync sync --enqueue` left in the queue."""

import sys
from typing import Annotated

import typer

from dirsync.cli.options import Options, checked, configure, store_url, told


def worker(
    context: typer.Context,
    concurrency: Annotated[
        int, typer.Option(metavar="N", min=1, max=32, help="So many tasks at once.", show_default=True)
    ] = 1,
    once: Annotated[bool, typer.Option("--once", help="End when the queue is empty.")] = False,
    status: Annotated[
        bool, typer.Option("--status", help="Tell who works and how the newest enqueueing stands, and end.")
    ] = False,
) -> None:
    """Carry out what 'sync --enqueue' left in the queue.

    On as many hosts as you like. Needs dirsync-connector[workers] and a store on
    PostgreSQL. Ends on SIGTERM, after the change in flight; what was under way is
    taken up by another worker. One that dies is missed within 25 seconds.
    """
    options: Options = context.obj
    with told(options):
        if status:
            _print_status(options)
        else:
            raise typer.Exit(_work(options, concurrency, once=once))


def _print_status(options: Options) -> None:
    import json

    from dirsync.operations.workers.door import queue, queue_address
    from dirsync.operations.workers.status import status_of, status_text
    from dirsync.store.store import default_url

    with queue(queue_address(store_url(options) or default_url())) as opened:
        found = status_of(opened)
    options.console.answer(json.dumps(found.document(), indent=1) if options.as_json else status_text(found))


def _work(options: Options, concurrency: int, *, once: bool) -> int:
    import asyncio
    from socket import gethostname

    configured = configure(options)
    store = configured.store
    store.close()  # an open one would keep whoever brings its tables up to date waiting

    from dirsync.operations.workers.door import queue, queue_address, queue_app, queue_lost
    from dirsync.operations.workers.tables import ready

    address = queue_address(store.url)
    with queue(address) as opened:
        if made := ready(opened):
            options.console.message(made)

    from procrastinate.exceptions import ProcrastinateException
    from psycopg import Error

    from dirsync.operations.workers.worker import Means, Worker

    means = Means(
        words=_words(options),
        digest=lambda: checked(options)[1].digest,
        host=gethostname(),
        concurrency=concurrency,
        once=once,
    )
    options.console.message(f"Works at {address.shown}, {concurrency} at once. SIGTERM or Ctrl-C ends it.")
    try:
        return asyncio.run(Worker(queue_app(address, concurrency + 4), means).run())
    except (ProcrastinateException, Error, OSError) as error:
        raise queue_lost(address, error) from None


def _words(options: Options) -> tuple[str, ...]:
    """Return what starts dirsync as this one was started; the task's own words follow."""
    from dirsync.operations.workers.child import MODULE

    given = {
        "--env-file": options.env_file,
        "--mappings": options.mappings,
        "--log-format": options.log_format,
        "--log-level": options.log_level,
        "--metrics": options.metrics,
    }
    words = [word for name, value in given.items() if value for word in (name, str(value))]
    return (sys.executable, "-m", MODULE, *words, *(["--verbose"] if options.console.verbose else []))
