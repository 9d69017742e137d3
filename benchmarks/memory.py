"""This process's memory, as Linux counts it: resident now, and at its peak since `reset_peak`."""

from __future__ import annotations

import re
from pathlib import Path

STATUS = Path("/proc/self/status")


def reset_peak() -> None:
    """Let the peak count from now on."""
    Path("/proc/self/clear_refs").write_text("5")


def resident() -> int:
    """Return the bytes that are resident now."""
    return _bytes("VmRSS")


def peak() -> int:
    """Return the most bytes that were resident since `reset_peak`."""
    return _bytes("VmHWM")


def _bytes(name: str) -> int:
    found = re.search(rf"{name}:\s+(\d+) kB", STATUS.read_text())
    assert found is not None
    return int(found[1]) * 1024
