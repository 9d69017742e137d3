"""Measure consoles on a real pty: start, first frame, key to echo, Enter to result, memory.

    python -m benchmarks.console [--rounds N] [--only NAME ...]

Each console starts in its own pty, 140x40; the order changes in each round, and the first round
does not count. IPython, ptpython, bpython and litecli are installed first (peers.py). Only ratios
within one run mean anything. See README.md.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import re
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyte

from benchmarks import peers

HERE = Path(__file__).parent
ROWS, COLUMNS = 40, 140
PATIENCE = 20.0
KEYS = 30
WORD = "wxzq" * KEYS
INPUTS = 12
# A program asks the terminal with this where the cursor is.
CURSOR_ASKED = b"\x1b[6n"


@dataclass(frozen=True)
class Console:
    """How to start a console, what its prompt is, how to ask for a product and how it answers."""

    name: str
    command: list[str]
    prompt: str
    again: str = ""
    """A pattern for the later prompts, if they differ from the first one."""
    asks: str = "{0} * 1001"
    tells: str = "{0}"


def consoles() -> list[Console]:
    """Return the limit, our own console, and its peers."""
    folder = peers.consoles()
    return [
        Console("python -q", [sys.executable, "-q"], ">>> "),
        Console("limit", [sys.executable, str(HERE / "workloads/least_console.py")], ">>> "),
        Console("ormtutor", [sys.executable, "-m", "ormtutor", "mapping"], ">>> "),
        Console("IPython", [str(folder / "ipython"), "--no-banner"], "In [1]: ", r"In \[\d+\]: "),
        Console("ptpython", [str(folder / "ptpython")], ">>> "),
        Console("bpython", [str(folder / "bpython")], ">>> "),
        Console("litecli", [str(folder / "litecli"), ":memory:"], "> ", asks="select {0} * 1001;"),
    ]


class Terminal:
    """A console on a pty, and its screen."""

    def __init__(self, console: Console, home: str) -> None:
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self.stream = pyte.ByteStream(self.screen)
        self.began = time.perf_counter()
        self.pid, self.descriptor = os.forkpty()
        if self.pid == 0:
            environment = {
                **os.environ,
                "TERM": "xterm-256color",
                "HOME": home,
                "ORMTUTOR_HOME": home,
            }
            os.execvpe(console.command[0], console.command, environment)
        size = struct.pack("HHHH", ROWS, COLUMNS, 0, 0)
        fcntl.ioctl(self.descriptor, termios.TIOCSWINSZ, size)

    @property
    def text(self) -> str:
        return "\n".join(self.screen.display)

    def send(self, text: str) -> None:
        os.write(self.descriptor, text.encode())

    def wait(self, is_there: Callable[[], bool]) -> float:
        """Read until something is on the screen; return the time at which it was read."""
        moment = time.perf_counter()
        until = moment + PATIENCE
        while not is_there():
            if time.perf_counter() > until:
                raise TimeoutError(self.text)
            if select.select([self.descriptor], [], [], 0.1)[0]:
                data = os.read(self.descriptor, 65536)
                moment = time.perf_counter()
                self.stream.feed(data)
                if CURSOR_ASKED in data:
                    cursor = self.screen.cursor
                    self.send(f"\x1b[{cursor.y + 1};{cursor.x + 1}R")
        return moment

    def memory(self) -> int:
        """Return the resident kibibytes of the console and its children."""
        return sum(map(resident, family(self.pid)))

    def close(self) -> None:
        for pid in family(self.pid):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        os.waitpid(self.pid, 0)
        os.close(self.descriptor)


def family(pid: int) -> Iterator[int]:
    """Yield a process and its descendants."""
    yield pid
    children = Path(f"/proc/{pid}/task/{pid}/children")
    for child in children.read_text().split() if children.exists() else ():
        yield from family(int(child))


def resident(pid: int) -> int:
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) if found else 0


@contextmanager
def running(console: Console, home: str) -> Iterator[Terminal]:
    terminal = Terminal(console, home)
    try:
        yield terminal
    finally:
        terminal.close()


def measure(console: Console, home: str) -> dict[str, float]:
    """Run one console once; return milliseconds, and memory in MiB."""
    found: dict[str, float] = {}
    with running(console, home) as terminal:
        painted = terminal.wait(lambda: bool(terminal.text.strip()))
        found["first frame"] = painted - terminal.began
        terminal.wait(lambda: console.prompt in terminal.text)
        terminal.send("q")
        usable = terminal.wait(lambda: f"{console.prompt}q" in terminal.text)
        found["usable prompt"] = usable - terminal.began
        found["key to echo"], found["key to echo, p95"] = echo(console, terminal)
        found["Enter to result"] = statistics.median(
            answer(console, terminal, 137 + number) for number in range(INPUTS)
        )
        found["next prompt"] = statistics.median(
            next_prompt(console, terminal, 337 + number) for number in range(INPUTS)
        )
        memory = terminal.memory() / 1024
    return {name: seconds * 1000 for name, seconds in found.items()} | {"memory": memory}


def echo(console: Console, terminal: Terminal) -> tuple[float, float]:
    """Type a word key by key; return the median and the 95th percentile in seconds."""
    times = []
    for number in range(1, KEYS + 1):
        shown = f"{console.prompt}q{WORD[:number]}"
        began = time.perf_counter()
        terminal.send(WORD[number - 1])
        times.append(terminal.wait(lambda shown=shown: shown in terminal.text) - began)
    terminal.send("\x15")
    terminal.wait(lambda: f"{console.prompt}q" not in terminal.text)
    times.sort()
    return statistics.median(times), times[int(len(times) * 0.95)]


def answer(console: Console, terminal: Terminal, number: int) -> float:
    """Let the console multiply; return the seconds from Enter to the product on the screen."""
    product = console.tells.format(number * 1001)
    asked = console.asks.format(number)
    terminal.send(asked)
    terminal.wait(lambda: asked in terminal.text)
    began = time.perf_counter()
    terminal.send("\r")
    return terminal.wait(lambda: product in terminal.text) - began


def next_prompt(console: Console, terminal: Terminal, number: int) -> float:
    """Return the seconds from Enter until the cursor is after a prompt below the result."""
    product = console.tells.format(number * 1001)
    asked = console.asks.format(number)
    terminal.send(asked)
    terminal.wait(lambda: asked in terminal.text)
    prompt = re.compile((console.again or re.escape(console.prompt)) + "$")

    def stands() -> bool:
        cursor = terminal.screen.cursor
        before = terminal.screen.display[cursor.y][: cursor.x]
        return product in terminal.text and prompt.search(before) is not None

    began = time.perf_counter()
    terminal.send("\r")
    return terminal.wait(stands) - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--only", nargs="*")
    options = parser.parse_args()
    known = [each for each in consoles() if not options.only or each.name in options.only]
    print(table(measured(known, options.rounds)))


def measured(known: list[Console], rounds: int) -> dict[str, dict[str, float]]:
    """Return the medians of each console, in milliseconds and MiB."""
    figures: dict[str, list[dict[str, float]]] = {console.name: [] for console in known}
    with tempfile.TemporaryDirectory() as home:
        for number in range(rounds + 1):
            shift = number % len(known)
            for console in known[shift:] + known[:shift]:
                found = measure(console, home)
                if number:
                    figures[console.name].append(found)
    return {
        name: {what: statistics.median(each[what] for each in found) for what in found[0]}
        for name, found in figures.items()
    }


def table(figures: dict[str, dict[str, float]]) -> str:
    """Return a Markdown table, in milliseconds and MiB."""
    names = list(next(iter(figures.values())))
    lines = [f"| console | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    for console, medians in figures.items():
        cells = " | ".join(f"{medians[name]:.1f}" for name in names)
        lines.append(f"| {console} | {cells} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
