"""Limits: how much memory the learner's code may take; and a crash leaves no core file.

Before: __main__.py starts.
Here:   a soft limit above what the process has at its start, so that `bytearray(8 << 30)` is a
        MemoryError and the machine does not swap; the kernel's own work has a reserve beyond it.
After:  executor.py runs the learner's code within it. Windows, and in part macOS, have no limits.

Not a sandbox: a lesson is a program, as any test suite is.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LEARNERS = 1 << 30  # bytes above the start
RESERVE = 64 << 20  # for the kernel's own work, when the learner's code has taken everything


class MemoryLimit:
    """The memory limit of this process: a little higher outside the learner's code."""

    def __init__(self) -> None:
        self._soft = 0
        if sys.platform == "win32":
            return
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        size = _size_now()
        if size and hard == resource.RLIM_INFINITY:
            self._soft = size + LEARNERS
            self._set(self._soft + RESERVE)

    @contextmanager
    def for_learner(self) -> Iterator[None]:
        """Within the block, hold the process to the learner's share."""
        self._set(self._soft)
        try:
            yield
        finally:
            self._set(self._soft + RESERVE)

    def _set(self, size: int) -> None:
        if self._soft and sys.platform != "win32":
            import resource

            resource.setrlimit(resource.RLIMIT_AS, (size, resource.RLIM_INFINITY))


def _size_now() -> int:
    """Return the bytes of address space in use; 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
