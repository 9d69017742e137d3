"""The session and the tables as panels: what the kernel found, made readable.

Before: kernel/views.py gathers plain data, in the shapes told there, without changing anything.
Here:   objects in three lanes (Python, this transaction, committed) and tables with their rows.
After:  composer.py shows them as panels; `:session`, `:tables` and `:rows` show them in full.

Meanings are shown by marks, not by colours: `+` a row that is not committed, `-` a committed one
that is gone here, `(no row)` and `(expired)` in the lanes.
"""

from __future__ import annotations

from ormtutor.repl.cells import clip, clip_text, column_widths, columns, line_width, visible, wrap
from ormtutor.repl.statements import count_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ormtutor.repl.cells import Line

    View = Mapping[str, Any] | None

NO_OBJECTS = (
    "No mapped objects yet. They will stand here with their state, and with what they hold in "
    "Python, in this transaction, and committed."
)
NO_TABLES = "The database has no tables yet."
NO_ROW = "(no row)"
FIRST_ROWS = 20


# --- the session ----------------------------------------------------------------------------------


def transaction_word(view: View) -> str:
    """Return what the header says about the transaction."""
    word = str((view or {}).get("transaction", "none"))
    return "FAILED, rollback needed" if word == "failed" else word


def session(view: View, room: int, height: int) -> list[Line]:
    """Return the objects in three lanes, and what a rollback would do now."""
    view = view or {}
    objects = view.get("objects") or []
    if not objects:
        return wrap([("class:quiet", NO_OBJECTS)], room)[:height]
    foot = _foot(view, room)
    most = max(2, height - len(foot) - 1)
    lines = _lanes(objects, room)
    if len(lines) > most:
        lines = _lanes_in_short(objects, room)
    hidden = int(view.get("more") or 0)
    if len(lines) > most or hidden:
        left = max(0, len(lines) - (most - 1)) + hidden
        lines = lines[: most - 1]
        lines.append([("class:quiet", f"... {count_of(left, 'object')} more; :session shows all")])
    gap: list[Line] = [[]] if len(lines) + len(foot) < height else []
    return (lines + gap + foot)[:height]


def _lanes(objects: Sequence[Mapping[str, Any]], room: int) -> list[Line]:
    """Return a heading, and a line for each attribute of each object.

    If `name=value` is too wide for the lanes, the names get their own column.
    """
    rows = [_heading("object", "state", "python", "this txn", "committed")]
    for one in objects:
        rows += _lanes_of(one)
    if sum(column_widths(rows, 10_000, 2)) + 8 <= room:
        return columns(rows, room)
    apart = [_heading("object", "state", "", "python", "this txn", "committed")]
    for one in objects:
        for row in _lanes_of(one):
            name = next((text for _, text in map(_first, row[2:]) if "=" in text), "")
            cells = [[(style, text.partition("=")[2] or text) for style, text in cell]
                     for cell in row[2:]]  # fmt: skip
            apart.append([*row[:2], [("", name.partition("=")[0])], *cells])
    return columns(apart, room, fixed=3)


def _first(cell: Line) -> tuple[str, str]:
    return cell[0] if cell else ("", "")


def _lanes_of(one: Mapping[str, Any]) -> list[list[Line]]:
    """Return a row of cells for each attribute: object, state, and the three lanes."""
    rows: list[list[Line]] = []
    python, here, committed = one["python"], one["here"], one["committed"]
    for number, name in enumerate(_attributes(one) or [""]):
        start: list[Line] = [[("class:strong", _called(one))], [("", str(one["state"]))]]
        rows.append(
            [
                *(start if number == 0 else [[], []]),
                [_in_python(one, name)],
                [_in_row(here, name, number, before=python)],
                [_in_row(committed, name, number, before=here)],
            ]
        )
    return rows


def _lanes_in_short(objects: Sequence[Mapping[str, Any]], room: int) -> list[Line]:
    """Return a heading, and one line for each object, with only what differs in its rows."""
    rows = [_heading("object", "state", "python", "this txn", "committed")]
    for one in objects:
        names = _attributes(one)
        held = {name: _in_python(one, name)[1] for name in names}
        here, committed = one["here"], one["committed"]
        rows.append(
            [
                [("class:strong", _called(one))],
                [("", str(one["state"]))],
                [("", "(expired)" if names and not one["python"] else " ".join(held.values()))],
                [("", _difference(one["python"], here))],
                [("", _difference(here if here is not None else one["python"], committed))],
            ]
        )
    return columns(rows, room, fixed=2)


def _heading(*words: str) -> list[Line]:
    return [[("class:heading", word)] for word in words]


def _called(one: Mapping[str, Any]) -> str:
    return visible(str(one["name"] or one["label"]))


