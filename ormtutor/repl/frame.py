"""The frame of the full screen: where each panel is at a given size, and the lines around them.

Before: composer.py has the lines of each panel.
Here:   `plan` decides the places in a window, `compose` puts the lines into them. Pure, and free
        of heavy imports: opening.py paints the first frame from here while the rest is imported.
After:  stage.py copies the composed rows to the terminal, and puts the input line into its place.
"""

from __future__ import annotations

from ormtutor.repl.cells import clip, in_ascii, justify, line_width, pad, visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from ormtutor.repl.cells import Line

    Layout = Literal["wide", "medium", "bare"]

WIDE_COLUMNS = 120
WIDE_ROWS = 20
LEAST_COLUMNS = 60
LEAST_ROWS = 16
FULL_ROWS = 24
"""With fewer rows, only the goal line of the lesson is shown; below 20, no panel before F2."""
CONSOLE_ROWS = 8
IDLE_CONSOLE_ROWS = 6
"""The console's rows while nothing was typed in a step: the text to read is more important."""

LESSON = "Lesson"
RUNNING_AFTER = 0.08
"""Seconds after which code is shown to be running: earlier, this would just flicker."""
MENU_ROWS = 6
TABS = ("sql", "session", "tables", "expected")
TITLES = {"sql": "SQL", "session": "Session", "tables": "Tables", "expected": "Expected"}


def fits(columns: int, rows: int) -> bool:
    """Whether a window is large enough for the full screen."""
    return columns >= LEAST_COLUMNS and rows >= LEAST_ROWS


class Area:
    """A rectangle of cells."""

    __slots__ = ("height", "width", "x", "y")

    def __init__(self, x: int, y: int, width: int, height: int) -> None:
        self.x = x
        self.y = y
        self.width = width
        self.height = height

    def __repr__(self) -> str:
        return f"Area(x={self.x}, y={self.y}, width={self.width}, height={self.height})"

    def __contains__(self, place: tuple[int, int]) -> bool:
        x, y = place
        return self.x <= x < self.x + self.width and self.y <= y < self.y + self.height


class Plan:
    """The places in a window: where each panel's text goes, without borders and margins.

    A panel without a place is not shown.
    """

    __slots__ = ("columns", "console", "layout", "lesson", "panel", "rows", "session")

    def __init__(
        self,
        layout: Layout,
        columns: int,
        rows: int,
        console: Area,
        lesson: Area | None = None,
        panel: Area | None = None,
        session: Area | None = None,
    ) -> None:
        self.layout = layout
        self.columns = columns
        self.rows = rows
        self.console = console
        self.lesson = lesson
        self.panel = panel
        self.session = session


def plan(
    columns: int,
    rows: int,
    *,
    text_rows: int,
    input_rows: int = 1,
    panels: bool = True,
    asked: bool = False,
    reading: bool = False,
    idle: bool = False,
    unsent: bool = False,
) -> Plan:
    """Return the places in a window.

    `text_rows`: how many rows the lesson's text needs; `input_rows`: how many the input has.
    `panels`: false after F9. `asked`: the learner opened a panel by hand, which a low window shows
    only then. `reading`: the text gets all that the input does not need (F3). `idle`: nothing was
    typed in this step yet, and the panel has nothing to show. `unsent`: the panel has nothing to
    show, whatever was typed.
    """
    if not fits(columns, rows):
        return _bare(columns, rows)
    if columns >= WIDE_COLUMNS and rows >= WIDE_ROWS:
        return _wide(columns, rows, text_rows, input_rows, panels, reading, idle)
    return _medium(columns, rows, text_rows, input_rows, panels, asked, reading, idle, unsent)


def text_width(columns: int, rows: int, *, panels: bool = True) -> int:
    """Return how wide the lesson's text is in a window of this size."""
    if columns >= WIDE_COLUMNS and rows >= WIDE_ROWS:
        return (columns - 3) // 2 - 2 if panels else columns - 4
    return max(10, columns - 2)


def _bare(columns: int, rows: int) -> Plan:
    head = 1 if rows >= 5 else 0
    return Plan("bare", columns, rows, Area(0, head, columns, rows - head))


