"""What the learner is typing: is it complete, how far to indent, how to clean what was pasted.

Before: screen.py (keys) and line.py (lines of a stream) collect text.
Here:   pure questions about Python source; no terminal.
After:  complete text goes to dialog.py, which hands it to the tutor or to a command.
"""

from __future__ import annotations

import ast
import codeop
import re
import warnings
from textwrap import dedent

INDENT = "    "

_BLOCKS = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.If,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.With,
    ast.AsyncWith,
    ast.Try,
    ast.TryStar,
    ast.Match,
)
_PROMPT = re.compile(r"(>>>|\.\.\.)(?: |$)")
_GOES_ON = re.compile(r"(else|elif|except|finally)\b|[)\]}]")
_LEAVES = re.compile(r"\s*(return|raise|pass|break|continue)\b")


def is_command(text: str) -> bool:
    """Whether it is a `:command`: no Python statement begins with a colon."""
    return text.startswith(":")


def is_complete(text: str) -> bool:
    """Whether the text can run as it is; as in Python, a block needs a blank line at its end.

    Raises: SyntaxError: the text is wrong, and no further line can make it right.
    """
    if not text.strip() or is_command(text):
        return True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if codeop.compile_command(_closed(text), "<input>", "exec") is None:
                return False
            last = ast.parse(text).body[-1:]
    except (ValueError, OverflowError, RecursionError, MemoryError) as error:
        raise SyntaxError(str(error) or type(error).__name__) from error
    return not (last and isinstance(last[0], _BLOCKS)) or _ends_blank(text)


def _closed(text: str) -> str:
    """Return the text with a newline at its end, unless it ends with a backslash.

    codeop takes a block without that newline for unfinished.
    """
    return text if text.endswith(("\\", "\n")) else text + "\n"


def _ends_blank(text: str) -> bool:
    _, newline, last = text.rpartition("\n")
    return bool(newline) and not last.strip()


def begins_anew(text: str, line: str) -> bool:
    """Whether `line` begins a new statement after the block in `text`, without a blank line.

    That happens in scripts; at a prompt, a block ends with a blank line.
    """
    if not line.strip() or line[0].isspace() or _GOES_ON.match(line):
        return False
    try:
        return is_complete(text + "\n")
    except SyntaxError:
        return False


def next_indent(text: str) -> str:
    """Return the indentation of the line after `text`."""
    last = text.rpartition("\n")[2]
    blanks = last[: len(last) - len(last.lstrip())]
    code = last.partition("#")[0].rstrip()
    if code.endswith((":", "(", "[", "{")):
        return blanks + INDENT
    if _LEAVES.match(last):
        return blanks.removesuffix(INDENT)
    return blanks


def clean_paste(text: str) -> str:
    """Return pasted text as code: dedented, without prompts and the output between them.

    Line ends become newlines; NUL bytes are removed. A block gets its blank line, so that one Enter
    runs it; blank lines inside stay, and do not run anything.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    if "\n" not in text:
        return _PROMPT.sub("", text, count=1) if text.startswith((">>> ", "... ")) else text
    text = dedent(text).strip("\n")
    lines = text.split("\n")
    if any(line.startswith(">>>") for line in lines):
        text = "\n".join(_PROMPT.sub("", line, count=1) for line in lines if _PROMPT.match(line))
    text = text.rstrip()
    return text + "\n" if _needs_blank_line(text) else text


def _needs_blank_line(text: str) -> bool:
    try:
        return not is_complete(text) and is_complete(text + "\n")
    except SyntaxError:
        return False


def indented(text: str, blanks: str) -> str:
    """Return a pasted block, its lines after the first one indented by these blanks."""
    return text.replace("\n", "\n" + blanks) if blanks else text


def explain(error: SyntaxError, text: str) -> list[str]:
    """Return a syntax error in up to three lines: message, line of code, carets under it."""
    number = error.lineno or 1
    lines = text.split("\n")
    where = f" (line {number})" if len(lines) > 1 else ""
    said = [f"{type(error).__name__}: {error.msg}{where}"]
    if 0 < number <= len(lines) and lines[number - 1].strip():
        source = lines[number - 1]
        said.append("    " + source.strip())
        offset = (error.offset or 1) - 1 - (len(source) - len(source.lstrip()))
        length = 1
        if error.end_lineno == error.lineno and error.end_offset and error.offset:
            length = max(1, error.end_offset - error.offset)
        if 0 <= offset <= len(source.strip()):
            said.append(
                "    " + " " * offset + "^" * min(length, len(source.strip()) - offset or 1)
            )
    return said
