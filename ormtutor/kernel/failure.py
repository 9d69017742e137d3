"""Failure: an exception as the learner sees it, trimmed to the learner's own lines.

Before: executor.py caught it.
Here:   the frames of `<ormtutor STEP #n>` with their source and carets; those between them are
        folded ("... inside session.flush(), 6 frames"), a recursion is cut to a few lines. The
        whole traceback is kept separately, for whoever asks for it.
After:  Finished carries the Failure to the tutor.
"""

from __future__ import annotations

import linecache
import os
import re
import sys
import traceback
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from types import CodeType, FrameType, TracebackType
from typing import Any

from ormtutor.kernel.alias import PACKAGE
from ormtutor.kernel.messages import Failure, Frame
from ormtutor.kernel.nearest import nearest
from ormtutor.records import record, replace

# A file name of the learner's source: `<ormtutor session/queued #3>`.
_FILE = re.compile(r"<ormtutor (?P<step>.*?) ?#(?P<number>\d+)>")
_HERE = os.path.dirname(__file__)
HEADER = "Traceback (most recent call last):"
END = 600  # frames that are looked at, at each end of a traceback
ENGINE = PACKAGE["miniorm"]  # what `import sqlalchemy` gives
DATABASE = "the database: "
MANY = 12  # up to so many of the learner's frames are all shown; of more, two at each end
LONGEST = 10_000  # characters of a message


def file_name(step: str, number: int) -> str:
    """Return the file name under which an input is compiled, and under which linecache has it."""
    return f"<ormtutor {step} #{number}>" if step else f"<ormtutor #{number}>"


def is_learners(code: CodeType) -> bool:
    """Whether the learner wrote this code."""
    return code.co_filename.startswith("<ormtutor ")


def learner_frame(frame: FrameType | None) -> FrameType | None:
    """Return this frame or its nearest caller that is the learner's code, or None."""
    while frame is not None and not is_learners(frame.f_code):
        frame = frame.f_back
    return frame


def describe(
    error: BaseException, step: str, namespace: Mapping[str, Any] | None = None
) -> Failure:
    """Return the failure as the learner of `step` sees it; names are looked up in `namespace`."""
    if isinstance(error, SyntaxError) and not _trace(error.__traceback__).head:
        return _describe_syntax(error, step)
    trace = _trace(error.__traceback__)
    if isinstance(error, RecursionError):
        text = _recursion(error, trace, step)
    else:
        text = "\n".join(_chain(error, step, seen=set()))
    own = trace.own
    return Failure(
        kind=_kind(error),
        message=_message(error),
        text=text,
        full=_full(error),
        line=own[-1].line if own else 0,
        frames=tuple(entry.frame(step) for entry in trace.shown),
        near=nearest(error, namespace or {}, _message(error)),
    )


def with_objects(failed: Failure, objects: Sequence[str]) -> Failure:
    """Return the failure with the objects that were being written beside the database's words."""
    if not objects or DATABASE not in failed.text:
        return failed
    named = ", ".join(objects[:3]) + (f" and {len(objects) - 3} more" if len(objects) > 3 else "")
    head, mark, words = failed.text.partition(DATABASE)
    first, _, rest = words.partition("\n")
    text = f"{head}{mark}{first}  (writing {named})\n{rest}"
    return replace(failed, text=text, objects=tuple(objects))


def shorten(text: str, head: int, tail: int) -> str:
    """Return the text; of a long one the head and the tail, with what was left out counted."""
    left_out = len(text) - head - tail
    if left_out <= 0:
        return text
    return f"{text[:head]} … ({left_out:,} characters left out) … {text[-tail:]}"


# --- the frames -----------------------------------------------------------------------------------


@record
class _Entry:
    """One frame of a traceback, with the position of the instruction that was running."""

    code: CodeType
    line: int
    columns: tuple[int | None, int | None]
    end_line: int | None

    @property
    def is_learners(self) -> bool:
        return is_learners(self.code)

    @property
    def source(self) -> str:
        return linecache.getline(self.code.co_filename, self.line).rstrip()

    def segment(self) -> str:
        """Return the part of the line that was running: a call, an attribute read."""
        start, end = self.columns
        source = linecache.getline(self.code.co_filename, self.line)
        if start is None or end is None or self.end_line != self.line:
            return ""
        return source.encode()[start:end].decode(errors="replace")

    def frame(self, step: str) -> Frame:
        match = _FILE.fullmatch(self.code.co_filename)
        origin = match["step"] if match else ""
        source = self.source
        stripped = source.lstrip()
        return Frame(
            line=self.line,
            name=self.code.co_name,
            source=stripped,
            carets=self._carets(source, len(source) - len(stripped)),
            step="" if origin == step else origin,
        )

    def _carets(self, source: str, indent: int) -> str:
        """Return the marks to put under the stripped line; none if they would mark all of it."""
        start, end = self.columns
        if start is None or end is None:
            return ""
        data = source.encode()
        first = len(data[:start].decode(errors="replace")) - indent
        last = (
            len(source) if self.end_line != self.line else len(data[:end].decode(errors="replace"))
        )
        last -= indent
        if first <= 0 and last >= len(source) - indent:
            return ""
        return " " * max(first, 0) + "^" * max(last - max(first, 0), 1)