def _wide(
    columns: int,
    rows: int,
    text_rows: int,
    input_rows: int,
    panels: bool,
    reading: bool,
    idle: bool,
) -> Plan:
    inner = rows - 5  # header, three borders, keys
    left = (columns - 3) // 2 if panels else columns - 2
    if reading:
        lesson_rows = inner - min(max(input_rows + 2, 4), inner - 3)
    else:
        least = CONSOLE_ROWS if idle else max(CONSOLE_ROWS, inner * 2 // 5)
        most = max(3, inner - least)
        lesson_rows = max(3, min(text_rows, most))
    lesson = Area(2, 2, left - 2, lesson_rows)
    console = Area(2, 3 + lesson_rows, left - 2, inner - lesson_rows)
    if not panels:
        return Plan("wide", columns, rows, console, lesson)
    right = columns - 3 - left
    session_rows = max(5, inner * 2 // 5)
    panel_rows = inner - session_rows
    if abs(panel_rows - lesson_rows) <= 2 and not reading:
        panel_rows = lesson_rows  # one border across the window looks calmer than two
        session_rows = inner - panel_rows
    panel = Area(3 + left, 2, right - 2, panel_rows)
    session = Area(3 + left, 3 + panel_rows, right - 2, session_rows)
    return Plan("wide", columns, rows, console, lesson, panel, session)


def _medium(
    columns: int,
    rows: int,
    text_rows: int,
    input_rows: int,
    panels: bool,
    asked: bool,
    reading: bool,
    idle: bool,
    unsent: bool,
) -> Plan:
    inner = rows - 4  # header, the rules around the text, keys; the panel brings two rules more
    if reading:
        lesson_rows = inner - min(max(input_rows + 2, 4), inner - 3)
        return _stacked(columns, rows, lesson_rows, 0)
    share = max(4, (rows - 6) * 2 // 7)
    lesson_rows = 1 if rows < FULL_ROWS else max(1, min(text_rows, share))
    shown = panels and (asked or rows >= LEAST_ROWS + 4)
    panel_rows = min(share, inner - 2 - lesson_rows - CONSOLE_ROWS) if shown else 0
    if (idle or unsent) and panel_rows > 0 and rows >= FULL_ROWS:
        panel_rows = 1
        console_rows = IDLE_CONSOLE_ROWS if idle else CONSOLE_ROWS
        lesson_rows = max(1, min(text_rows, inner - 2 - panel_rows - console_rows))
    return _stacked(columns, rows, lesson_rows, max(0, panel_rows))


def _stacked(columns: int, rows: int, lesson_rows: int, panel_rows: int) -> Plan:
    lesson = Area(1, 2, columns - 2, lesson_rows)
    top = 3 + lesson_rows
    below = panel_rows + 2 if panel_rows else 1
    console = Area(1, top, columns - 2, rows - 1 - top - (below if panel_rows else 1))
    if not panel_rows:
        return Plan("medium", columns, rows, console, lesson)
    panel = Area(1, top + console.height + 1, columns - 2, panel_rows)
    return Plan("medium", columns, rows, console, lesson, panel)


class Contents:
    """The lines to put into the places, already made for the width of each panel."""

    __slots__ = ("console", "header", "keys", "lesson", "lesson_title", "panel", "session", "tab")

    def __init__(
        self,
        *,
        header: Line,
        keys: Line,
        lesson: Sequence[Line] = (),
        console: Sequence[Line] = (),
        panel: Sequence[Line] = (),
        session: Sequence[Line] = (),
        tab: str = "sql",
        lesson_title: str = LESSON,
    ) -> None:
        self.header = header
        self.keys = keys
        self.lesson = lesson
        self.console = console
        self.panel = panel
        self.session = session
        self.tab = tab
        self.lesson_title = lesson_title


def compose(places: Plan, contents: Contents, *, ascii_only: bool = False) -> list[Line]:
    """Return all rows of the window, each exactly as wide as the window."""
    if places.layout == "wide":
        rows = _compose_wide(places, contents)
    elif places.layout == "medium":
        rows = _compose_medium(places, contents)
    else:
        rows = _compose_bare(places, contents)
    rows = [pad(row, places.columns) for row in rows[: places.rows]]
    return [in_ascii(row) for row in rows] if ascii_only else rows


def _compose_bare(places: Plan, contents: Contents) -> list[Line]:
    rows = [clip(contents.header, places.columns)] if places.console.y else []
    return rows + _filled(contents.console, places.console)


def _compose_medium(places: Plan, contents: Contents) -> list[Line]:
    rule: Line = [("class:frame", "─" * places.columns)]
    rows = [contents.header, rule]
    if places.lesson is not None:
        if contents.lesson_title != LESSON:
            rows[-1] = titled_rule(contents.lesson_title, places.columns)
        rows += [[("", " "), *line] for line in _filled(contents.lesson, places.lesson)]
        rows.append(rule)
    rows += [[("", " "), *line] for line in _filled(contents.console, places.console)]
    if places.panel is not None:
        rows.append(_rule_with_tabs(places.columns, contents.tab))
        rows += [[("", " "), *line] for line in _filled(contents.panel, places.panel)]
    return [*rows, rule, contents.keys]


def titled_rule(title: str, columns: int) -> Line:
    """Return a line across the window with a title at its start."""
    line: Line = clip([("class:frame", "─ "), ("class:title", title), ("", " ")], columns)
    return [*line, ("class:frame", "─" * (columns - line_width(line)))]


def _rule_with_tabs(columns: int, tab: str) -> Line:
    line: Line = [("class:frame", "─ "), *tabs(tab, TABS), ("class:frame", " ")]
    return [*line, ("class:frame", "─" * (columns - line_width(line)))]


def tabs(current: str, names: Sequence[str], *, between: str = "  ") -> Line:
    """Return the titles of the panels, with brackets around the current one."""
    line: Line = []
    for number, name in enumerate(names):
        if number:
            line.append(("class:frame", between))
        if name == current:
            line.append(("class:tab.current", f"[{TITLES[name]}]"))
        else:
            line.append(("class:tab", TITLES[name]))
    return line


def _compose_wide(places: Plan, contents: Contents) -> list[Line]:
    lesson, panel = places.lesson, places.panel
    assert lesson is not None  # a wide plan always has a lesson panel
    left = [*_filled(contents.lesson, lesson), None, *_filled(contents.console, places.console)]
    right: list[Line | None] = []
    if panel is not None and places.session is not None:
        right = [*_filled(contents.panel, panel), None, *_filled(contents.session, places.session)]
    title: Line = [("class:title", f" {contents.lesson_title} ")]
    tab_line: Line = [("", " "), *tabs(contents.tab, ("sql", "tables", "expected"),
                                       between=" | "), ("", "   (F2) ")]  # fmt: skip
    rows = [contents.header, _border("┌", title, lesson.width, "┬" if right else "┐")]
    if right and panel is not None:
        rows[-1] += _border("", tab_line, panel.width, "┐")
    for number, line in enumerate(left):
        beside = right[number] if right else None
        row = _left_of_row(line, lesson.width, crossed=bool(right) and beside is None)
        if not right:
            row.append(("class:frame", "┤" if line is None else "│"))
        elif panel is not None:
            row += _right_of_row(beside, panel.width, crossed=line is None)
        rows.append(row)
    rows.append(_border("└", [], lesson.width, "┴" if right else "┘"))
    if right and panel is not None:
        rows[-1] += _border("", [], panel.width, "┘")
    return [*rows, contents.keys]


def _left_of_row(line: Line | None, width: int, *, crossed: bool) -> Line:
    """Return the left column of a row; None stands for the border above the console."""
    if line is None:
        return _border("├", [("class:title", " Console ")], width, "")
    return [("class:frame", "│"), *_inside(line, width)]


def _right_of_row(line: Line | None, width: int, *, crossed: bool) -> Line:
    """Return the border in the middle and the right column of a row."""
    if line is None:
        title: Line = [("class:title", " Session (follows the last input) ")]
        return _border("┼" if crossed else "├", title, width, "┤")
    return [("class:frame", "┤" if crossed else "│"), *_inside(line, width), ("class:frame", "│")]


def _inside(line: Line, width: int) -> Line:
    return [("", " "), *pad(line, width), ("", " ")]


def _border(start: str, title: Line, width: int, end: str) -> Line:
    """Return a border line with a title near its start; `width` is that of the text inside."""
    shown = clip(title, width)
    rest = width + 1 - line_width(shown)
    return [("class:frame", start + "─"), *shown, ("class:frame", "─" * rest + end)]


def _filled(lines: Sequence[Line], area: Area) -> list[Line]:
    """Return exactly as many lines as the area has rows."""
    return [*lines[: area.height], *([[]] * (area.height - len(lines)))]


# --- the first and the last row -------------------------------------------------------------------


def bar(done: int, total: int, cells: int = 10) -> str:
    """Return `[####......]`."""
    full = round(cells * done / total) if total else 0
    if done and not full:
        full = 1
    if done < total and full == cells:
        full = cells - 1
    return f"[{'#' * full}{'.' * (cells - full)}]"


def header(
    columns: int,
    *,
    kernel: str,
    place: str = "",
    title: str = "",
    done: int = 0,
    total: int = 0,
    transaction: str = "none",
    alarm: str = "",
) -> Line:
    """Return the first row: where we are, how far, the transaction, the kernel."""
    wide = columns >= WIDE_COLUMNS
    percent = f" {100 * done // total}%" if wide and total else ""
    gap = "    " if wide else "   "
    right: Line = []
    if columns >= 50:
        right = [("class:bar", bar(done, total) + percent), ("", "     " if wide else gap)]
    if alarm:
        right += [("class:alarm", alarm), ("", gap)]
    if columns >= LEAST_COLUMNS:
        failed = transaction.startswith("FAILED")
        right += [("class:warning" if failed else "", f"txn: {transaction}"), ("", gap)]
    busy = not kernel.startswith("ready")
    right += [("class:busy" if busy else "", f"kernel: {kernel}"), ("", " ")]
    left: Line = [("class:title", " ormtutor"), ("", "  ")] if wide else []
    left += [("", " "), ("class:strong", place), ("", "  "), ("", title)]
    return justify(left, right, columns)


def key_line(columns: int, keys: Sequence[tuple[str, str]], commands: Sequence[str]) -> Line:
    """Return the last row: keys with what they do, then commands; as many as fit."""
    line: Line = [("", " ")]
    for number, (key, word) in enumerate(keys):
        piece: Line = [("", "  ")] if number else []
        piece += [("class:key", key), ("", f" {word}")]
        if line_width(line) + line_width(piece) > columns - 1:
            return line
        line += piece
    tail: Line = []
    for command in commands:
        piece = [("", "  "), ("", command)]
        if line_width(line) + line_width(tail) + line_width(piece) + 1 > columns - 1:
            break
        tail += piece
    return justify(line, [*tail, ("", " ")], columns) if tail else line


def menu(proposals: Sequence[tuple[str, str]], current: int | None, room: int) -> list[Line]:
    """Return a few rows of proposals around the current one, which is marked by `>`."""
    top = 0 if current is None else max(0, min(current - 2, len(proposals) - MENU_ROWS))
    shown = proposals[top : top + MENU_ROWS]
    size = min(max(line_width([("", text)]) for text, _ in shown), max(8, room // 2))
    lines: list[Line] = []
    for number, (text, kind) in enumerate(shown, top):
        at = number == current
        style = "class:menu.current" if at else "class:menu"
        name = clip([(style, visible(text))], size)
        gap = " " * (size - line_width(name) + 2)
        lines.append(clip([("", "  > " if at else "    "), *name, ("", gap + kind)], room))
    rest = len(proposals) - len(shown)
    if rest > 0:
        lines[-1] = clip([*lines[-1], ("class:quiet", f"   ({rest} more: Tab)")], room)
    return lines


def first_frame(columns: int, rows: int) -> tuple[list[Line], Plan]:
    """Return the rows to paint before anything is known, an empty frame, and their places."""
    places = plan(columns, rows, text_rows=rows, idle=True)
    return compose(places, Contents(header=header(columns, kernel="starting"), keys=[])), places
