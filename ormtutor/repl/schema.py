"""The mapped tables as a picture, as sentences, and as Mermaid text for a page.

Before: kernel/mapping.py has returned the mapping, in the shape told there.
Here:   a box for each table, side by side if there is room, and a line for each relationship.
After:  `:schema` shows it; `:schema mermaid` shows an erDiagram.
"""

from __future__ import annotations

import re

from ormtutor.repl.cells import columns, line_width, pad, visible, wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from ormtutor.repl.cells import Line

    Content = Mapping[str, Any]

NO_CLASSES = "No class is mapped yet. A declared class will stand here with its table."
GAP = 3

# How the two ends are drawn: `<` and `>` are the side of the many (a crow's foot).
_LINES = {
    "one-to-many": "──<",
    "many-to-one": ">──",
    "one-to-one": "───",
    "many-to-many": ">──<",
    "": "──>",
}
_OPPOSITE = {"one-to-many": "many-to-one", "many-to-one": "one-to-many"}
_MERMAID = {
    "one-to-many": "||--o{",
    "many-to-one": "}o--||",
    "one-to-one": "||--o|",
    "many-to-many": "}o--o{",
}


# --- relationships, both ends together ------------------------------------------------------------


def pairs(content: Content) -> list[tuple[Mapping[str, Any], Mapping[str, Any] | None]]:
    """Return the relationships, each with its other end if that is known, else None."""
    ends = list(content["relationships"])
    found: list[tuple[Mapping[str, Any], Mapping[str, Any] | None]] = []
    paired: list[int] = []
    for number, end in enumerate(ends):
        if number in paired:
            continue
        other = next(
            (index for index, one in enumerate(ends) if index > number and _are_ends(end, one)),
            None,
        )
        if other is None:
            found.append((end, None))
            continue
        paired.append(other)
        first, second = end, ends[other]
        if first["kind"] == "many-to-one":  # the parent is on the left
            first, second = second, first
        found.append((first, second))
    return found