def _attributes(one: Mapping[str, Any]) -> list[str]:
    """Return the object's attributes that are known, in the order of its columns."""
    lanes = [one["here"], one["committed"], one["python"], dict.fromkeys(one["expired"])]
    return list(dict.fromkeys(name for lane in lanes for name in lane or ()))


def _in_python(one: Mapping[str, Any], name: str) -> tuple[str, str]:
    if not name:
        return "class:quiet", "(nothing set)"
    if name in one["python"]:
        return "", f"{name}={plain(one['python'][name])}"
    if name in one["expired"]:
        return "class:dotted", f"{name} (expired)"
    return "class:quiet", f"{name} (not set)" if one["state"] != "persistent" else name + " (later)"


def _in_row(
    row: Mapping[str, str] | None,
    name: str,
    number: int,
    *,
    before: Mapping[str, str] | None,
) -> tuple[str, str]:
    """Return what a lane shows for an attribute; bold if the lane before it differs."""
    if row is None:
        return "class:quiet", NO_ROW if number == 0 else ""
    if name not in row:
        return "", ""
    differs = before is not None and before.get(name, row[name]) != row[name]
    return "class:strong" if differs else "", f"{name}={plain(row[name])}"


def _difference(before: Mapping[str, str], after: Mapping[str, str] | None) -> str:
    """Return the values in `after` that differ from those in `before`, in words."""
    if after is None:
        return NO_ROW
    differing = [
        f"{name}={plain(value)}"
        for name, value in after.items()
        if name in before and before[name] != value
    ]
    return " ".join(differing) or "same"


def plain(value: str) -> str:
    """Return a repr without the quotes of a text, unless it would look like another value."""
    inner = value[1:-1]
    is_text = len(value) > 2 and value[0] == value[-1] and value[0] in "'\""
    if not is_text or "\\" in inner or inner in ("None", "True", "False"):
        return visible(value)
    if inner.strip() != inner or inner.replace(".", "", 1).lstrip("+-").isdigit():
        return visible(value)
    return visible(inner)


