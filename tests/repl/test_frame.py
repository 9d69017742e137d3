"""The frame: where each panel is at a given size."""

from __future__ import annotations

import itertools
import subprocess
import sys

import pytest

from ormtutor.repl import frame
from ormtutor.repl.cells import line_width, text_of
from ormtutor.repl.frame import Contents

SIZES = [(140, 40), (120, 24), (120, 20), (119, 40), (100, 30), (80, 24), (80, 23), (60, 16)]


def plan(columns: int, rows: int, **more: object) -> frame.Plan:
    return frame.plan(columns, rows, text_rows=30, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("columns", "rows", "layout"),
    [
        (140, 40, "wide"),
        (120, 20, "wide"),
        (119, 40, "medium"),
        (120, 19, "medium"),
        (60, 16, "medium"),
        (59, 40, "bare"),
        (140, 15, "bare"),
        (1, 1, "bare"),
    ],
)
def test_the_size_decides_the_layout(columns: int, rows: int, layout: str) -> None:
    assert plan(columns, rows).layout == layout


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_the_console_has_at_least_eight_rows(columns: int, rows: int) -> None:
    assert plan(columns, rows).console.height >= frame.CONSOLE_ROWS


def test_before_anything_is_typed_the_text_has_the_room() -> None:
    idle = frame.plan(80, 24, text_rows=40, idle=True)
    assert idle.lesson is not None
    assert idle.panel is not None
    heights = (idle.lesson.height, idle.console.height, idle.panel.height)
    assert heights == (11, frame.IDLE_CONSOLE_ROWS, 1)
    at_work = frame.plan(80, 24, text_rows=40)
    assert at_work.lesson is not None
    assert at_work.panel is not None
    assert (at_work.lesson.height, at_work.console.height, at_work.panel.height) == (5, 8, 5)


def test_in_a_low_window_the_lesson_is_its_goal_line() -> None:
    lesson = plan(80, 23).lesson
    assert lesson is not None
    assert lesson.height == 1


def test_in_a_lower_window_the_panel_waits_to_be_asked() -> None:
    assert plan(80, 18).panel is None
    assert plan(80, 18, asked=True).panel is not None


def test_without_panels_the_text_has_the_whole_width() -> None:
    lesson = plan(140, 40, panels=False).lesson
    assert lesson is not None
    assert lesson.width == 136


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_reading_leaves_the_input_its_rows(columns: int, rows: int) -> None:
    places = plan(columns, rows, reading=True, input_rows=3)
    assert places.console.height >= 3


@pytest.mark.parametrize(
    ("columns", "rows", "panels", "reading"),
    [
        (columns, rows, panels, reading)
        for columns, rows in itertools.product(
            (1, 30, 60, 80, 119, 120, 200), (1, 5, 16, 20, 24, 50)
        )
        for panels in (True, False)
        for reading in (True, False)
    ],
)
def test_every_row_is_exactly_as_wide_as_the_window(
    columns: int, rows: int, panels: bool, reading: bool
) -> None:
    places = plan(columns, rows, panels=panels, reading=reading)
    long = [[("", "x" * 300)]] * 60
    contents = Contents(
        header=frame.header(columns, kernel="ready", place="shelf 1/3", title="A title"),
        keys=frame.key_line(columns, [("F1", "help")], [":quit"]),
        lesson=long,
        console=long,
        panel=long,
        session=long,
    )
    composed = frame.compose(places, contents)
    assert len(composed) == rows
    assert {line_width(row) for row in composed} == {columns}


def test_no_two_places_overlap() -> None:
    places = plan(140, 40)
    areas = [places.console, places.lesson, places.panel, places.session]
    cells = [
        (x, y)
        for area in areas
        if area is not None
        for x in range(area.x, area.x + area.width)
        for y in range(area.y, area.y + area.height)
    ]
    assert len(cells) == len(set(cells))


@pytest.mark.parametrize(
    ("done", "total", "bar"),
    [
        (0, 9, "[..........]"),
        (1, 99, "[#.........]"),
        (4, 9, "[####......]"),
        (98, 99, "[#########.]"),
        (9, 9, "[##########]"),
        (0, 0, "[..........]"),
    ],
)
def test_the_bar_is_full_only_at_the_end(done: int, total: int, bar: str) -> None:
    assert frame.bar(done, total) == bar


def test_a_key_is_shown_whole_or_not_at_all() -> None:
    keys = [("F1", "help"), ("F2", "panel"), ("F3", "text")]
    assert text_of(frame.key_line(20, keys, [])).rstrip() == " F1 help  F2 panel"


def test_the_menu_marks_the_current_proposal() -> None:
    shown = [text_of(line).rstrip() for line in frame.menu([("add", "m"), ("all", "m")], 1, 40)]
    assert shown == ["    add  m", "  > all  m"]


def test_a_long_menu_shows_the_rows_around_the_current_one() -> None:
    proposals = [(f"name{number}", "") for number in range(20)]
    shown = [text_of(line).rstrip() for line in frame.menu(proposals, 10, 60)]
    assert len(shown) == frame.MENU_ROWS
    assert shown[2] == "  > name10"
    assert shown[-1].endswith("(14 more: Tab)")


def test_boxes_are_ascii_where_asked() -> None:
    contents = Contents(header=[], keys=[])
    rows = frame.compose(plan(120, 24), contents, ascii_only=True)
    assert "".join(map(text_of, rows)).isascii()


def test_the_first_frame_needs_nothing_heavy() -> None:
    heavy = [
        "prompt_toolkit",
        "dataclasses",
        "asyncio",
        "pygments",
        "rich",
        "markdown_it",
        "argparse",
        "json",
    ]
    program = (
        "import sys, ormtutor.cli, ormtutor.config, ormtutor.repl.opening\n"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True)
    assert found.stdout == "[]\n", found.stderr
