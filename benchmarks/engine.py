"""Measure the engine: the workloads of `workloads/` on each library, as ratios to raw sqlite3.

    python -m benchmarks.engine [--rounds N] [--only NAME ...] [--libraries NAME ...]

Each library runs in its own process (`--child`), which reads one request a line and answers with
seconds and a checksum. See README.md for how the figures are obtained.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import operator
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

from benchmarks import memory, peers
from tests.oracle.releases import installed

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Library:
    """The module of a library's workloads, and a function that returns the library's folder."""

    name: str
    module: str
    folder: Callable[[], Path] | None = None
    alias: bool = False

    def environment(self) -> dict[str, str]:
        """Return the environment of its process."""
        path = [str(self.folder())] if self.folder else []
        alias = "1" if self.alias else ""
        paths = os.pathsep.join([*path, str(ROOT)])
        return {**os.environ, "PYTHONPATH": paths, "ORMTUTOR_ALIAS": alias}


LIBRARIES = [
    Library("raw", "benchmarks.workloads.raw"),
    Library("miniorm", "benchmarks.workloads.sqlalchemy_orm", alias=True),
    Library("sqlalchemy 1.4", "benchmarks.workloads.sqlalchemy_orm", lambda: installed("1.4")),
    Library("sqlalchemy 2.1", "benchmarks.workloads.sqlalchemy_orm", lambda: installed("2.1")),
    Library("peewee", "benchmarks.workloads.peewee_orm", lambda: peers.library("peewee")),
    Library("pony", "benchmarks.workloads.pony_orm", lambda: peers.library("pony")),
]

# Workload -> the goals, as ratios to raw and to the best peer. In `build_and_render` raw just
# writes a text, so it cannot be compared.
GOALS: dict[str, tuple[float | None, float]] = {
    "insert_10k": (3.0, 0.30),
    "load_10k": (2.2, 0.45),
    "rows_10k": (1.5, 0.55),
    "gets_warm": (8.0, 0.15),
    "gets_cold": (3.5, 0.35),
    "filter_by_first": (6.0, 0.35),
    "lazy": (3.0, 0.25),
    "joined": (2.5, 0.45),
    "selectin": (2.5, 0.40),
    "update_5k": (5.0, 0.35),
    "delete_cascade": (5.0, 0.60),
    "many_to_many": (3.5, 0.40),
    "build_and_render": (None, 0.9),
    "bytes_per_entity": (650 / 304, 0.85),
}
PEERS = ("sqlalchemy 1.4", "sqlalchemy 2.1", "peewee", "pony")
Figures = dict[str, list[float]]
"""Library -> what was measured, round by round."""


def child(module: str) -> None:
    """Answer each request on stdin with the workload's seconds (or bytes) and checksum, as JSON."""
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


def resident_bytes(module: str) -> float:
    """Return how much the peak of resident memory grows for each of 10,000 loaded entities."""
    load = importlib.import_module(module).load_10k(keep=True)
    gc.collect()
    memory.reset_peak()
    before = memory.resident()
    kept = load()
    return (memory.peak() - before) / len(kept)


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
        environment = library.environment()
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


def ratio(found: Figures, one: str, other: str) -> float:
    """Return the median of the ratios within the rounds."""
    return statistics.median(map(operator.truediv, found[one], found[other]))


def best_peer(found: Figures) -> str:
    """Return the peer with the lowest median."""
    return min(
        (name for name in PEERS if name in found), key=lambda name: statistics.median(found[name])
    )


def figures(runners: list[Runner], workload: str, rounds: int, collector: bool) -> Figures:
    """Return the seconds (or bytes) of each library, round by round, without the first round."""
    found: Figures = {runner.library.name: [] for runner in runners}
    for number in range(rounds + 1):
        shift = number % len(runners)
        order = runners[shift:] + runners[:shift]
        answers = {runner.library.name: runner.measure(workload, collector) for runner in order}
        checksums = {name: answer["checksum"] for name, answer in answers.items()}
        if len({json.dumps(checksum) for checksum in checksums.values()}) > 1:
            raise SystemExit(f"{workload}: the libraries disagree: {checksums}")
        if number == 0:
            continue
        for name, answer in answers.items():
            found[name].append(answer["figure"])
    return found


def resident_memory(rounds: int) -> dict[str, float]:
    """Return the resident bytes of a loaded entity in each library, each time in a new process."""
    found: dict[str, list[float]] = {library.name: [] for library in LIBRARIES}
    for _ in range(rounds):
        for library in LIBRARIES:
            words = [sys.executable, "-m", "benchmarks.engine", "--resident", library.module]
            told = subprocess.run(
                words, check=True, env=library.environment(), stdout=subprocess.PIPE, text=True
            )
            found[library.name].append(float(told.stdout))
    return {name: statistics.median(each) for name, each in found.items()}


def import_times(rounds: int) -> dict[str, float]:
    """Return the median milliseconds that an import adds to `python -c pass`."""
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
    """Return the processes of raw, to which all are compared, and of the named libraries."""
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
    parser.add_argument("--resident", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        child(arguments.child)
        return
    if arguments.resident:
        print(resident_bytes(arguments.resident))
        return
    runners = started(arguments.libraries)
    names = [runner.library.name for runner in runners]
    print(f"| workload | goal | {' | '.join(names)} |")
    print(f"|---|--:|{'--:|' * len(names)}")
    for workload in arguments.only:
        found = figures(runners, workload, arguments.rounds, not arguments.no_collector)
        goal = GOALS[workload][0]
        cells = " | ".join(f"{ratio(found, name, 'raw'):.2f}" for name in names)
        print(f"| {workload} | {f'{goal:.1f}' if goal else '-'} | {cells} |", flush=True)
    for runner in runners:
        runner.close()
    for name, milliseconds in import_times(arguments.rounds).items():
        print(f"import {name}: {milliseconds:.0f} ms over `python -c pass`")


if __name__ == "__main__":
    main()
