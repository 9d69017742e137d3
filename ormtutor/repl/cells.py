"""Text as terminal cells: how wide it is, where it breaks, what must be escaped.

Before: panels.py and prose.py make styled text, often from what a learner printed.
Here:   measuring, wrapping, clipping and escaping, without any knowledge of colours or terminals.
After:  stage.py and line.py put the cells on the terminal.

A *fragment* is a style name and its text, a *line* a list of fragments without a newline. This
module and those that draw the first frame import nothing heavy, since the prompt must appear fast.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Fragment = tuple[str, str]
Line = list[Fragment]

TAB = 8
ELLIPSIS = "…"

# Characters of one cell, for which wcwidth (50 ms to import) is not needed: Latin, Greek and
# Cyrillic letters, general punctuation, arrows, mathematical and box-drawing characters.
_NARROW = re.compile("[\\x20-\\x7e\\xa1-\\xac\\xae-\u02ff\u0370-\u0482\u048a-\u0559"
                     "\u2010-\u2027\u2190-\u22ff\u2500-\u257f]*")  # fmt: skip

# What would control the terminal or reorder the line: C0 and C1 controls, bidirectional overrides,
# separators that some terminals take for a newline, and halves of surrogate pairs.
_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)

# Colours and nothing else: `ESC [ digits ; digits m`, the only sequence that learners may print.
_SGR = re.compile("\x1b\\[[0-9;]{0,32}m")

ASCII = str.maketrans(
    "─│┌┐└┘├┤┬┴┼…→•·\u201c\u201d\u2019",  # the last three: curved quotation marks
    '-|+++++++++~>*.""\'',
)


def width(text: str) -> int:
    """Return how many cells the text takes; it must have gone through `visible`."""
    if text.isascii() or _NARROW.fullmatch(text):
        return len(text)
    return sum(map(character_width, text))


_widths: dict[str, int] = {}


def character_width(character: str) -> int:
    """Return the cells of one character: 0 for a combining one, 2 for a wide one."""
    known = _widths.get(character)
    if known is None:
        if _NARROW.fullmatch(character):
            known = 1
        else:
            from wcwidth import wcwidth  # 50 ms, and most sessions never need it

            known = max(0, wcwidth(character))
        _widths[character] = known
    return known


def line_width(line: Line) -> int:
    """Return how many cells the line takes."""
    return sum(width(text) for _, text in line)


def text_of(line: Line) -> str:
    """Return the line without its styles."""
    return "".join(text for _, text in line)


def visible(text: str) -> str:
    """Return the text with control characters escaped, so that none reaches a terminal.

    Newlines stay; a tab becomes blanks up to its stop.
    """
    if text.isascii() and text.isprintable():
        return text
    return "\n".join(
        _CONTROL.sub(_spelled, expand_tabs(line)) for line in text.replace("\r\n", "\n").split("\n")
    )


def _spelled(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode("ascii")


def visible_or_coloured(text: str) -> str:
    """Return the text as `visible` does, but with its colours, which end with the text."""
    pieces: list[str] = []
    position = 0
    for match in _SGR.finditer(text):
        pieces += visible(text[position : match.start()]), match[0]
        position = match.end()
    if position == 0:
        return visible(text)
    pieces += visible(text[position:]), "\x1b[0m"
    return "".join(pieces)


def expand_tabs(text: str) -> str:
    """Return the text with each tab as blanks up to its stop, counted in cells."""
    if "\t" not in text:
        return text
    pieces = text.split("\t")
    expanded = ""
    for piece in pieces[:-1]:
        expanded += piece
        expanded += " " * (TAB - width(expanded) % TAB)
    return expanded + pieces[-1]


def cut(text: str, room: int) -> tuple[str, str]:
    """Return the part of the text that fits in `room` cells, and the rest."""
    if text.isascii() or width(text) <= room:
        return text[:room], text[room:]
    used = 0
    for index, character in enumerate(text):
        used += character_width(character)
        if used > room:
            return text[:index], text[index:]
    return text, ""


def clip(line: Line, room: int) -> Line:
    """Return the line, cut and with an ellipsis if it is wider than `room`."""
    if line_width(line) <= room:
        return line
    if room <= 0:
        return []
    clipped: Line = []
    left = room - 1
    for style, text in line:
        kept, rest = cut(text, left)
        clipped.append((style, kept))
        left -= width(kept)
        if rest:
            break
    return [*clipped, ("", ELLIPSIS)]


def clip_text(text: str, room: int) -> str:
    """Return the text, cut and with an ellipsis if it is wider than `room`."""
    return text_of(clip([("", text)], room))


def pad(line: Line, room: int) -> Line:
    """Return the line padded with blanks to `room` cells, or clipped to them."""
    clipped = clip(line, room)
    missing = room - line_width(clipped)
    return [*clipped, ("", " " * missing)] if missing > 0 else clipped


def justify(left: Line, right: Line, room: int) -> Line:
    """Return one line with `left` at its start and `right` at its end; `left` is clipped first."""
    right = clip(right, room)
    space = room - line_width(right)
    if not right or space <= 2:
        return pad(left, room)
    return [*pad(clip(left, space - 1), space), *right]


def fold(line: Line, room: int, *, indent: int = 0, here: int | None = None) -> list[Line]:
    """Return the line broken exactly where a row is full, later rows indented: for output.

    `here` is the room left in the first row; by default all of it.
    """
    room = max(1, room)
    left = room if here is None else here
    if line_width(line) <= left:
        return [line]
    indent = min(indent, max(0, room - 8))
    rows: list[Line] = [[]]
    for style, text in line:
        while text:
            kept, text = cut(text, left)
            if not kept and left == room - indent:
                kept, text = text[0], text[1:]  # one character wider than the whole row
            if kept:
                rows[-1].append((style, kept))
                left = max(0, left - width(kept))
            if text:
                rows.append([("", " " * indent)] if indent else [])
                left = room - indent
    return rows


def wrap(line: Line, room: int, *, indent: int = 0) -> list[Line]:
    """Return the line broken at blanks, later rows indented: for prose and SQL.

    A word too long for any row is folded.
    """
    room = max(1, room)
    if line_width(line) <= room:
        return [line]
    indent = min(indent, max(0, room - 8))
    rows: list[Line] = [[]]
    used = 0
    blank: Line = []  # written only if a word follows on the same row
    for word in _words(line):
        if word[0][1].isspace():
            blank = word
            continue
        start = used + line_width(blank)
        size = line_width(word)
        if start + size <= room:
            rows[-1] += [*blank, *word]
            used = start + size
        elif size <= room - indent:
            rows.append([("", " " * indent), *word] if indent else list(word))
            used = indent + size
        else:
            pieces = fold(word, room, indent=indent, here=max(0, room - start))
            rows[-1] += [*blank, *pieces[0]] if line_width(pieces[0]) else pieces[0]
            rows += pieces[1:]
            used = line_width(rows[-1])
        blank = []
    return rows


def wrap_code(line: Line, room: int, *, indent: int = 0) -> list[Line]:
    """Return a line of code broken where that is natural: at blanks, commas, brackets and dots.

    A piece too long for any row is folded; blanks at a break are dropped.
    """
    room = max(1, room)
    if line_width(line) <= room:
        return [line]
    indent = min(indent, max(0, room - 8))
    rows: list[Line] = [[]]
    used = 0
    for style, text in line:
        for piece in re.findall(r"\w+|[(\[{]|[)\]}]+|[.]\w*|\s+|[^\w\s(){}\[\].]+", text):
            size = width(piece)
            if used + size > room and piece.isspace() and rows[-1]:
                continue
            if used + size > room and used > indent and size <= room - indent:
                rows.append([("", " " * indent)] if indent else [])
                used = indent
            folded = fold([(style, piece)], room, indent=indent, here=max(0, room - used))
            rows[-1] += folded[0]
            rows += folded[1:]
            used = line_width(rows[-1])
    return rows


def _words(line: Line) -> Iterator[Line]:
    """Yield runs of blanks and runs of other characters; a run may have several styles.

    A string of SQL or Python is one word, not to be broken at its blanks.
    """
    word: Line = []
    blank = False
    for style, text in line:
        for piece in [text] if style == "class:string" else re.findall(r"\s+|\S+", text):
            if word and piece.isspace() is not blank:
                yield word
                word = []
            blank = piece.isspace()
            word.append((style, piece))
    if word:
        yield word


def column_widths(
    rows: Sequence[Sequence[Line]], room: int, gap: int, *, fixed: int = 0
) -> list[int]:
    """Return how wide each column may be so that all fit: the widest ones are narrowed.

    The first `fixed` columns are narrowed only when the others are at their minimum.
    """
    count = max(map(len, rows), default=0)
    widths = [max((line_width(row[i]) for row in rows if i < len(row)), default=0)
              for i in range(count)]  # fmt: skip
    for first in (fixed, 0):
        while sum(widths) + gap * (count - 1) > room and max(widths[first:], default=0) > 4:
            widths[first + widths[first:].index(max(widths[first:]))] -= 1
    return widths


def columns(
    rows: Sequence[Sequence[Line]], room: int, *, gap: int = 2, fixed: int = 0
) -> list[Line]:
    """Return one line for each row, with aligned columns; cells that are cut get an ellipsis."""
    widths = column_widths(rows, room, gap, fixed=fixed)
    return [_joined([clip(cell, widths[i]) for i, cell in enumerate(row)], widths, gap)
            for row in rows]  # fmt: skip


def grid(
    rows: Sequence[Sequence[Line]], room: int, *, gap: int = 2, only: int | None = None
) -> list[Line]:
    """Return the rows with aligned columns, long cells wrapped over several lines.

    `only` limits the result to so many rows, at the widths that all rows need.
    """
    widths = column_widths(rows, room, gap)
    lines: list[Line] = []
    for row in rows[:only]:
        wrapped = [wrap(cell, widths[i]) for i, cell in enumerate(row)]
        for number in range(max(map(len, wrapped), default=0)):
            pieces = [cell[number] if number < len(cell) else [] for cell in wrapped]
            lines.append(_joined(pieces, widths, gap))
    return lines


def _joined(pieces: Sequence[Line], widths: Sequence[int], gap: int) -> Line:
    """Return the cells of one line side by side, without trailing blanks."""
    line: Line = []
    start = 0
    for piece, size in zip(pieces, widths, strict=False):
        if piece:
            missing = start - line_width(line)
            line += [("", " " * missing)] if missing else []
            line += piece
        start += size + gap
    return line


def in_ascii(line: Line) -> Line:
    """Return the line with boxes, arrows and ellipses as plain ASCII."""
    return [(style, text.translate(ASCII)) for style, text in line]
