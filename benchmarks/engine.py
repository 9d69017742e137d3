"""Measure the engine: the workloads of `workloads/` on each library, as ratios to raw sqlite3.

    python -m benchmarks.engine [--rounds N] [--only NAME ...] [--libraries NAME ...]

Each library runs in a process of its own (`--child`), which reads a workload's name a line and
answers with seconds and a checksum. See README.md for how the figures come about.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import os
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import peers
from tests.oracle.releases import installed

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Library:
    """Where a library's workloads stand, and what gives the folder that comes first on the path."""

    name: str
    module: str
    folder: Callable[[], Path] | None = None
    alias: bool = False


LIBRARIES = [
    Library("raw", "benchmarks.workloads.raw"),
    Library("miniorm", "benchmarks.workloads.sqlalchemy_orm", alias=True),
    Library("sqlalchemy 1.4", "benchmarks.workloads.sqlalchemy_orm", lambda: installed("1.4")),
    Library("sqlalchemy 2.1", "benchmarks.workloads.sqlalchemy_orm", lambda: installed("2.1")),
    Library("peewee", "benchmarks.workloads.peewee_orm", lambda: peers.library("peewee")),
    Library("pony", "benchmarks.workloads.pony_orm", lambda: peers.library("pony")),
]

# Workload -> the goal as a ratio to raw.
GOALS = {
    "insert_10k": 3.0,
    "load_10k": 2.2,
    "rows_10k": 1.5,
    "gets_warm": 8.0,
    "gets_cold": 3.5,
    "filter_by_first": 6.0,
    "lazy": 3.0,
    "joined": 2.5,
    "selectin": 2.5,
    "update_5k": 5.0,
    "delete_cascade": 5.0,
    "many_to_many": 3.5,
    "build_and_render": None,
    "bytes_per_entity": 650 / 304,
}


def child(module: str) -> None:
    """Answer each workload's name with its seconds (or bytes) and its checksum, as JSON."""
    workloads = importlib.import_module(module)
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(measure(workloads, request["workload"], request["collector"])), flush=True)


def measure(workloads: Any, name: str, collector: bool) -> dict[str, Any]:
    if name == "bytes_per_entity":
        return {"figure": bytes_per_entity(workloads), "checksum": None}
    run = getattr(workloads, name)()
    gc.collect()
    if not collector:
        gc.disable()
    begin = time.perf_counter()
    checksum = run()
    seconds = time.perf_counter() - begin
    gc.enable()
    return {"figure": seconds, "checksum": checksum}


def bytes_per_entity(workloads: Any) -> float:
    """Return the bytes that tracemalloc counts for each of 10,000 loaded entities."""
    load = workloads.load_10k(keep=True)
    load()
    load = workloads.load_10k(keep=True)
    gc.collect()
    tracemalloc.start()
    kept = load()
    gc.collect()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return size / len(kept)


class Runner:
    """One library's process."""

    def __init__(self, library: Library) -> None:
        self.library = library
        path = [str(library.folder())] if library.folder else []
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*path, str(ROOT)])}
        environment["ORMTUTOR_ALIAS"] = "1" if library.alias else ""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.engine", "--child", library.module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def close(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.wait()

    def measure(self, workload: str, collector: bool) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"workload": workload, "collector": collector}) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"{self.library.name} died in {workload}")
        return json.loads(answer)  # type: ignore[no-any-return]


def compare(runners: list[Runner], workload: str, rounds: int, collector: bool) -> dict[str, float]:
    """Return the median ratio to the first library for each library."""
    ratios: dict[str, list[float]] = {runner.library.name: [] for runner in runners}
    for number in range(rounds + 1):
        shift = number % len(runners)
        order = runners[shift:] + runners[:shift]
        answers = {runner.library.name: runner.measure(workload, collector) for runner in order}
        checksums = {name: answer["checksum"] for name, answer in answers.items()}
        if len({json.dumps(checksum) for checksum in checksums.values()}) > 1:
            raise SystemExit(f"{workload}: the libraries disagree: {checksums}")
        if number == 0:
            continue
        limit = answers[runners[0].library.name]["figure"]
        for name, answer in answers.items():
            ratios[name].append(answer["figure"] / limit)
    return {name: statistics.median(found) for name, found in ratios.items()}


def import_times(rounds: int) -> dict[str, float]:
    """Return milliseconds of an import over `python -c pass`, the median of the rounds."""
    programs = {
        "raw": ("import sqlite3", None),
        "miniorm": ("import ormtutor.miniorm, ormtutor.miniorm.orm", None),
        "sqlalchemy 1.4": ("import sqlalchemy, sqlalchemy.orm", installed("1.4")),
        "sqlalchemy 2.1": ("import sqlalchemy, sqlalchemy.orm", installed("2.1")),
        "peewee": ("import peewee", peers.library("peewee")),
        "pony": ("import pony.orm", peers.library("pony")),
    }
    found: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(rounds + 1):
        idle = seconds_of("pass", None)
        for name, (program, path) in programs.items():
            found[name].append((seconds_of(program, path) - idle) * 1000)
    return {name: statistics.median(times[1:]) for name, times in found.items()}


def seconds_of(program: str, path: Path | None) -> float:
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, [path and str(path), str(ROOT)])),
    }
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", program], check=True, env=environment)
    return time.perf_counter() - begin


def started(names: Collection[str]) -> list[Runner]:
    """Return the processes of raw, which is the measure, and of the libraries that are named."""
    wanted = [each for each in LIBRARIES if each.name == "raw" or each.name in names]
    return [Runner(library) for library in wanted]


def main() -> None:
    """Read the arguments and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="*", default=list(GOALS), choices=list(GOALS))
    parser.add_argument("--libraries", nargs="*", default=[library.name for library in LIBRARIES])
    parser.add_argument("--no-collector", action="store_true")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        child(arguments.child)
        return
    runners = started(arguments.libraries)
    names = [runner.library.name for runner in runners]
    print(f"| workload | goal | {' | '.join(names)} |")
    print(f"|---|--:|{'--:|' * len(names)}")
    for workload in arguments.only:
        ratios = compare(runners, workload, arguments.rounds, not arguments.no_collector)
        goal = GOALS[workload]
        cells = " | ".join(f"{ratios[name]:.2f}" for name in names)
        print(f"| {workload} | {f'{goal:.1f}' if goal else '-'} | {cells} |", flush=True)
    for runner in runners:
        runner.close()
    for name, milliseconds in import_times(arguments.rounds).items():
        print(f"import {name}: {milliseconds:.0f} ms over `python -c pass`")


if __name__ == "__main__":
    main()
