"""Whole frames from what is known at a moment, compared with the pictures in golden/."""

from __future__ import annotations

import pytest

from ormtutor.repl import panels
from ormtutor.repl.cells import text_of
from ormtutor.repl.composer import Composer
from ormtutor.repl.console import Console
from ormtutor.repl.display import Display
from ormtutor.repl.events import Concluded, Entered, Replied, StepOpened, Told
from ormtutor.repl.frame import RUNNING_AFTER
from tests.repl.shelf import (
    GOALS,
    GOLDEN,
    SESSION_VIEW,
    TABLES_VIEW,
    lesson,
    output,
    snapshot,
    turns,
)


@pytest.fixture
def composer() -> Composer:
    """A composer in the middle of the first step."""
    display, console = Display(), Console()
    display.snapshot = snapshot()
    display.views = {"session": SESSION_VIEW, "tables": TABLES_VIEW}
    shelf = lesson()
    console.add(StepOpened(shelf, shelf.steps[0], 0))
    for turn in turns():
        console.add(Entered(turn.source))
        for reply in turn.replies:
            console.add(Replied(reply))
        console.add(Concluded(turn))
    return Composer(display, console, lambda: 0.0)


def frame_of(composer: Composer, columns: int, rows: int) -> str:
    places = composer.places(columns, rows, 1)
    composed, input_row = composer.compose(places, 1, [])
    lines = [text_of(line).rstrip() for line in composed]
    x = places.console.x
    lines[input_row] = lines[input_row].ljust(x)[:x] + ">>> _" + lines[input_row][x + 5 :]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("columns", "rows"), [(140, 40), (120, 24), (100, 30), (80, 24), (66, 17), (40, 8)]
)
def test_a_frame_is_as_it_was_drawn(composer: Composer, columns: int, rows: int) -> None:
    golden = GOLDEN / f"step-{columns}x{rows}.txt"
    assert frame_of(composer, columns, rows) == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("tab", ["session", "tables", "expected"])
def test_each_panel_is_as_it_was_drawn(composer: Composer, tab: str) -> None:
    composer.display.tab = tab
    golden = GOLDEN / f"{tab}-100x30.txt"
    assert frame_of(composer, 100, 30) == golden.read_text(encoding="utf-8")


def test_the_help_takes_the_whole_width(composer: Composer) -> None:
    from ormtutor.repl.commands import help_lines

    composer.take_in(Told(help_lines, title="Help"), composer.places(140, 40, 1))
    golden = GOLDEN / "help-140x40.txt"
    assert frame_of(composer, 140, 40) == golden.read_text(encoding="utf-8")


def test_short_words_stay_in_the_console(composer: Composer) -> None:
    told = Told(lambda room: panels.said("Short.", room), title="Words")
    composer.take_in(told, composer.places(140, 40, 1))
    assert composer.display.reading is None
    assert "Short." in frame_of(composer, 140, 40)


def test_before_anything_is_known_the_kernel_starts() -> None:
    shown = frame_of(Composer(Display(), Console(), lambda: 9.0), 80, 24)
    assert shown.splitlines()[0].endswith("kernel: starting")


def test_code_that_runs_longer_says_so(composer: Composer) -> None:
    composer.console.add(Entered("loop()"))
    busy = Composer(composer.display, composer.console, lambda: 2.5)
    shown = frame_of(busy, 80, 24)
    assert shown.splitlines()[0].endswith("kernel: running... 2 s")
    assert "    running...  Ctrl-C stops it" in shown


def test_code_that_runs_shortly_does_not_flicker(composer: Composer) -> None:
    composer.console.add(Entered("x = 1"))
    quick = Composer(composer.display, composer.console, lambda: RUNNING_AFTER / 2)
    assert quick.kernel_word() == "ready"


def test_statements_of_running_code_are_shown_as_they_come(composer: Composer) -> None:
    composer.console.add(Entered("again()"))
    for reply in turns()[2].replies[:2]:
        composer.console.add(Replied(reply))
    assert frame_of(composer, 140, 40).count("INSERT INTO books (title) VALUES ('Atlas')") == 2


def test_output_of_running_code_is_shown_as_it_comes(composer: Composer) -> None:
    composer.console.add(Entered("talk()"))
    composer.console.add(Replied(output("half a li")))
    assert "half a li" in frame_of(composer, 80, 24)


def test_what_was_typed_ahead_waits_in_sight(composer: Composer) -> None:
    composer.display.pending.append("x = 1")
    assert ">>> x = 1   (waits)" in frame_of(composer, 80, 24)


def test_a_notice_takes_the_place_of_the_keys(composer: Composer) -> None:
    composer.display.notice = "To leave: Ctrl-D"
    assert frame_of(composer, 80, 24).splitlines()[-1] == " To leave: Ctrl-D"


def test_three_failed_attempts_point_at_the_hint(composer: Composer) -> None:
    composer.display.snapshot = snapshot(attempts=3)
    assert "F7 hint 0/2 <" in frame_of(composer, 80, 24)


def test_one_attribute_loaded_object_by_object_raises_the_alarm(composer: Composer) -> None:
    from tests.repl.shelf import lazy_load

    replies = tuple(reply for number in range(3) for reply in lazy_load(number))
    from ormtutor.records import replace

    turn = replace(turns()[2], replies=replies)
    composer.display.snapshot = snapshot(turns=(turn,))
    assert " N+1 " in frame_of(composer, 80, 24).splitlines()[0]


def test_a_failed_transaction_is_in_the_header(composer: Composer) -> None:
    composer.display.views["session"] = {**SESSION_VIEW, "transaction": "failed"}
    assert "txn: FAILED, rollback needed" in frame_of(composer, 140, 40).splitlines()[0]


def test_a_new_step_uncovers_the_panels(composer: Composer) -> None:
    composer.display.is_text_whole = True
    shelf = lesson()
    moved = composer.take_in(StepOpened(shelf, shelf.steps[1], 1), None)
    assert moved
    assert not composer.display.is_covered


def test_goals_stay_in_sight_while_the_text_scrolls(composer: Composer) -> None:
    composer.display.text_top = 99
    assert all(goal.text in frame_of(composer, 120, 24) for goal in GOALS)


def test_in_ascii_nothing_else_is_written(composer: Composer) -> None:
    composer.ascii_only = True
    assert frame_of(composer, 140, 40).isascii()
