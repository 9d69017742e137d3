"""Two outcomes of one program: where they differ, after applying the closed list."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path
from typing import Any

from ormtutor.differences import DIFFERENCES
from tests.oracle.generator import Program
from tests.oracle.releases import ROOT, installed

RUNNER = Path(__file__).parent / "runner.py"


@dataclass(frozen=True)
class Outcome:
    """What a program did on one engine; see runner.py."""

    output: list[str]
    error: str
    warnings: list[str]
    log: list[list[Any]]
    tables: dict[str, list[str]]


class Engine:
    """A child process that runs programs on one engine; ours may be watched, see watch.py."""

    def __init__(self, name: str, path: Path | None = None, watched: str = "") -> None:
        self.name = name
        self.path = path
        self.watched = watched
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> subprocess.Popen[str]:
        path = os.pathsep.join(str(found) for found in (self.path, ROOT) if found)
        environment = {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "0"}
        self.process = subprocess.Popen(
            [sys.executable, str(RUNNER), self.name, self.watched],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        return self.process

    def run(self, source: str, name: str = "program", order: int = 0) -> Outcome:
        process = self.process or self.start()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps({"source": source, "name": name, "order": order}) + "\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        if not answer:
            self.process = None
            return Outcome([], f"{self.name} died", [], [], {})
        return Outcome(**json.loads(answer))

    def stop(self) -> None:
        if self.process is not None:
            self.process.communicate()
            self.process = None


def engines() -> tuple[Engine, Engine]:
    """Return miniorm and the oracle."""
    return Engine("miniorm"), Engine("sqlalchemy", installed("1.4"))


# A shared column outside of a wrapped SELECT: its label is numbered after one underscore.
SHARED_OUTSIDE = re.compile(r", (anon_\d+\.\w+) AS (\w+)_\d+\b")
# The objects in a circle are printed as a set, in no certain order.
CIRCLE = re.compile(r"(Circular dependency detected\.).*", re.DOTALL)


def spelled(text: str) -> str:
    for difference in DIFFERENCES:
        text = difference.text(text)
    return CIRCLE.sub(r"\1", without_shared_columns(text))


def without_shared_columns(sql: str) -> str:
    """Return the SELECT without the columns that are repeated because an entity has them, too."""
    for difference in DIFFERENCES:
        sql = difference.sql(sql)
    return SHARED_OUTSIDE.sub(
        lambda found: "" if f"{found[1]} AS {found[2]}," in sql else found[0], sql
    )


def comparable(outcome: Outcome) -> Outcome:
    """Return an outcome as the closed list has it: the oracle's becomes ours."""
    log = [
        [entry[0], without_shared_columns(entry[1]), *entry[2:]] if entry[1:] else entry
        for entry in outcome.log
    ]
    return replace(
        outcome,
        output=[spelled(line) for line in outcome.output],
        error=spelled(outcome.error),
        log=unordered_flushes(log),
    )


# In so many orders of its sets the oracle runs a program on which the engines differ.
ORDERS = 64
WRITES = re.compile(r"(?:INSERT INTO|UPDATE|DELETE FROM) (\S+)")


def unordered_flushes(log: list[list[Any]]) -> list[list[Any]]:
    """Return the log with what is written between two printed lines sorted by table.

    SQLAlchemy handles tables that do not depend on each other in the order of a set, so that even
    two of its own runs differ. Within a table the order is kept. If a statement failed, only that
    is kept: how much had been written by then depends on the order.
    """
    found: list[list[Any]] = []
    part: list[list[Any]] = []
    for entry in [*log, ["END"]]:
        if part and (not entry[1:] or entry[4] != part[0][4]):
            found.extend(unordered(part))
            part = []
        if entry[1:]:
            part.append(entry)
        else:
            found.append(entry)
    return found


def unordered(part: list[list[Any]]) -> list[list[Any]]:
    if any(entry[-1] == "failed" for entry in part):
        return [["FAILED"]]
    if any(WRITES.match(entry[1]) for entry in part):
        part = sorted(part, key=table_written)
    # On the oracle's stack, reflection by a learner looks like that by create_all().
    return [entry[: 3 if entry[1].startswith("PRAGMA") else 4] for entry in part]


def table_written(entry: list[Any]) -> str:
    written = WRITES.match(entry[1])
    return f"write {written[1]}" if written else f"read {entry[1]} {entry[2]}"


def before_overflow(outcome: Outcome) -> Outcome:
    """Return what was done until Python's stack overflowed, if it did.

    Two engines have loaded endless chains to different depths by then.
    """
    output = list(takewhile(lambda line: "RecursionError" not in line, outcome.output))
    if output == outcome.output:
        return outcome
    log = takewhile(lambda entry: not entry[1:] or entry[4] < len(output), outcome.log)
    return Outcome(output, "", [], list(log), {})


def differences(ours: Outcome, oracle: Outcome) -> list[str]:
    """Return what differs, in words; empty if the two outcomes are equal."""
    mine, theirs = comparable(before_overflow(ours)), comparable(before_overflow(oracle))
    found = []
    for part in ("output", "error", "warnings", "log", "tables"):
        left, right = getattr(mine, part), getattr(theirs, part)
        if left != right:
            found.append(f"{part}: {first_difference(left, right)}")
    return found


def first_difference(ours: Any, theirs: Any) -> str:
    if isinstance(ours, list):
        for number, (left, right) in enumerate(zip(ours, theirs, strict=False)):
            if left != right:
                return f"at {number}\n  ours:   {left}\n  oracle: {right}"
        more, who = (ours, "ours") if len(ours) > len(theirs) else (theirs, "oracle")
        return f"only {who} has {more[min(len(ours), len(theirs))]}"
    return f"\n  ours:   {ours}\n  oracle: {theirs}"


def disagreement(source: str, ours: Engine, oracle: Engine, orders: int = ORDERS) -> list[str]:
    """Return how a program's outcome on miniorm differs from the oracle's in every set order.

    On the oracle, one program in ten depends on the order of a set of mappers or states: then the
    outcome in any of these orders is right.
    """
    return disagreement_of(ours.run(source), source, oracle, orders)


def disagreement_of(mine: Outcome, source: str, oracle: Engine, orders: int = ORDERS) -> list[str]:
    """Return the same for a program whose outcome on miniorm is known."""
    found = differences(mine, oracle.run(source))
    for order in range(1, orders if found else 0):
        if not differences(mine, oracle.run(source, order=order)):
            return []
    return found


def first_of(found: list[str]) -> str:
    """Return the first difference without its numbers, which change when blocks are left out."""
    return re.sub(r"\d+", "", found[0]) if found else ""


SHRINKING_SECONDS = 60.0
"""How long to look for a smaller program that fails."""


def shrink(program: Program, ours: Engine, oracle: Engine) -> Program:
    """Return the program without the blocks that are not needed for the engines to differ so."""
    wanted = first_of(disagreement(program.source, ours, oracle))
    body = list(program.body)
    size = max(1, len(body) // 2)
    until = time.monotonic() + SHRINKING_SECONDS
    while size and time.monotonic() < until:
        start = 0
        while start < len(body) and time.monotonic() < until:
            shorter = body[:start] + body[start + size :]
            candidate = Program(program.seed, program.opening, shorter)
            if first_of(disagreement(candidate.source, ours, oracle)) == wanted:
                body = shorter
            else:
                start += size
        size //= 2
    return Program(program.seed, program.opening, body)
