"""The command line: parse, call the workflow, choose the exit code. Nothing else exits."""


def main() -> None:
    """Run the command line; the entry point of `dirsync`."""
    from dirsync.cli.app import app

    app(prog_name="dirsync")
