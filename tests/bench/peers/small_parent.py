"""Starts one command, waits for it, and writes what it used to a file: `small_parent.py FILE SECONDS COMMAND…`.

A program of its own, and small, because a child is charged with the memory of whoever started it until it has become
its own program (vfork(2)): below pytest, ldapsearch would seem to hold 200 MiB.
"""

import json
import os
import signal
import sys
import time

said, patience, *command = sys.argv[1:]
began = time.perf_counter()
child = os.posix_spawnp(command[0], command, os.environ)
signal.signal(signal.SIGALRM, lambda *_: os.kill(child, signal.SIGKILL))
signal.alarm(int(patience))
_, status, used = os.wait4(child, 0)
wall = time.perf_counter() - began
with open(said, "w", encoding="utf-8") as file:  # noqa: PTH123 - pathlib would make this process three times as large
    cpu, peak = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    json.dump({"wall": wall, "cpu": cpu, "peak": peak, "code": os.waitstatus_to_exitcode(status)}, file)
