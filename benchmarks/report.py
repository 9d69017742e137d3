"""Run all benchmarks and write docs/benchmarks.md with its plots: `make bench`.

    python -m benchmarks.report [--rounds N]

Takes about twenty minutes on a quiet machine. Plots need matplotlib (`pip install -e '.[bench]'`).
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import sqlite3
import statistics
from importlib import metadata
from pathlib import Path

from benchmarks import checking, console, engine, growth, peers, replaying

DOCS = Path(__file__).parent.parent / "docs"
CONSOLE_GOALS = {
    # what is measured -> the console and figure to compare it with, and the goal as a ratio to that
    "first frame": ("python -q", "first frame", 1.5),
    "usable prompt": ("limit", "usable prompt", 1.35),
    "key to echo": ("limit", "key to echo", 1.3),
    "key to echo, p95": ("ormtutor", "key to echo", 2.5),
    "Enter to result": ("limit", "Enter to result", 2.0),
    "next prompt": ("limit", "next prompt", 2.0),
}
MEMORY_GOAL = 60  # MiB
REPLAY_GOAL = 300  # ms
IMPORT_GOAL = 25  # ms
LITECLI_GOAL, IMPORT_PEER_GOAL = 0.75, 0.55
CASCADE_GOAL, RENDER_GOAL = 0.15, 0.04  # of SQLAlchemy
CHECK_GOALS = {"process": 0.5, "alone": 0.4, "pytest": 0.7}

Row = tuple[str, str, float, float, str]
"""What is measured, what it is compared with, the goal, what was found, a format for both."""


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--most", type=int, default=growth.SIZES[-1], help="objects, for growth")
    arguments = parser.parse_args()
    rounds = arguments.rounds
    with_collector = workloads(rounds, collector=True)
    without = workloads(rounds, collector=False)
    imports = engine.import_times(rounds)
    resident = engine.resident_memory(rounds)
    grown = growth.measured(arguments.most)
    consoles = console.measured(console.consoles(), rounds)
    replays = replaying.measured(rounds)
    checks, alone = (checking.measured(rounds, alone=is_alone) for is_alone in (False, True))
    rows = [
        *engine_goals(with_collector, imports),
        *console_goals(consoles, replays),
        *check_goals(checks, alone),
    ]
    text = "\n".join(
        [
            *heading(),
            "## Goals\n",
            goals_table(rows),
            "\n## Engine, as a ratio to raw\n",
            "The collector on, as in real life; the best peer is the lowest of the four.\n",
            ratios_table(with_collector),
            "\nThe same with the collector off:\n",
            ratios_table(without),
            "\n![Ratios to raw](benchmarks-ratios.svg)\n",
            "## Building and rendering 2,000 queries, import, memory\n",
            amounts_table(with_collector, imports, resident),
            "\n## Growth\n",
            growth.table(grown),
            "\n![Growth](benchmarks-growth.svg)\n",
            "## Console\n",
            "Milliseconds, and MiB of memory at the prompt.\n",
            console.table(consoles),
            f"\nRestart of a kernel and replay of 200 inputs: {replays['ormtutor']:.0f} ms; the "
            f"same inputs in a process with nobody watching: {replays['limit']:.0f} ms.\n",
            "## Self-check\n",
            check_table("whole process", checks),
            "",
            check_table("checking alone", alone),
            "",
        ]
    )
    (DOCS / "benchmarks.md").write_text(text, encoding="utf-8")
    plot_ratios(with_collector)
    plot_growth(grown)


def heading() -> list[str]:
    """Return the page's heading: when and with what it was measured."""
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


def workloads(rounds: int, *, collector: bool) -> dict[str, engine.Figures]:
    """Return the figures of each library for each workload."""
    runners = engine.started([library.name for library in engine.LIBRARIES])
    try:
        return {
            workload: engine.figures(runners, workload, rounds, collector)
            for workload in engine.GOALS
        }
    finally:
        for runner in runners:
            runner.close()


# --- the goals ------------------------------------------------------------------------------------


def goals_table(rows: list[Row]) -> str:
    """Return each goal, what was found, and whether that is enough."""
    lines = ["| what | beside | goal | found | |", "|---|---|--:|--:|---|"]
    for what, beside, goal, found, shape in rows:
        verdict = "met" if found <= goal else f"not met: {found / goal:.1f} x"
        lines.append(
            f"| {what} | {beside} | {shape.format(goal)} | {shape.format(found)} | {verdict} |"
        )
    return "\n".join(lines)


def engine_goals(found: dict[str, engine.Figures], imports: dict[str, float]) -> list[Row]:
    """Return the engine's goals: compared with raw, the best peer and, for some, SQLAlchemy."""
    rows: list[Row] = []
    for workload, (to_raw, to_peer) in engine.GOALS.items():
        figures, name = found[workload], workload.replace("_", " ")
        if to_raw is not None:
            rows.append((name, "raw", to_raw, engine.ratio(figures, "miniorm", "raw"), "{:.1f}"))
        peer = engine.best_peer(figures)
        rows.append((name, peer, to_peer, engine.ratio(figures, "miniorm", peer), "{:.2f}"))
    for workload, goal in (("delete_cascade", CASCADE_GOAL), ("build_and_render", RENDER_GOAL)):
        ours = engine.ratio(found[workload], "miniorm", "sqlalchemy 2.1")
        rows.append((workload.replace("_", " "), "sqlalchemy 2.1", goal, ours, "{:.2f}"))
    best = min(engine.PEERS, key=imports.__getitem__)
    rows.append(("import", "python -c pass", IMPORT_GOAL, imports["miniorm"], "{:.0f} ms"))
    rows.append(("import", best, IMPORT_PEER_GOAL, imports["miniorm"] / imports[best], "{:.2f}"))
    return rows


