"""Runs a program and says how long it took, on how much processor time, and how much memory it had at most.

Memory is the kernel's own peak of the resident set (wait4), of that process alone. Only the process that was
started here is ever ended, when its time is over.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path


class Failed(Exception):
    """A program that ended with an error, or not in time."""


@dataclass(frozen=True)
class Taken:
    """What one run took."""

    seconds: float
    cpu_seconds: float
    peak_mib: float
    output: str


def run(command: list[str | Path], *, seconds_max: float = 3600, stdin: Path | None = None) -> Taken:
    """Runs to the end; standard output is returned, standard error is shown when it fails."""
    words = [str(word) for word in command]
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        began = time.perf_counter()
        with open(stdin or os.devnull, "rb") as given:
            child = subprocess.Popen(words, stdin=given, stdout=out, stderr=err)
        late = threading.Event()
        timer = threading.Timer(seconds_max, lambda: (late.set(), child.kill()))
        timer.start()
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - began
        timer.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0), err.seek(0)
        if child.returncode != 0:
            reason = f"took more than {seconds_max} s" if late.is_set() else f"ended with {child.returncode}"
            raise Failed(f"{' '.join(words)}\n{reason}\n{err.read()[-4000:]}")
        return Taken(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, out.read())
