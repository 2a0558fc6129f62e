"""`python -m dirsync.cli.child …`: dirsync as a worker starts it. It must not outlive who started it."""

import os
import signal
import sys
import threading
import time

GRACE_SECONDS = 120
"""For the Change in flight. Then it ends the hard way, which the journal bears."""


def end_with(pipe: int) -> None:
    """Wait until the pipe's other end is gone, and then ask this process to stop, as SIGTERM does."""
    while os.read(pipe, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    threading.Thread(target=end_with, args=[sys.stdin.fileno()], daemon=True).start()

    from dirsync.cli import main

    main()
