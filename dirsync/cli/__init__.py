"""The command line: parse, call the workflow, choose the exit code. Nothing else exits."""

import gc
import sys

from dirsync import __version__

RARELY = (100_000, 50, 100)
"""When Python looks for objects that hold each other. Records stream by the million and hardly ever do; looking as
often as by default took a quarter of the time of a plan (`tests/bench/test_planning.py`), for no less memory."""


def main() -> None:
    """Run the command line; the entry point of `dirsync`.

    The version alone is told before anything else is imported: package managers and inventories ask for it often.
    """
    if sys.argv[1:] == ["--version"]:
        print(f"dirsync {__version__}")  # noqa: T201 - the console would have to be imported
        return
    try:
        _start()
    except KeyboardInterrupt:  # Ctrl-C before there is a command that could hear of it
        from dirsync.errors import ExitCode

        sys.exit(ExitCode.INTERRUPTED)


def _start() -> None:
    gc.set_threshold(*RARELY)

    from dirsync.cli.app import app
    from dirsync.cli.completing import answer_the_shell, is_asked_by_a_shell
    from dirsync.log.libraries import listen_to_threads

    if is_asked_by_a_shell():
        answer_the_shell(app)
    listen_to_threads()

    app(prog_name="dirsync")
