"""The command line: parse, call the workflow, choose the exit code. Nothing else exits."""

import gc

RARELY = (100_000, 50, 100)
"""When Python looks for objects that hold each other. Records stream by the million and hardly ever do; looking as
often as by default took a quarter of the time of a plan (`tests/bench/test_planning.py`), for no less memory."""


def main() -> None:
    """Run the command line; the entry point of `dirsync`."""
    from dirsync.cli.app import app

    gc.set_threshold(*RARELY)
    app(prog_name="dirsync")
