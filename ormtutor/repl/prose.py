"""Lesson prose: the Markdown between the fences, made readable at a width.

Before: course/markdown.py has cut a lesson into parts; a prose part is still Markdown text.
Here:   paragraphs, lists, tables, quotes, headings and code blocks become styled lines.
After:  panels.py puts them into the lesson panel, line.py prints them.

Only what lessons use is known here; anything else is shown as it was written. The real CommonMark
parser, which finds the fences, takes 46 ms to import, and would delay the first prompt.
"""

from __future__ import annotations

import re
from functools import lru_cache

from ormtutor.repl.cells import grid, line_width, text_of, wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ormtutor.repl.cells import Line

_INLINE = re.compile(
    r"(?P<escape>\\[!-/:-@\[-`{-~])"
    r"|(?P<ticks>`+)(?P<code>.+?)(?<!`)(?P=ticks)(?!`)"
    r"|(?P<strong>\*\*(?=\S)(?P<strong_text>.+?)(?<=\S)\*\*)"
    r"|(?P<emphasis>(?<![\w*])(?P<mark>[*_])(?=\S)(?P<emphasis_text>.+?)(?<=\S)(?P=mark)(?![\w*]))"
    r"|(?P<link>!?\[(?P<label>[^\]]*)\]\((?P<target>[^)\s]*)(?:\s+\"[^\"]*\")?\))"
    r"|<(?P<address>https?://[^>\s]+)>"
    r"|(?P<entity>&(?:amp|lt|gt|quot|nbsp);)",
    re.DOTALL,
)
_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&nbsp;": " "}
_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*\s*(?:\{#[\w-]+\}\s*)?$")
_ITEM = re.compile(r"(\s*)([-*+]|\d{1,9}[.)])\s+(.*)")
_FENCE = re.compile(r"(\s{0,3})(`{3,}|~{3,})")
_TABLE_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")
_RULE = re.compile(r"\s{0,3}([-*_])(\s*\1){2,}\s*$")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def render(markdown: str, room: int, *, marks: bool = False) -> list[Line]:
    """Return the prose as lines of at most `room` cells, with an empty line between blocks.

    With `marks` the backticks around code stay, for line mode, where no style shows it.
    """
    return list(_rendered(markdown, room, marks))


@lru_cache(maxsize=64)
def _rendered(markdown: str, room: int, marks: bool) -> tuple[Line, ...]:
    """Cached, since each frame shows the same text: rendering would take half of its time."""
    lines: list[Line] = []
    for block in _blocks(_COMMENT.sub("", markdown).strip("\n").split("\n"), room, marks):
        if block:
            lines += [[], *block] if lines else block
    return tuple(lines)


def _blocks(source: list[str], room: int, marks: bool) -> list[list[Line]]:
    blocks: list[list[Line]] = []
    position = 0
    while position < len(source):
        if not source[position].strip():
            position += 1
            continue
        end = _end_of_block(source, position)
        blocks.append(_block(source[position:end], room, marks))
        position = end
    return blocks


def _end_of_block(source: list[str], start: int) -> int:
    """Return the index after the block that begins at `start`."""
    fence = _FENCE.match(source[start])
    if fence:
        for index in range(start + 1, len(source)):
            if source[index].strip().startswith(fence[2]) and not source[index].strip(" `~"):
                return index + 1
        return len(source)
    if _HEADING.match(source[start]) or _RULE.match(source[start]):
        return start + 1
    in_list = bool(_ITEM.match(source[start]))
    for index in range(start + 1, len(source)):
        line = source[index]
        if not line.strip():
            following = source[index + 1] if index + 1 < len(source) else ""
            if in_list and (_ITEM.match(following) or following.startswith("  ")):
                continue
            return index
        if _HEADING.match(line) or (_FENCE.match(line) and not in_list):
            return index
        if _ITEM.match(line) and not in_list and not line.startswith("    "):
            return index
    return len(source)


def _block(source: list[str], room: int, marks: bool) -> list[Line]:
    first = source[0]
    if heading := _HEADING.match(first):
        return wrap([("class:heading", text_of(inline(heading[2])))], room)
    if _FENCE.match(first):
        return _code(source[1:-1] if len(source) > 1 else [], room)
    if _RULE.match(first):
        return [[("", ("-" if marks else "─") * min(room, 20))]]
    if first.startswith("    "):
        return _code([line[4:] for line in source], room)
    if first.lstrip().startswith(">"):
        return _quote(source, room, marks)
    if _ITEM.match(first):
        return _list(source, room, marks)
    if len(source) > 1 and "|" in first and _TABLE_RULE.match(source[1]):
        return _table(source, room, marks)
    return _paragraph(source, room, marks)


def _paragraph(source: list[str], room: int, marks: bool) -> list[Line]:
    lines: list[Line] = []
    sentence = ""
    for row in source:
        hard = row.endswith(("  ", "\\"))
        sentence += (" " if sentence else "") + row.strip().removesuffix("\\")
        if hard:
            lines += wrap(inline(sentence, marks=marks), room)
            sentence = ""
    if sentence:
        lines += wrap(inline(sentence, marks=marks), room)
    return lines


def _code(source: list[str], room: int) -> list[Line]:
    """Return code as it is, indented a little; long lines are wrapped."""
    return [
        row
        for line in source
        for row in wrap([("", "  "), ("class:code", line)] if line else [], room, indent=6)
    ]


def _quote(source: list[str], room: int, marks: bool) -> list[Line]:
    inner = "\n".join(re.sub(r"^\s*>\s?", "", line) for line in source)
    bar = "> " if marks else "│ "
    return [[("class:quiet", bar), *line] for line in render(inner, max(1, room - 2), marks=marks)]


def _list(source: list[str], room: int, marks: bool) -> list[Line]:
    """Return the items of a list, nested ones indented."""
    lines: list[Line] = []
    item: list[str] = []
    lead = ""

    def flush() -> None:
        if item:
            body = _paragraph(item, max(8, room - len(lead)), marks)
            lines.extend(
                [("", lead if number == 0 else " " * len(lead)), *row]
                for number, row in enumerate(body)
            )

    for row in source:
        if not row.strip():
            continue
        match = _ITEM.match(row)
        if match:
            flush()
            bullet = match[2] if match[2][0].isdigit() else "•" if not marks else "-"
            lead = " " * min(len(match[1]), room // 3) + bullet + " "
            item = [match[3]]
        else:
            item.append(row)
    flush()
    return lines


def _table(source: list[str], room: int, marks: bool) -> list[Line]:
    """Return a table with aligned columns, its long cells wrapped rather than cut."""
    rows: list[list[Line]] = []
    for number, row in enumerate(source):
        if number != 1:
            cells = re.split(r"(?<!\\)\|", row.strip().removeprefix("|").removesuffix("|"))
            style = "class:strong" if number == 0 else ""
            texts = [cell.strip().replace("\\|", "|") for cell in cells]
            rows.append([inline(text, style=style, marks=marks) for text in texts])
    lines = grid(rows, room)
    heading = len(grid(rows, room, only=1))
    lines.insert(heading, [("", ("-" if marks else "─") * max(map(line_width, lines)))])
    return lines


def inline(text: str, *, style: str = "", marks: bool = False) -> Line:
    """Return a line of prose with its code, bold, emphasis and links as styled fragments."""
    line: Line = []
    position = 0
    for match in _INLINE.finditer(text):
        if match.start() > position:
            line.append((style, text[position : match.start()]))
        line += _inline_piece(match, style, marks)
        position = match.end()
    if position < len(text):
        line.append((style, text[position:]))
    return line


def _inline_piece(match: re.Match[str], style: str, marks: bool) -> Line:
    if match["escape"]:
        return [(style, match["escape"][1])]
    if match["ticks"]:
        code = match["code"]
        if len(code) > 2 and code[0] == code[-1] == " " and code.strip():
            code = code[1:-1]
        return [("class:code", f"`{code}`" if marks else code)]
    if match["strong"]:
        return inline(match["strong_text"], style="class:strong", marks=marks)
    if match["emphasis"]:
        return inline(match["emphasis_text"], style="class:emphasis", marks=marks)
    if match["link"]:
        label, target = match["label"], match["target"]
        shown = inline(label, style="class:link", marks=marks)
        outside = target.startswith(("http://", "https://")) and target != label
        return [*shown, (style, f" ({target})")] if outside else shown
    if match["address"]:
        return [("class:link", match["address"])]
    return [(style, _ENTITIES[match["entity"]])]
