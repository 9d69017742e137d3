"""Measure a kernel's restart and the replay of 200 inputs, for which a learner waits after `:undo`.

    python -m benchmarks.replaying [--rounds N]

The limit is a Python process that imports the engine and runs the same inputs without recording
anything. The first round does not count.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from ormtutor.kernel.client import Kernel
from ormtutor.replay import Entry, Replica

ROOT = Path(__file__).parent.parent
SETUP = [
    "from sqlalchemy import create_engine, Column, Integer, String",
    "from sqlalchemy.orm import declarative_base, sessionmaker",
    "Base = declarative_base()",
    "class User(Base):\n    __tablename__ = 'users'\n    id = Column(Integer, primary_key=True)\n"
    "    name = Column(String)\n",
    "engine = create_engine('sqlite://')",
    "Base.metadata.create_all(engine)",
    "session = sessionmaker(engine)()",
]
TYPED = ["session.add(User(name='ed'))", "session.commit()", "session.query(User).count()", "1 + 1"]
INPUTS = (SETUP + TYPED * 50)[:200]
LIMIT = (
    "import sys; sys.path[:0] = [sys.argv[1]]\n"
    "import ormtutor.kernel.alias as alias; alias.open_door('miniorm', {})\n"
    "names = {'__name__': '__main__'}\n"
    f"for source in {INPUTS!r}: exec(compile(source, '<input>', 'single'), names)\n"
)


def measured(rounds: int) -> dict[str, float]:
    """Return the median milliseconds of our replay and of the limit."""
    found: dict[str, list[float]] = {"limit": [], "ormtutor": []}
    for number in range(rounds + 1):
        limit, ours = alone(), replayed()
        if number:
            found["limit"].append(limit)
            found["ormtutor"].append(ours)
    return {name: statistics.median(times) for name, times in found.items()}


def alone() -> float:
    """Run the inputs in a plain Python process; return milliseconds."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", LIMIT, str(ROOT)],
        check=True,
        stdout=subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
    )
    return (time.perf_counter() - began) * 1000


def replayed() -> float:
    """Restart a kernel and replay the inputs; return milliseconds."""
    with Kernel() as kernel:
        replica = Replica(kernel)
        began = time.perf_counter()
        kernel.restart()
        replica.replay([Entry("learner", source) for source in INPUTS])
        seconds = time.perf_counter() - began
        assert not replica.raised
    return seconds * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    for name, milliseconds in measured(parser.parse_args().rounds).items():
        print(f"{name:10} {milliseconds:6.0f} ms")


if __name__ == "__main__":
    main()
