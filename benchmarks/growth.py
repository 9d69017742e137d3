"""Measure growth: inserting and loading 1,000 to 1,000,000 objects, and the memory that it takes.

    python -m benchmarks.growth [--most N]

Each size runs in its own process. Its memory is the peak of resident memory minus what was resident
when the rows were ready; a small size may fit into memory that the process has already.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks import memory

ROOT = Path(__file__).parent.parent
SIZES = (1_000, 10_000, 100_000, 1_000_000)


def child(size: int) -> None:
    """Insert so many objects, load them in a new session; print seconds and peak memory."""
    from benchmarks.workloads import raw, sqlalchemy_orm

    session = sqlalchemy_orm.empty()
    keys = ("name", "email", "age", "city")
    rows = [dict(zip(keys, row, strict=True)) for row in raw.people(size)]
    memory.reset_peak()
    before = memory.resident()
    began = time.perf_counter()
    session.add_all([sqlalchemy_orm.Person(**row) for row in rows])
    session.commit()
    inserted = time.perf_counter() - began
    del rows
    session.expunge_all()
    began = time.perf_counter()
    found = session.query(sqlalchemy_orm.Person).all()
    loaded = time.perf_counter() - began
    assert len(found) == size
    print(json.dumps({"insert": inserted, "load": loaded, "memory": memory.peak() - before}))


def measured(most: int = SIZES[-1]) -> dict[int, dict[str, float]]:
    """Return for each size the seconds of insert and load, and the bytes at the peak."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "ORMTUTOR_ALIAS": "1"}
    found: dict[int, dict[str, Any]] = {}
    for size in SIZES:
        if size <= most:
            words = [sys.executable, "-m", "benchmarks.growth", "--child", str(size)]
            told = subprocess.run(
                words, check=True, env=environment, stdout=subprocess.PIPE, text=True
            )
            found[size] = json.loads(told.stdout)
    return found


def table(figures: dict[int, dict[str, float]]) -> str:
    """Return a Markdown table of microseconds and bytes for each object."""
    lines = [
        "| objects | insert, µs each | load, µs each | peak, bytes each |",
        "|--:|--:|--:|--:|",
    ]
    for size, found in figures.items():
        insert, load = (found[name] / size * 1e6 for name in ("insert", "load"))
        lines.append(f"| {size:,} | {insert:.1f} | {load:.1f} | {found['memory'] / size:,.0f} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=SIZES[-1])
    parser.add_argument("--child", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        child(arguments.child)
    else:
        print(table(measured(arguments.most)))


if __name__ == "__main__":
    main()