@record
class _Trace:
    """The frames from the learner's first one on; of very many, both ends and a count."""

    head: list[_Entry]
    tail: list[_Entry]
    left_out: int
    """How many of the learner's frames are left out between head and tail."""

    @property
    def own(self) -> list[_Entry]:
        """The learner's frames."""
        return [entry for entry in (*self.head, *self.tail) if entry.is_learners]

    @property
    def shown(self) -> list[_Entry]:
        """The learner's frames that are shown; the others are counted."""
        own = self.own
        return own if len(own) + self.left_out <= MANY else [*own[:2], *own[-2:]]


def _trace(trace: TracebackType | None) -> _Trace:
    """Return the frames from the learner's first one on, without the kernel's own.

    There may be millions and no memory left, so that those in the middle are only counted.
    """
    head: list[_Entry] = []
    last: deque[TracebackType] = deque(maxlen=END)
    left_out = 0
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename.startswith(_HERE) or not (head or is_learners(code)):
            pass
        elif len(head) < END:
            head.append(_entry(trace))
        else:
            if len(last) == END:
                left_out += is_learners(last[0].tb_frame.f_code)
            last.append(trace)
        trace = trace.tb_next
    return _Trace(head, [_entry(one) for one in last], left_out)


def _entry(trace: TracebackType) -> _Entry:
    code, line = trace.tb_frame.f_code, trace.tb_lineno or 0
    if not is_learners(code):
        return _Entry(code, line, (None, None), None)
    index = trace.tb_lasti // 2
    _, end_line, start, end = next(islice(code.co_positions(), index, None), (None,) * 4)
    return _Entry(code, line, (start, end), end_line)


# --- as text --------------------------------------------------------------------------------------


def _chain(error: BaseException, step: str, seen: set[int]) -> Iterator[str]:
    """Yield the lines of the error, after those of its causes that passed the learner's code."""
    seen.add(id(error))
    before, words = error.__cause__, "The above exception was the direct cause of the following:"
    if before is None and not error.__suppress_context__:
        before, words = error.__context__, "While that was handled, another exception came:"
    if before is not None and id(before) not in seen and _trace(before.__traceback__).head:
        yield from _chain(before, step, seen)
        yield ""
        yield words
        yield ""
    yield from _one(error, step)


def _one(error: BaseException, step: str) -> Iterator[str]:
    trace = _trace(error.__traceback__)
    if trace.head:
        yield HEADER
        yield from _frames(trace, step)
    yield from _last_lines(error)
    for inner in getattr(error, "exceptions", ()) if isinstance(error, BaseExceptionGroup) else ():
        for line in _one(inner, step):
            yield f"  | {line}"


def _frames(trace: _Trace, step: str) -> Iterator[str]:
    shown = {id(entry) for entry in trace.shown}
    caller: _Entry | None = None
    folded: list[_Entry] = []
    skipped = 0
    for index, entry in enumerate((*trace.head, *trace.tail)):
        if index == len(trace.head):
            skipped += trace.left_out
        if id(entry) in shown:
            if skipped:
                yield f"  … {skipped} similar"
            elif folded:
                yield _fold(caller, folded)
            skipped, folded, caller = 0, [], entry
            yield from _frame(entry.frame(step))
        elif entry.is_learners:
            skipped += 1
        else:
            folded.append(entry)
    if folded:
        yield _fold(caller, folded)


def _frame(frame: Frame) -> Iterator[str]:
    place = f"line {frame.line}" + (f" of {frame.step}" if frame.step else "")
    yield f"  {place}, in {frame.name}"
    if frame.source:
        yield f"    {frame.source}"
    if frame.carets:
        yield f"    {frame.carets}"