def _are_ends(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return (one["target"], one["back"]) == (other["class"], other["name"]) or (
        other["target"],
        other["back"],
    ) == (one["class"], one["name"])


def _kind(end: Mapping[str, Any], other: Mapping[str, Any] | None) -> str:
    kind = str(end["kind"])
    if not kind and other is not None:
        kind = _OPPOSITE.get(other["kind"], str(other["kind"]))
    return kind


def _called(end: Mapping[str, Any]) -> str:
    return visible(f"{end['class']}.{end['name']}")


def _other(end: Mapping[str, Any], other: Mapping[str, Any] | None) -> str:
    if other is not None:
        return _called(other)
    target = visible(end["target"]) or "(not worked out yet)"
    return f"{target}.{visible(end['back'])}" if end["back"] else target


# --- the picture ----------------------------------------------------------------------------------


def picture(content: Content, room: int) -> list[Line]:
    """Return the tables as boxes, and a line for each relationship."""
    if not any(table["class"] for table in content["tables"]):
        return wrap([("", NO_CLASSES)], room)
    lines = _side_by_side([_box(table, room) for table in content["tables"]], room)
    rows: list[list[Line]] = []
    for end, other in pairs(content):
        through = f"through {visible(end['secondary'])}" if end["secondary"] else ""
        rows.append(
            [
                [("class:strong", _called(end))],
                [("class:quiet", _LINES[_kind(end, other)])],
                [("class:strong", _other(end, other))],
                [("class:quiet", " ".join(filter(None, [_kind(end, other), through])))],
            ]
        )
    return [*lines, *([[], *columns(rows, room)] if rows else [])]


def _box(table: Mapping[str, Any], room: int) -> list[Line]:
    body = columns([_column(column) for column in table["columns"]], max(10, room - 4))
    name = visible(table["name"])
    title: Line = [("class:strong", name)]
    if table["class"]:
        title += [("class:quiet", "  class "), ("class:strong", visible(table["class"]))]
    size = min(room - 4, max(map(line_width, [title, *body])))
    frame = "─" * (size + 2)
    inside = [[("", "│ "), *pad(line, size), ("", " │")] for line in [title, *body]]
    rule: Line = [("", f"├{frame}┤")]
    return [[("", f"┌{frame}┐")], inside[0], rule, *inside[1:], [("", f"└{frame}┘")]]


def _column(column: Mapping[str, Any]) -> list[Line]:
    marks = ["key"] if column["key"] else []
    marks += ["not null"] if column["required"] else []
    marks += [f"-> {visible(one)}" for one in column["refers"]]
    return [
        [("", visible(column["name"]))],
        [("class:quiet", visible(column["type"]))],
        [("class:fact", ", ".join(marks))],
    ]


def _side_by_side(boxes: Sequence[list[Line]], room: int) -> list[Line]:
    lines: list[Line] = []
    row: list[list[Line]] = []
    for box in boxes:
        if row and sum(line_width(one[0]) + GAP for one in row) + line_width(box[0]) > room:
            lines += _joined(row)
            row = []
        row.append(box)
    return [*lines, *_joined(row)]


def _joined(row: Sequence[list[Line]]) -> Iterator[Line]:
    for number in range(max(map(len, row), default=0)):
        line: Line = []
        start = 0
        for box in row:
            missing = start - line_width(line)
            if number < len(box):
                line += [("", " " * missing)] if missing else []
                line += box[number]
            start += line_width(box[0]) + GAP
        yield line


# --- in words, and for a page ---------------------------------------------------------------------


def words(content: Content) -> list[str]:
    """Return tables and relationships in sentences, for line mode."""
    if not any(table["class"] for table in content["tables"]):
        return [NO_CLASSES]
    lines = []
    for table in content["tables"]:
        whose = f", class {table['class']}" if table["class"] else ", no class"
        told = "; ".join(_column_words(column) for column in table["columns"])
        lines.append(visible(f"Table {table['name']}{whose}: {told}."))
    for end, other in pairs(content):
        through = f", through the table {end['secondary']}" if end["secondary"] else ""
        kind = _kind(end, other) or "not worked out yet"
        lines.append(f"{_called(end)} and {_other(end, other)}: {kind}{visible(through)}.")
    return lines


def _column_words(column: Mapping[str, Any]) -> str:
    parts = [column["name"], column["type"]]
    parts += ["primary key"] if column["key"] else []
    parts += ["not null"] if column["required"] else []
    parts += [f"refers to {one}" for one in column["refers"]]
    return " ".join(filter(None, parts))


def mermaid(content: Content) -> list[str]:
    """Return the schema as a Mermaid erDiagram, line by line."""
    lines = ["erDiagram"]
    tables = {table["class"]: table["name"] for table in content["tables"] if table["class"]}
    for table in content["tables"]:
        lines.append(f"    {_entity(table['name'])} {{")
        for column in table["columns"]:
            marks = ["PK"] if column["key"] else []
            marks += ["FK"] if column["refers"] else []
            told = [_word(column["type"]) or "any", _word(column["name"]), ", ".join(marks)]
            lines.append("        " + " ".join(filter(None, told)))
        lines.append("    }")
    for end, other in pairs(content):
        shape = _MERMAID.get(_kind(end, other))
        if shape and end["target"] in tables and end["class"] in tables:
            named = " / ".join(one["name"] for one in (end, other) if one is not None)
            left, right = _entity(tables[end["class"]]), _entity(tables[end["target"]])
            lines.append(f'    {left} {shape} {right} : "{named}"')
    return lines


def _entity(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_]\w*", name) else '"' + name.replace('"', "'") + '"'


def _word(text: str) -> str:
    """Return a text as Mermaid accepts a type or a name: letters, digits, hyphens, brackets."""
    return re.sub(r"[^\w()\[\]-]+", "_", text)
