"""Ctrl-C: what it ends at once, what only the second press ends, and what is there afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.repl.pseudoterminal import CTRL_C, Pty
from tests.survival.conftest import Learner, within

PENDING = ('atlas = Book(title="Atlas")', "session.add(atlas)", "session.flush()")


def test_an_endless_loop_ends_and_names_and_transaction_stay(learner: Learner) -> None:
    learner.submit(*PENDING)

    def attempt() -> float:
        turn, seconds = learner.press_during("while True: pass", 0.2)
        assert turn.status == "interrupted"
        return seconds

    within(0.5, 1, "while True: pass", attempt)
    assert learner.submit("atlas.title").value == "'Atlas'"
    assert learner.submit("session.in_transaction()").value == "True"
    assert learner.ask("committed('books')") == "0"
    assert learner.ask("rows('books')") == "1"


@pytest.mark.parametrize(
    "source",
    [
        "import time; time.sleep(60)",
        "import threading; threading.Event().wait()",
        "import re; re.match(r'(a+)+$', 'a' * 40 + 'b')",
        "10**10**8",
    ],
)
def test_what_looks_at_signals_ends_by_the_first_press(learner: Learner, source: str) -> None:
    learner.submit("kept = 1")

    def attempt() -> float:
        turn, seconds = learner.press_during(source, 0.2)
        assert (turn.status, turn.failure and turn.failure.kind) == (
            "interrupted",
            "KeyboardInterrupt",
        )
        return seconds

    within(0.5, 4, f"{source}, first press", attempt)
    assert learner.notices == []
    assert learner.submit("kept").value == "1"


def test_a_question_of_the_code_ends_by_the_first_press(open_pty: Callable[..., Pty]) -> None:
    pty = open_pty()
    pty.wait_for("kernel: ready")

    def attempt() -> float:
        pty.keys("\x0cinput('who? ')\r")
        pty.wait_for("waits for your input")
        pressed = time.monotonic()
        pty.keys(CTRL_C)
        pty.wait_for("kernel: ready")
        return time.monotonic() - pressed

    within(0.5, 4, "input(), first press", attempt)
    pty.wait_for("KeyboardInterrupt")


@pytest.mark.parametrize(
    "source",
    [
        "sum(range(10**12))",
        "import itertools; max(itertools.repeat(1))",
        "import itertools, collections; collections.deque(itertools.count(), maxlen=0)",
    ],
)
def test_a_loop_in_c_ends_by_the_second_press_and_the_rung_is_told(
    learner: Learner, source: str
) -> None:
    learner.submit("kept = 1")
    turn, seconds = learner.press_during(source, 0.1, 0.8)
    assert turn.failure is not None
    assert turn.failure.message == "killed by SIGTERM (terminated for it did not heed Ctrl-C)"
    assert turn.is_lost
    print(f"line 4: {source}: kernel replaced {seconds:.1f} s after the first press")
    assert learner.submit("kept").value == "1"


@pytest.mark.parametrize(
    "source", ['list(map(int, ["1"] * 10**8))', "import itertools; set(itertools.count())"]
)
def test_a_loop_in_c_that_collects_ends_by_the_second_press_or_by_its_memory(
    learner: Learner, source: str
) -> None:
    turn, seconds = learner.press_during(source, 0.1, 0.8)
    assert turn.failure is not None
    assert turn.failure.kind in ("KernelDied", "MemoryError", "KeyboardInterrupt")
    print(f"line 4: {source}: {turn.failure.kind} {seconds:.1f} s after the first press")
    assert learner.submit("1 + 1").value == "2"


def test_a_running_statement_ends_and_the_session_can_roll_back(learner: Learner) -> None:
    learner.submit("from sqlalchemy import text")
    endless = (
        "session.execute(text('WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
        "WHERE i < 1000000000) SELECT count(*) FROM n')).scalar()"
    )

    def attempt() -> float:
        turn, seconds = learner.press_during(endless, 0.2)
        assert turn.failure is not None
        assert turn.failure.kind == "KeyboardInterrupt"
        assert turn.failure.text.endswith("KeyboardInterrupt")
        return seconds

    within(0.5, 5, "a recursive CTE over 10^9 rows", attempt)
    assert learner.submit("session.rollback()").failure is None
    assert learner.submit("session.query(Book).count()").value == "0"


def test_what_swallows_every_interrupt_ends_with_the_kernel(learner: Learner) -> None:
    learner.submit("kept = [1, 2]")
    stubborn = (
        "import time\nwhile True:\n    try:\n        time.sleep(9)\n"
        "    except BaseException:\n        pass"
    )
    turn, seconds = learner.press_during(stubborn, 0.1, 0.8)
    assert turn.is_lost
    assert learner.notices == [
        "the kernel died (killed by SIGTERM (terminated for it did not heed Ctrl-C)); "
        "your names are back by replaying 1 input, without the last one"
    ]
    assert learner.submit("kept").value == "[1, 2]"
    print(f"line 6: kernel replaced {seconds:.1f} s after the first press")


def test_ignoring_the_signal_does_not_switch_the_ladder_off(learner: Learner) -> None:
    learner.submit("kept = 1")
    turn, seconds = learner.press_during(
        "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass", 0.1, 0.8
    )
    assert turn.is_lost
    assert learner.submit("kept").value == "1"
    print(f"line 14: kernel replaced {seconds:.1f} s after the first press")


@pytest.mark.parametrize(
    ("hostile", "presses"),
    [
        ("while True: pass", (0.1,)),
        (
            "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
            (0.1, 0.8),
        ),
        ("import os; os._exit(3)", ()),
    ],
)
def test_undo_after_harm_equals_a_fresh_run(
    learner: Learner, hostile: str, presses: tuple[float, ...]
) -> None:
    first = (*PENDING, "session.commit()")
    learner.submit(*first)
    if presses:
        learner.press_during(hostile, *presses)
    else:
        learner.submit(hostile)
    learner.submit("session.add(Book(title='Second'))", "session.flush()")
    learner.tutor.undo(2)
    fresh = Learner()
    try:
        fresh.submit(*first)
        assert sent(learner) == sent(fresh)
        assert learner.tutor.view("session", 1000) == fresh.tutor.view("session", 1000)
        assert learner.tutor.view("tables", 1000) == fresh.tutor.view("tables", 1000)
        assert learner.ask("sql") == fresh.ask("sql")
    finally:
        fresh.tutor.close()


def sent(learner: Learner) -> list[tuple[str, object]]:
    return [(statement.sql, statement.parameters) for statement in learner.tutor.statements]