def _foot(view: Mapping[str, Any], room: int) -> list[Line]:
    """Return the session's collections, and what a rollback would undo."""
    waiting = _some(view.get("waiting") or [], room // 2)
    known = _some(view.get("identity_map") or [], room // 2)
    first: Line = [("class:strong", "waiting list: "), ("", waiting)]
    second: Line = [("class:strong", "identity map: "), ("", known)]
    if line_width(first) + line_width(second) + 3 <= room:
        lines = [[*first, ("", "   "), *second]]
    else:
        lines = [clip(first, room), clip(second, room)]
    for key, title in (("changed", "changed: "), ("deleted", "to be deleted: ")):
        if view.get(key):
            line: Line = [("class:strong", title), ("", _some(view[key], room - len(title)))]
            lines.append(clip(line, room))
    undone = _some(view.get("rollback") or [], room - 20, none=_by_rollback(view))
    lines.append(clip([("class:strong", "rollback now would: "), ("", undone)], room))
    return lines


def _by_rollback(view: View) -> str:
    """Return what a rollback does if it concerns no object; it may still change rows."""
    word = transaction_word(view)
    if word.startswith("FAILED"):
        return "end the failed transaction"
    return "change none of these objects" if word == "open" else "change nothing"


def _some(names: Sequence[str], room: int, *, none: str = "empty") -> str:
    """Return as many names as fit, and how many more there are; `none` if there are none."""
    if not names:
        return none
    counted: dict[str, int] = {}
    for name in names:
        counted[name] = counted.get(name, 0) + 1
    words = [f"{visible(name)} x{n}" if n > 1 else visible(name) for name, n in counted.items()]
    shown = ""
    for number, word in enumerate(words):
        longer = f"{shown}, {word}" if shown else word
        rest = len(words) - number - 1
        if shown and len(longer) + (len(f" and {rest} more") if rest else 0) > room:
            return f"{shown} and {len(words) - number} more"
        shown = longer
    return shown


def session_words(view: View) -> list[str]:
    """Return the session in sentences, for line mode."""
    view = view or {}
    if not view.get("objects"):
        return [NO_OBJECTS]
    lines = []
    for one in view["objects"]:
        held = ", ".join(f"{name} {value}" for name, value in one["python"].items()) or "nothing"
        if one["expired"]:
            held += f" (expired: {', '.join(one['expired'])})"
        lines.append(
            f"{_called(one)}: {one['state']}. In Python: {held}. "
            f"In this transaction: {_row_in_words(one['here'], one['python'])}. "
            f"Committed: {_row_in_words(one['committed'], one['here'])}."
        )
    if view.get("more"):
        lines.append(f"And {count_of(view['more'], 'object')} more.")
    for key, title in (
        ("waiting", "Waiting list"),
        ("changed", "Changed"),
        ("deleted", "To be deleted"),
        ("identity_map", "Identity map"),
    ):
        lines.append(f"{title}: {_some(view.get(key) or [], 1000)}.")
    undone = _some(view.get("rollback") or [], 1000, none=_by_rollback(view))
    lines.append(f"A rollback now would {undone}.")
    return lines


def _row_in_words(row: Mapping[str, str] | None, other: Mapping[str, str] | None) -> str:
    if row is None:
        return "no row"
    if row == other:
        return "the same"
    return ", ".join(f"{name} {value}" for name, value in row.items())


# --- the tables -----------------------------------------------------------------------------------


def tables(view: View, room: int, height: int) -> list[Line]:
    """Return each table with its counts and its first rows."""
    found = (view or {}).get("tables") or {}
    if not found:
        return wrap([("class:quiet", NO_TABLES)], room)[:height]
    lines: list[Line] = []
    for name, table in found.items():
        if lines:
            lines.append([])
        lines += _table(name, table, room)
    if len(lines) > height:
        left = len(lines) - height + 1
        note = f"... {count_of(left, 'line')} more; :tables shows all"
        lines = [*lines[: height - 1], [("class:quiet", note)]]
    return lines


def _table(name: str, table: Mapping[str, Any], room: int) -> list[Line]:
    head: Line = [("class:strong", visible(name)), ("", f"  {counts(table)}")]
    if not table["columns"]:
        return [head]
    lines = [*wrap(head, room, indent=2), *_rows(table, room)]
    shown = min(len(table["rows"]), FIRST_ROWS)
    if table["count"] > shown:
        note = f"  first {shown} of {table['count']:,} rows; :rows {name} shows more"
        lines.append([("class:quiet", clip_text(note, room))])
    return lines


def counts(table: Mapping[str, Any]) -> str:
    """Return how many rows there are, and, if changed, how many are committed."""
    here = count_of(table["count"], "row")
    committed = table["count"] - len(table["changed"]) + len(table["gone"])
    if not table["changed"] and not table["gone"]:
        return here
    return f"{here} in this transaction, {committed:,} committed"


def _rows(table: Mapping[str, Any], room: int, *, most: int = FIRST_ROWS) -> list[Line]:
    """Return a heading, the rows with their marks, and committed rows that are gone here."""
    changed = set(table["changed"])
    grid: list[list[Line]] = [[[("", "  ")], *_heading(*map(visible, table["columns"]))]]
    for number, row in enumerate(table["rows"][:most]):
        mark = "+" if number in changed else " "
        grid.append([[("class:met", f" {mark}")], *([("", plain(value))] for value in row)])
    for row in table["gone"][:most]:
        grid.append([[("class:wrong", " -")], *([("class:quiet", plain(value))] for value in row)])
    lines = columns(grid, room)
    if changed or table["gone"]:
        told = [text for text, is_there in (("+ not committed", changed), ("- committed, gone here",
                table["gone"])) if is_there]  # fmt: skip
        lines.append([("class:quiet", clip_text(f"   ({', '.join(told)})", room))])
    return lines


def rows(view: View, name: str, room: int) -> list[Line]:
    """Return all rows of a table that the kernel has sent, and how many there are."""
    table = ((view or {}).get("tables") or {})[name]
    lines = [[("class:strong", visible(name)), ("", f"  {counts(table)}")]]
    lines += _rows(table, room, most=10_000)
    shown = len(table["rows"])
    if table["count"] > shown:
        lines.append([("class:quiet", f"  first {shown:,} of {table['count']:,} rows")])
    return lines


def table_names(view: View) -> list[str]:
    """Return the names of the tables."""
    return list((view or {}).get("tables") or {})


def only(view: View, name: str) -> dict[str, Any]:
    """Return the view with only the table of that name; with all tables if it is empty."""
    found = (view or {}).get("tables") or {}
    return {"tables": {key: found[key] for key in found if not name or key == name}}


def table_words(view: View) -> list[str]:
    """Return the tables in sentences, for line mode."""
    found = (view or {}).get("tables") or {}
    lines = []
    for name, table in found.items():
        lines.append(f"Table {name}: {counts(table)}. Columns: {', '.join(table['columns'])}.")
        changed = set(table["changed"])
        for number, row in enumerate(table["rows"][:FIRST_ROWS]):
            mark = " (not committed)" if number in changed else ""
            lines.append(f"row: {', '.join(row)}{mark}.")
        lines += [f"committed, gone here: {', '.join(row)}." for row in table["gone"][:FIRST_ROWS]]
        if table["count"] > FIRST_ROWS:
            lines.append(f"These are the first {FIRST_ROWS} of {table['count']:,} rows.")
    return lines or [NO_TABLES]
