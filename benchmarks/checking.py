"""Measure the self-check: our quick check beside doctest and pytest on SQLAlchemy 1.4.

    python -m benchmarks.checking [--rounds N]

All take the same three lessons, each in a process of its own; ours compares the SQL as well. The
rounds rotate the order, the first is thrown away.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from tests.oracle.releases import installed

ROOT = Path(__file__).parent.parent
LESSONS = [str(path) for path in sorted((ROOT / "lessons").glob("0[1-3]*.md"))]
DOCTEST = (
    "import doctest, sys\n"
    "sys.exit(sum(doctest.testfile(p, module_relative=False).failed for p in sys.argv[1:]))"
)
PROGRAMS = {
    "limit: python -c pass": (["-c", "pass"], None),
    "ormtutor check --quick": (["-m", "ormtutor", "check", "--quick", *LESSONS], None),
    "doctest, SQLAlchemy 1.4": (["-c", DOCTEST, *LESSONS], "1.4"),
    "doctest, SQLAlchemy 2.1": (["-c", DOCTEST, *LESSONS], "2.1"),
    "pytest, SQLAlchemy 1.4": (
        ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--doctest-glob=*.md", *LESSONS],
        "1.4",
    ),
    "pytest --ormtutor": (
        ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--ormtutor", *LESSONS],
        None,
    ),
}


def measured(rounds: int) -> dict[str, float]:
    """Return the median milliseconds of each."""
    found: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    names = list(PROGRAMS)
    for number in range(rounds + 1):
        shift = number % len(names)
        for name in names[shift:] + names[:shift]:
            milliseconds = run(*PROGRAMS[name])
            if number:
                found[name].append(milliseconds)
    return {name: statistics.median(times) for name, times in found.items()}


def run(words: list[str], release: str | None) -> float:
    """Run a program to its end; return milliseconds."""
    path = [str(installed(release))] if release else []
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*path, str(ROOT)])}
    began = time.perf_counter()
    subprocess.run([sys.executable, *words], check=True, env=environment, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - began) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    for name, milliseconds in measured(parser.parse_args().rounds).items():
        print(f"{name:28} {milliseconds:8.0f} ms")


if __name__ == "__main__":
    main()
