"""Measure the self-check: our quick check beside doctest and pytest on SQLAlchemy.

    python -m benchmarks.checking [--rounds N]

All check the same three lessons, each in its own process; ours compares the SQL, too. The order
changes in each round; the first round does not count. "Checking alone" begins when everything is
imported and the kernels have started; it is measured inside the process.
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
PYTEST = ["-m", "pytest", "-q", "-p", "no:cacheprovider"]
DOCTEST_ALONE = (
    "import doctest, sys, time, sqlalchemy.orm\n"
    "began = time.perf_counter()\n"
    "for path in sys.argv[1:]:\n"
    "    assert not doctest.testfile(path, module_relative=False).failed\n"
    "print((time.perf_counter() - began) * 1000)"
)
OURS_ALONE = (
    "import sys, time\n"
    "from pathlib import Path\n"
    "from ormtutor.runner import check_files\n"
    "from ormtutor.replay import HASH_SEEDS, Kernels\n"
    "paths = [*map(Path, sys.argv[1:])]\n"
    "kernels = Kernels(hash_seed=HASH_SEEDS[0], ahead=len(paths))\n"
    "kernels.prepare()\n"
    "for kernel in kernels._spares:\n"
    "    kernel.start()\n"
    "    kernel.run(\"__import__('sqlalchemy.orm')\", mode='setup')\n"
    "began = time.perf_counter()\n"
    "reports = check_files(paths, is_quick=True, jobs=2, kernels=kernels)\n"
    "print((time.perf_counter() - began) * 1000)\n"
    "assert all(report.is_ok for report in reports)\n"
    "kernels.close()"
)
COMPILE_ALONE = (
    "import doctest, sys, time\n"
    "from pathlib import Path\n"
    "began = time.perf_counter()\n"
    "for path in sys.argv[1:]:\n"
    "    for one in doctest.DocTestParser().get_examples(Path(path).read_text()):\n"
    "        compile(one.source, path, 'single')\n"
    "print((time.perf_counter() - began) * 1000)"
)
ALONE = {
    "limit: compile only": (["-c", COMPILE_ALONE, *LESSONS], None),
    "ormtutor": (["-c", OURS_ALONE, *LESSONS], None),
    "doctest, SQLAlchemy 1.4": (["-c", DOCTEST_ALONE, *LESSONS], "1.4"),
    "doctest, SQLAlchemy 2.1": (["-c", DOCTEST_ALONE, *LESSONS], "2.1"),
}
PROGRAMS = {
    "limit: python -c pass": (["-c", "pass"], None),
    "ormtutor check --quick": (["-m", "ormtutor", "check", "--quick", *LESSONS], None),
    "doctest, SQLAlchemy 1.4": (["-c", DOCTEST, *LESSONS], "1.4"),
    "doctest, SQLAlchemy 2.1": (["-c", DOCTEST, *LESSONS], "2.1"),
    "pytest, SQLAlchemy 1.4": (
        [*PYTEST, "--doctest-glob=*.md", *LESSONS],
        "1.4",
    ),
    "pytest --ormtutor-quick": ([*PYTEST, "--ormtutor", "--ormtutor-quick", *LESSONS], None),
}


def measured(rounds: int, *, alone: bool = False) -> dict[str, float]:
    """Return the median milliseconds of each program: the whole process, or checking `alone`."""
    programs = ALONE if alone else PROGRAMS
    found: dict[str, list[float]] = {name: [] for name in programs}
    names = list(programs)
    for number in range(rounds + 1):
        shift = number % len(names)
        for name in names[shift:] + names[:shift]:
            whole, told = run(*programs[name])
            if number:
                found[name].append(float(told) if alone else whole)
    return {name: statistics.median(times) for name, times in found.items()}


def run(words: list[str], release: str | None) -> tuple[float, str]:
    """Run a program to its end; return milliseconds and what it printed."""
    path = [str(installed(release))] if release else []
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*path, str(ROOT)])}
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *words], check=True, env=environment, stdout=subprocess.PIPE, text=True
    )
    return (time.perf_counter() - began) * 1000, done.stdout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    for alone in (False, True):
        print("checking alone" if alone else "whole process")
        for name, milliseconds in measured(rounds, alone=alone).items():
            print(f"  {name:28} {milliseconds:8.0f} ms")


if __name__ == "__main__":
    main()