def _fold(caller: _Entry | None, folded: Sequence[_Entry]) -> str:
    what = caller.segment() if caller else ""
    if not what or len(what) > 60:
        name: str = folded[0].code.co_qualname
        what = name.replace(".<locals>", "") + "()"
    return f"  … inside {what}, {len(folded)} frame{'s' if len(folded) > 1 else ''}"


def _recursion(error: BaseException, trace: _Trace, step: str) -> str:
    """Return a recursion in a handful of lines, however deep it was."""
    frames = [entry.frame(step) for entry in trace.own]
    places = dict.fromkeys((frame.line, frame.name, frame.source) for frame in frames)
    lines = [f"  line {line}, in {name}: {source}" for line, name, source in list(places)[:3]]
    similar = len(frames) + trace.left_out - len(lines)
    if similar > 0:
        lines.append(f"  … {similar} similar")
    return "\n".join([HEADER, *lines, *_last_lines(error)])


def _last_lines(error: BaseException) -> list[str]:
    """Return `kind: message`, and the notes that the code added."""
    message = _message(error)
    lines = [DATABASE + words for words in _database_words(error)]
    lines.append(f"{_kind(error)}: {message}" if message else _kind(error))
    notes = getattr(error, "__notes__", ())
    return lines + [str(note) for note in notes if isinstance(note, str)]


def _database_words(error: BaseException) -> list[str]:
    """Return what the database itself said, if the engine has wrapped its error."""
    original = getattr(error, "orig", None)
    if not isinstance(original, BaseException) or not hasattr(error, "statement"):
        return []
    return [shorten(" ".join(_message(original).split()), 200, 50)]


def _kind(error: BaseException) -> str:
    kind = type(error)
    module = kind.__module__
    return (
        kind.__qualname__ if module in ("builtins", "__main__") else f"{module}.{kind.__qualname__}"
    )


def _message(error: BaseException) -> str:
    try:
        message = _as_imported(error) if isinstance(error, ImportError) else str(error)
    except Exception as trouble:
        return f"<its message cannot be shown: {type(trouble).__name__} in __str__>"
    if len(message) <= LONGEST:
        return message
    return shorten(message, LONGEST // 2, LONGEST // 2)


def _as_imported(error: ImportError) -> str:
    """Return the message with the name under which the learner knows the engine."""
    message = str(error)
    if not (error.name or "").startswith(ENGINE):
        return message
    where = re.escape(f" ({error.path})")
    return re.sub(rf"'{re.escape(ENGINE)}(?=[.'])", "'sqlalchemy", re.sub(f"{where}$", "", message))


def _full(error: BaseException) -> str:
    """Return the whole traceback, from the learner's first line on, as Python prints it."""
    trace = error.__traceback__
    while trace is not None and not is_learners(trace.tb_frame.f_code):
        trace = trace.tb_next
    last = deque(_chain_of(trace), maxlen=200)
    try:
        lines = traceback.format_exception(type(error), error, last[0] if last else None)
    except Exception as trouble:
        lines = [f"the traceback cannot be shown: {type(trouble).__name__}\n"]
    return "".join(lines)[: 10 * LONGEST].rstrip("\n")


def _chain_of(trace: TracebackType | None) -> Iterator[TracebackType]:
    while trace is not None:
        yield trace
        trace = trace.tb_next


# --- source that is no Python ---------------------------------------------------------------------


def _describe_syntax(error: SyntaxError, step: str) -> Failure:
    line = error.lineno or 0
    message = error.msg or "invalid syntax"
    source = (error.text or "").rstrip("\n")
    frame = Frame(line, "<module>", source.lstrip(), _syntax_carets(error, source))
    kind = _kind(error)
    shown = [f"  line {line}"]
    shown += [f"    {part}" for part in (frame.source, frame.carets) if part]
    text = "\n".join([*shown, f"{kind}: {message}"])
    return Failure(kind, message, text, text, line, (frame,))


def _syntax_carets(error: SyntaxError, source: str) -> str:
    if not error.offset or error.offset < 1 or not source:
        return ""
    indent = len(source) - len(source.lstrip())
    start = max(error.offset - 1 - indent, 0)
    end_offset: Any = error.end_offset
    same_line = error.end_lineno in (None, error.lineno)
    end = end_offset - 1 - indent if end_offset and same_line else len(source) - indent
    return " " * start + "^" * max(min(end, len(source) - indent) - start, 1)


def recursion_depth() -> int:
    """Return how many frames are on the stack, the caller's included."""
    depth = 0
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        depth += 1
        frame = frame.f_back
    return depth