def console_goals(figures: dict[str, dict[str, float]], replays: dict[str, float]) -> list[Row]:
    """Return the goals of the console."""
    ours = figures["ormtutor"]
    rows: list[Row] = [
        (what, f"{ratio} x {beside}, {of}", figures[beside][of] * ratio, ours[what], "{:.1f} ms")
        for what, (beside, of, ratio) in CONSOLE_GOALS.items()
    ]
    prompt = ours["usable prompt"] / figures["litecli"]["usable prompt"]
    return [
        *rows,
        ("usable prompt", "litecli", LITECLI_GOAL, prompt, "{:.2f}"),
        ("restart and replay of 200 inputs", "", REPLAY_GOAL, replays["ormtutor"], "{:.0f} ms"),
        ("memory at the prompt", "", MEMORY_GOAL, ours["memory"], "{:.0f} MiB"),
    ]


def check_goals(checks: dict[str, float], alone: dict[str, float]) -> list[Row]:
    """Return the goals of the self-check, compared with the best peer."""
    process = min(time for name, time in checks.items() if name.startswith("doctest"))
    checking_alone = min(time for name, time in alone.items() if name.startswith("doctest"))
    pytest = checks["pytest, SQLAlchemy 1.4"]
    found = {
        "process": checks["ormtutor check --quick"] / process,
        "alone": alone["ormtutor"] / checking_alone,
        "pytest": checks["pytest --ormtutor-quick"] / pytest,
    }
    names = {
        "process": ("self-check, whole process", "doctest with SQLAlchemy"),
        "alone": ("self-check, checking alone", "doctest with SQLAlchemy"),
        "pytest": ("self-check by pytest", "pytest with SQLAlchemy"),
    }
    return [(*names[which], goal, found[which], "{:.2f}") for which, goal in CHECK_GOALS.items()]


# --- the figures ----------------------------------------------------------------------------------


def ratios_table(found: dict[str, engine.Figures]) -> str:
    """Return the ratios of each library to raw."""
    names = ["miniorm", *engine.PEERS]
    lines = [
        f"| workload | {' | '.join(names)} | of the best peer |",
        f"|---|{'--:|' * (len(names) + 1)}",
    ]
    for workload, figures in found.items():
        if engine.GOALS[workload][0] is None:
            continue
        cells = " | ".join(f"{engine.ratio(figures, name, 'raw'):.1f}" for name in names)
        of_peer = engine.ratio(figures, "miniorm", engine.best_peer(figures))
        lines.append(f"| {workload.replace('_', ' ')} | {cells} | {of_peer:.2f} |")
    return "\n".join(lines)


def amounts_table(
    found: dict[str, engine.Figures], imports: dict[str, float], resident: dict[str, float]
) -> str:
    """Return the figures that are not ratios to raw: milliseconds and bytes."""
    names = ["miniorm", *engine.PEERS]
    medians = {
        workload: {name: statistics.median(found[workload][name]) for name in ["raw", *names]}
        for workload in ("build_and_render", "bytes_per_entity")
    }
    built = {name: seconds * 1000 for name, seconds in medians["build_and_render"].items()}
    rows = {
        "build and render 2,000 queries, ms": built,
        "import, ms over `python -c pass`": imports,
        "a loaded entity, bytes by tracemalloc": medians["bytes_per_entity"],
        "a loaded entity, bytes of peak resident memory": resident,
    }
    lines = [
        f"| what | raw | {' | '.join(names)} | of the best peer |",
        f"|---|--:|{'--:|' * (len(names) + 1)}",
    ]
    for what, figures in rows.items():
        raw = "-" if figures is built else f"{figures['raw']:.0f}"
        cells = " | ".join(f"{figures[name]:,.0f}" for name in names)
        best = min(figures[name] for name in engine.PEERS)
        lines.append(f"| {what} | {raw} | {cells} | {figures['miniorm'] / best:.2f} |")
    return "\n".join(lines)


def check_table(title: str, figures: dict[str, float]) -> str:
    """Return the milliseconds of our self-check and of its peers."""
    best = min(time for name, time in figures.items() if name.startswith("doctest"))
    lines = [f"| {title} | ms | of the best peer |", "|---|--:|--:|"]
    lines += [f"| {name} | {time:.0f} | {time / best:.2f} |" for name, time in figures.items()]
    return "\n".join(lines)


def caption() -> str:
    """Return date and versions, for the plots."""
    others = ", ".join(peers.LIBRARIES.values()).replace("==", " ")
    return (
        f"{datetime.date.today():%Y-%m-%d}, CPython {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, SQLAlchemy 1.4.54 and 2.1.9, {others}"
    )


def plot_ratios(found: dict[str, engine.Figures]) -> None:
    """Draw the ratios of each library, on a logarithmic axis."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    names = ["miniorm", *engine.PEERS]
    shown = [workload for workload in found if engine.GOALS[workload][0] is not None]
    figure, axes = pyplot.subplots(figsize=(10, 6))
    height = 0.8 / len(names)
    for number, name in enumerate(names):
        places = [row + number * height for row in range(len(shown))]
        ratios = [engine.ratio(found[workload], name, "raw") for workload in shown]
        axes.barh(places, ratios, height, label=name)
    axes.set_yticks([row + 0.4 for row in range(len(shown))], [w.replace("_", " ") for w in shown])
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_xlabel("times raw sqlite3")
    axes.set_title(caption(), fontsize=8)
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
    axes.set_title(caption(), fontsize=8)
    axes.legend()
    figure.tight_layout()
    figure.savefig(DOCS / "benchmarks-growth.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
