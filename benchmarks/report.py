"""Run all benchmarks and write docs/benchmarks.md with its plots: `make bench`.

    python -m benchmarks.report [--rounds N]

Takes some twenty minutes on a quiet machine. Plots need matplotlib (`pip install -e '.[bench]'`).
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import sqlite3
from importlib import metadata
from pathlib import Path

from benchmarks import checking, console, engine, growth, peers

DOCS = Path(__file__).parent.parent / "docs"
CONSOLE_GOALS = {
    # what is measured -> beside whom, and the goal as a ratio to it
    "first frame": ("python -q", 1.5),
    "usable prompt": ("limit", 1.35),
    "key to echo": ("limit", 1.3),
    "Enter to result": ("limit", 2.0),
}
MEMORY_GOAL = 60
CHECK_GOAL = 0.5
IMPORT_GOAL = 25


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with_collector = engine_ratios(rounds, collector=True)
    without = engine_ratios(rounds, collector=False)
    imports = engine.import_times(rounds)
    grown = growth.measured()
    consoles = console.measured(console.consoles(), rounds)
    checks = checking.measured(rounds)
    text = "\n".join(
        [
            *heading(),
            "## Engine, as a ratio to raw\n",
            "The collector on, as in real life; the best peer is the lowest of the four.\n",
            engine_table(with_collector, imports),
            "\nThe same with the collector off:\n",
            engine_table(without, {}),
            "\n![Ratios to raw](benchmarks-ratios.svg)\n",
            "## Growth\n",
            growth.table(grown),
            "\n![Growth](benchmarks-growth.svg)\n",
            "## Console\n",
            console.table(consoles),
            "",
            console_goals(consoles),
            "## Self-check\n",
            check_table(checks),
        ]
    )
    (DOCS / "benchmarks.md").write_text(text, encoding="utf-8")
    plot_ratios(with_collector)
    plot_growth(grown)


def heading() -> list[str]:
    """Return what was measured with what, and when."""
    versions = ", ".join(
        f"{name} {metadata.version(name)}" for name in ("prompt_toolkit", "pytest", "rich")
    )
    others = ", ".join(peers.LIBRARIES.values()).replace("==", " ")
    return [
        "# Benchmarks\n",
        "<!-- Made by `make bench`; do not edit. -->\n",
        f"{datetime.date.today():%Y-%m-%d}: CPython {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, {os.cpu_count()} cores, {platform.machine()}; "
        f"{others}, {versions}. `benchmarks/README.md` tells how the figures come about; only "
        "ratios within one run mean anything.\n",
    ]


def engine_ratios(rounds: int, *, collector: bool) -> dict[str, dict[str, float]]:
    """Return workload -> library -> ratio to raw."""
    runners = engine.started([library.name for library in engine.LIBRARIES])
    try:
        return {
            workload: engine.compare(runners, workload, rounds, collector)
            for workload in engine.GOALS
        }
    finally:
        for runner in runners:
            runner.close()


def engine_table(ratios: dict[str, dict[str, float]], imports: dict[str, float]) -> str:
    """Return the ratios with the goals, met or not."""
    names = list(next(iter(ratios.values())))[1:]
    lines = [
        f"| workload | goal | {' | '.join(names)} | of the best peer | goal |",
        f"|---|--:|{'--:|' * (len(names) + 1)}---|",
    ]
    for workload, found in ratios.items():
        goal = engine.GOALS[workload]
        ours, best = found["miniorm"], min(found[name] for name in names if name != "miniorm")
        cells = " | ".join(f"{found[name]:.1f}" for name in names)
        lines.append(
            f"| {workload.replace('_', ' ')} | {f'{goal:.1f}' if goal else '-'} | {cells} "
            f"| {ours / best:.2f} | {met(ours, goal)} |"
        )
    if imports:
        cells = " | ".join(f"{imports[name]:.0f} ms" for name in names)
        best = min(imports[name] for name in names if name != "miniorm")
        lines.append(
            f"| import | {IMPORT_GOAL} ms | {cells} | {imports['miniorm'] / best:.2f} "
            f"| {met(imports['miniorm'], IMPORT_GOAL)} |"
        )
    return "\n".join(lines)


def met(found: float, goal: float | None) -> str:
    """Return whether a goal was met, in words."""
    if goal is None:
        return "-"
    return "met" if found <= goal else f"not met: {found / goal:.1f} x"


def console_goals(figures: dict[str, dict[str, float]]) -> str:
    """Return each figure of ours beside its goal."""
    ours = figures["ormtutor"]
    lines = ["| what | goal | ormtutor | |", "|---|--:|--:|---|"]
    for name, (beside, ratio) in CONSOLE_GOALS.items():
        goal = figures[beside][name] * ratio
        lines.append(f"| {name} | {goal:.1f} ms | {ours[name]:.1f} ms | {met(ours[name], goal)} |")
    memory = ours["memory"]
    lines.append(f"| memory | {MEMORY_GOAL} MiB | {memory:.0f} MiB | {met(memory, MEMORY_GOAL)} |")
    return "\n".join(lines) + "\n"


def check_table(figures: dict[str, float]) -> str:
    """Return the milliseconds of the self-check beside those of others."""
    best = min(time for name, time in figures.items() if name.startswith("doctest"))
    lines = ["| whole process | ms | of the best peer |", "|---|--:|--:|"]
    lines += [f"| {name} | {time:.0f} | {time / best:.2f} |" for name, time in figures.items()]
    ours = figures["ormtutor check --quick"]
    lines.append(f"\nGoal: {CHECK_GOAL} of the best peer: {met(ours, best * CHECK_GOAL)}.\n")
    return "\n".join(lines)


def plot_ratios(ratios: dict[str, dict[str, float]]) -> None:
    """Draw the ratios of each library, on a logarithmic axis."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    names = list(next(iter(ratios.values())))[1:]
    shown = [workload for workload in ratios if workload != "build_and_render"]
    figure, axes = pyplot.subplots(figsize=(10, 6))
    height = 0.8 / len(names)
    for number, name in enumerate(names):
        places = [row + number * height for row in range(len(shown))]
        axes.barh(places, [ratios[workload][name] for workload in shown], height, label=name)
    axes.set_yticks([row + 0.4 for row in range(len(shown))], [w.replace("_", " ") for w in shown])
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_xlabel("times raw sqlite3")
    axes.legend()
    figure.tight_layout()
    figure.savefig(DOCS / "benchmarks-ratios.svg", metadata={"Date": None})


def plot_growth(grown: dict[int, dict[str, float]]) -> None:
    """Draw seconds over the number of objects, both logarithmic: a straight line is linear."""
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(8, 5))
    for name in ("insert", "load"):
        axes.loglog(list(grown), [found[name] for found in grown.values()], "o-", label=name)
    axes.set_xlabel("objects")
    axes.set_ylabel("seconds")
    axes.legend()
    figure.tight_layout()
    figure.savefig(DOCS / "benchmarks-growth.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
