"""A Markdown file -> a Lesson, or every mistake that its author made.

Before: course/library.py has found no kept copy of the parsed lesson.
Here:   markdown-it-py finds headings and fences; each fence that has a meaning becomes a part.
After:  course/lesson.py defines what the result is made of.

Mistakes are collected, so that an author can mend them all at once. Refused is what plain doctest
would silently misread, and what would make a step impossible to judge.
"""

from __future__ import annotations

import difflib
import hashlib
import io
import re
import tokenize
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, get_args

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ormtutor import files
from ormtutor.course.lesson import (
    FORMAT,
    Attempt,
    AttemptKind,
    Block,
    Check,
    Example,
    Hint,
    Lesson,
    Note,
    Part,
    Predict,
    PredictKind,
    Prose,
    SQLFence,
    Step,
    Transcript,
    TranscriptKind,
    are_versions,
    slug,
)
from ormtutor.errors import LessonError

_HEADER_KEYS = {"format": int, "id": str, "title": str, "needs": list, "use": str}
_REQUIRED = ("format", "id", "title")
_ID = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
_HEADING_ID = re.compile(r"\s*\{\s*#([^}]*)\}\s*$")
_PROMPT = re.compile(r" *>>>")
_DIRECTIVE = re.compile(r"#\s*doctest:\s*([^\n'\"]*)$", re.MULTILINE)
_STATEMENT = re.compile(
    r"(?:SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH|CREATE|DROP|ALTER|PRAGMA|BEGIN|COMMIT|ROLLBACK"
    r"|SAVEPOINT|RELEASE|EXPLAIN|ATTACH|DETACH|ANALYZE|VACUUM|REINDEX)\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"(?:\bUNION(?:\s+ALL)?|\bEXCEPT|\bINTERSECT|\bAS|,|\()\s*$", re.IGNORECASE)

# The words that may follow the first word of a fence. A fence in any other language is prose.
_WORDS: dict[str, tuple[str, ...]] = {
    "toml": ("lesson",),
    "pycon": ("setup", "demo", "solution"),
    "sql": ("exact", "any-order", "txn"),
    "check": (),
    "hint": (),
    "note": (),
    "predict": get_args(PredictKind),
    "python": ("alt", "mistake", "hidden"),
}
_PLAIN_TOO = ("toml", "python")  # without a further word these are prose
_OTHER_LANGUAGES = ("py", "python3", "pytb", "text", "console", "bash", "sh", "toml", "json", "md")

_OPTIONS = (
    "DONT_ACCEPT_TRUE_FOR_1",
    "DONT_ACCEPT_BLANKLINE",
    "NORMALIZE_WHITESPACE",
    "ELLIPSIS",
    "SKIP",
    "IGNORE_EXCEPTION_DETAIL",
    "REPORT_UDIFF",
    "REPORT_CDIFF",
    "REPORT_NDIFF",
    "REPORT_ONLY_FIRST_FAILURE",
    "FAIL_FAST",
)


def digest(text: str) -> str:
    """Return a short hash of a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:20]


def read(text: str, path: Path) -> Lesson:
    """Return the lesson that a text holds.

    Raises: LessonError: the first mistake; its `others` are the further ones.
    """
    reader = _Reader(text.replace("\r\n", "\n").replace("\r", "\n"), path)
    lesson = reader.lesson()
    if reader.errors:
        first, *others = sorted(reader.errors, key=lambda error: error.line)
        raise LessonError(path, first.line, first.message, hint=first.hint, others=others)
    return lesson


class _Section:
    """What is under one heading; the first section has no heading: it is the lesson's opening."""

    def __init__(self, id: str, title: str, line: int) -> None:
        self.id = id
        self.title = title
        self.line = line
        self.parts: list[Part] = []

    @property
    def is_opening(self) -> bool:
        return not self.line


class _Reader:
    """One pass over a file: its parts, and what is wrong with it."""

    def __init__(self, text: str, path: Path) -> None:
        self.text = text
        self.path = path
        self.lines = text.split("\n")
        if self.lines[-1] == "":
            self.lines.pop()
        self.errors: list[LessonError] = []
        self.blocks: list[Block] = []
        self.refused: set[int] = set()  # lines of fences that have had their error already
        self.header: dict[str, Any] | None = None
        self.sections = [_Section("", "", 0)]
        self.ids: dict[str, int] = {}  # where each step begins

    def refuse(self, line: int, problem: str, hint: str) -> None:
        self.errors.append(LessonError(self.path, line, problem, hint=hint))

    def lesson(self) -> Lesson:
        for token in self._marks():
            self._take_prose(_first(token))
            self._take(token)
        self._take_prose(len(self.lines) + 1)
        self._refuse_prompts_elsewhere()
        opening, *sections = self.sections
        steps = tuple(Step(s.id, s.title, s.line, tuple(s.parts)) for s in sections)
        self._review_lesson(opening, steps)
        header = self.header or {}
        return Lesson(
            path=self.path,
            id=header.get("id", ""),
            title=header.get("title", ""),
            needs=tuple(header.get("needs", ())),
            use=header.get("use", ""),
            shared="",
            opening="\n\n".join(part.text for part in opening.parts if isinstance(part, Prose)),
            setup=tuple(
                example
                for part in opening.parts
                if isinstance(part, Transcript)
                for example in part.examples
            ),
            steps=steps,
            blocks=tuple(self.blocks),
            digest=digest(self.text),
        )

    # --- blocks -----------------------------------------------------------------------------------

    def _marks(self) -> Iterable[Token]:
        """Yield the headings that begin a step, and the fences that have a meaning."""
        parser = MarkdownIt("commonmark").disable("inline")  # the words inside a line stay text
        tokens = parser.parse(self.text)
        for index, token in enumerate(tokens):
            if token.type == "heading_open" and self._begins_step(token, tokens[index + 1]):
                token.content = tokens[index + 1].content
                yield token
            elif token.type == "fence":
                before = len(self.errors)
                if self._is_meant(token):
                    yield token
                elif len(self.errors) > before and token.map is not None:
                    self.refused.update(range(token.map[0] + 1, token.map[1] + 1))

    def _begins_step(self, token: Token, inline: Token) -> bool:
        has_id = _HEADING_ID.search(inline.content) is not None
        if token.level == 0 and token.tag == "h2":
            return True
        if has_id:
            self.refuse(
                _first(token),
                f"a heading of level {token.tag[1]} has an id, but only level 2 begins a step",
                "Write it as `## Title {#id}` at the left margin, or take the id away.",
            )
        return False

    def _is_meant(self, token: Token) -> bool:
        words = token.info.split()
        if not words:
            return False
        first, line = words[0], _first(token)
        if first not in _WORDS:
            self._refuse_near_miss(first, line)
            return False
        further = [word for word in words[1:] if "=" not in word]
        if first in _PLAIN_TOO and not further:
            return False
        if token.level:
            self.refuse(
                line,
                f"the `{token.info.strip()}` fence stands inside a list or a quotation",
                "Move it to the left margin, so that plain doctest sees it as well.",
            )
            return False
        if not self._is_closed(token):
            self.refuse(
                line,
                f"the `{token.info.strip()}` fence is never closed",
                f"Put a line with {token.markup} under it.",
            )
            return False
        return self._words_are_known(first, further, line)

    def _refuse_near_miss(self, first: str, line: int) -> None:
        near = difflib.get_close_matches(first.lower(), _WORDS, 1, 0.75)
        if near and first.lower() not in _OTHER_LANGUAGES:
            self.refuse(
                line,
                f"a fence that begins with `{first}` means nothing here",
                f"Did you mean `{near[0]}`? For a fence that is only shown, use `text`.",
            )

    def _is_closed(self, token: Token) -> bool:
        assert token.map is not None
        last = self.lines[token.map[1] - 1].strip() if token.map[1] <= len(self.lines) else ""
        is_closing = set(last) == {token.markup[0]} and len(last) >= len(token.markup)
        return is_closing and token.map[1] - 1 > token.map[0]

    def _words_are_known(self, first: str, further: list[str], line: int) -> bool:
        if first == "predict" or (first == "python" and further[0] == "alt"):
            further = further[:1]  # what follows is a subject or a version, read later
        for word in further:
            if word not in _WORDS[first]:
                near = difflib.get_close_matches(word, _WORDS[first], 1, 0.5)
                known = ", ".join(_WORDS[first]) or "nothing"
                guess = f"Did you mean `{near[0]}`? " if near else ""
                self.refuse(
                    line,
                    f"`{first} {word}` is no fence that we know",
                    f"{guess}After `{first}` may stand: {known}.",
                )
                return False
        if len(further) > 1 and first != "sql":
            self.refuse(
                line, f"a `{first}` fence takes one word, not {len(further)}", "Keep the first."
            )
            return False
        return True

    def _take_prose(self, until: int) -> None:
        """Take the lines from the last block up to the line before `until` as prose."""
        begin = self.blocks[-1].end + 1 if self.blocks else 1
        if begin >= until:
            return
        self.blocks.append(Block("prose", begin, until - 1))
        lines = self.lines[begin - 1 : until - 1]
        while lines and not lines[0].strip():
            lines, begin = lines[1:], begin + 1
        while lines and not lines[-1].strip():
            lines = lines[:-1]
        if lines:
            self.sections[-1].parts.append(Prose("\n".join(lines), begin))
            if self.header is None and len(self.sections) == 1:
                self._refuse_late_header(begin)

    def _refuse_late_header(self, line: int) -> None:
        self.header = {}
        self.refuse(
            line,
            "a lesson begins with its `toml lesson` block, and here is something else",
            'Put a block with format = 1, id = "...", title = "..." and needs = [...] first.',
        )

    def _take(self, token: Token) -> None:
        assert token.map is not None
        line, end = _first(token), token.map[1]
        if token.type == "heading_open":
            self.blocks.append(Block("heading", line, end))
            self._take_heading(token.content, line)
            return
        first, *further = token.info.split()
        kind = "header" if first == "toml" else " ".join([first, *further[:1]])
        self.blocks.append(Block(kind, line, end))
        if first == "toml":
            self._take_header(token.content, line)
            return
        if self.header is None:
            self._refuse_late_header(line)
        self._take_fence(first, further, token.content, line)

    def _take_heading(self, content: str, line: int) -> None:
        if self.header is None:
            self._refuse_late_header(line)
        found = _HEADING_ID.search(content)
        title = _HEADING_ID.sub("", content).strip()
        id_ = found[1].strip() if found else ""
        if not found:
            self.refuse(
                line,
                f"the heading {title!r} has no id",
                f"Write `## {title} {{#{slug(title)}}}`; progress is kept under the id.",
            )
        elif not _ID.fullmatch(id_):
            self.refuse(
                line,
                f"{id_!r} is no id for a step",
                f"Use small letters, digits and hyphens, for instance {{#{slug(id_ or title)}}}.",
            )
        if found and not title:
            self.refuse(line, "the heading has an id but no title", "Write `## Title {#id}`.")
        if id_ and self.ids.setdefault(id_, line) != line:
            self.refuse(
                line,
                f"the id {id_!r} is taken by the step on line {self.ids[id_]}",
                "Give each step an id of its own.",
            )
        self.sections.append(_Section(id_, title, line))

    # --- the header -------------------------------------------------------------------------------

    def _take_header(self, content: str, line: int) -> None:
        if self.header is not None:
            self.refuse(
                line,
                "this is not the first block, but a lesson's header must be",
                "A file holds one lesson: move the block to the top, or into a file of its own.",
            )
            return
        self.header = {}
        try:
            header = files.from_toml(content)
        except ValueError as error:
            found = re.search(r"at line (\d+)", str(error))
            at = int(found[1]) if found else content.count("\n")
            self.refuse(
                line + at,
                f"the header is no TOML: {error}",
                'Each line reads key = value, with text in quotes: title = "The session".',
            )
            return
        for key, value in header.items():
            self._review_key(key, value, self._line_of_key(key, content, line))
        for key in _REQUIRED:
            if key not in header:
                self.refuse(
                    line,
                    f"the header has no {key}",
                    f"Add a line: {key} = " + ("1" if key == "format" else '"..."'),
                )
        self.header = {k: v for k, v in header.items() if isinstance(v, _HEADER_KEYS.get(k, ()))}

    @staticmethod
    def _line_of_key(key: str, content: str, line: int) -> int:
        for offset, text in enumerate(content.split("\n"), 1):
            if re.match(rf"\s*[\"']?{re.escape(key)}\b", text):
                return line + offset
        return line

    def _review_key(self, key: str, value: object, line: int) -> None:
        if key not in _HEADER_KEYS:
            near = difflib.get_close_matches(key, _HEADER_KEYS, 1)
            guess = f"Did you mean {near[0]}? " if near else ""
            self.refuse(
                line,
                f"the header has a key {key!r} that we do not know",
                f"{guess}Known are: {', '.join(_HEADER_KEYS)}.",
            )
        elif not isinstance(value, _HEADER_KEYS[key]) or isinstance(value, bool):
            self.refuse(
                line,
                f"the header's {key} is {value!r}",
                {
                    "format": "Write format = 1.",
                    "needs": 'Write a list of ids: needs = ["mapping"].',
                }.get(key, f'Write text in quotes: {key} = "...".'),
            )
        elif key == "format":
            self._review_format(value, line)
        elif key == "id" and not _ID.fullmatch(str(value)):
            self.refuse(
                line,
                f"{value!r} is no id for a lesson",
                f'Use small letters, digits and hyphens: id = "{slug(str(value))}".',
            )
        elif key == "title" and not str(value).strip():
            self.refuse(line, "the lesson's title is empty", 'Write title = "...".')
        elif key == "needs" and not all(isinstance(item, str) for item in _items(value)):
            self.refuse(
                line,
                "needs holds something that is no text",
                'Write a list of ids: needs = ["mapping"].',
            )
        elif key == "use" and (value == "" or Path(str(value)).name != value):
            self.refuse(
                line,
                f"use names {value!r}, which is no file beside the lesson",
                'Write the name of a Python file in the same folder: use = "library.py".',
            )

    def _review_format(self, value: object, line: int) -> None:
        if isinstance(value, int) and value > FORMAT:
            self.refuse(
                line,
                f"the lesson has format {value}, and this ormtutor reads {FORMAT} and older",
                "Update ormtutor to read it.",
            )
        elif isinstance(value, int) and value < 1:
            self.refuse(line, f"there is no format {value}", f"Write format = {FORMAT}.")

    # --- fences -----------------------------------------------------------------------------------

    def _take_fence(self, first: str, further: list[str], content: str, line: int) -> None:
        parts: Sequence[Part]
        if first == "pycon":
            parts = self._transcript(further, content, line)
        elif first == "sql":
            parts = self._sql(further, content, line)
        elif first == "check":
            parts = self._checks(content, line)
        elif first == "hint":
            parts = self._hint(content, line)
        elif first == "note":
            parts = self._note(content, line)
        elif first == "predict":
            parts = self._predict(further, content, line)
        else:
            parts = self._attempt(further, content, line)
        section = self.sections[-1]
        if section.is_opening and not (first == "pycon" and further[:1] == ["setup"]):
            self.refuse(
                line,
                f"the `{' '.join([first, *further])}` fence stands before the first step",
                "Put it under a heading such as `## Title {#id}`; only `pycon setup` stands here.",
            )
            return
        section.parts.extend(parts)

    def _transcript(self, further: list[str], content: str, line: int) -> Sequence[Part]:
        kind: TranscriptKind = "learner"
        for word in ("setup", "demo", "solution"):
            if further[:1] == [word]:
                kind = word
        lines = content.split("\n")[:-1]
        if not any(text.strip() for text in lines):
            self.refuse(
                line,
                "the `pycon` fence is empty",
                "Write the first input after `>>> `, or drop it.",
            )
            return ()
        if lines[-1].strip():
            self.refuse(
                line + len(lines) + 1,
                "no blank line stands before the closing fence",
                "Add one, or plain doctest takes the fence for output (`check --fix` does it).",
            )
        return (Transcript(kind, self._examples(lines, line + 1), line),)

    def _examples(self, lines: list[str], first_line: int) -> tuple[Example, ...]:
        examples: list[Example] = []
        index = 0
        while index < len(lines):
            text = lines[index].expandtabs()  # as doctest does
            line = first_line + index
            if not text.strip():
                index += 1
            elif text.startswith(">>>"):
                index = self._example(lines, index, first_line, examples)
            else:
                self._refuse_stray(text, line, bool(examples))
                index += 1
        return tuple(examples)

    def _refuse_stray(self, text: str, line: int, is_after: bool) -> None:
        if text.lstrip().startswith(">>>"):
            self.refuse(line, "the prompt is indented", "Move `>>> ` to the left margin.")
        elif text.startswith("..."):
            self.refuse(
                line, "a `...` line has no `>>> ` above it", "Begin the statement with `>>> `."
            )
        else:
            hint = "Put the statement on a line that starts with >>> above the output."
            if is_after:
                hint += " A blank line ends the output; one that was printed reads <BLANKLINE>."
            self.refuse(line, f"output but no code before it: {text.strip()!r}", hint)

    def _example(
        self, lines: list[str], index: int, first_line: int, examples: list[Example]
    ) -> int:
        """Append the example that begins at `index`; return the index of the line after it."""
        begin = index
        source = [self._without_prompt(lines[index], ">>>", first_line + index)]
        index += 1
        while index < len(lines) and lines[index].startswith("..."):
            source.append(self._without_prompt(lines[index], "...", first_line + index))
            index += 1
        want: list[str] = []
        while index < len(lines) and lines[index].strip() and not _PROMPT.match(lines[index]):
            want.append(lines[index].expandtabs())
            index += 1
        text = "\n".join(source)
        line = first_line + begin
        if not _has_code(text):
            if want:
                self.refuse(
                    line,
                    "output under a prompt without code",
                    "Write the statement after `>>> `, or take the output away.",
                )
            return index  # doctest runs nothing here either
        wanted = "".join(f"{part}\n" for part in want)
        self._review_source(text, wanted, line)
        examples.append(Example(text, wanted, line, self._options(text, line)))
        return index

    def _without_prompt(self, text: str, prompt: str, line: int) -> str:
        rest = text.expandtabs()[len(prompt) :]
        if rest and not rest.startswith(" "):
            self.refuse(line, f"no blank after {prompt}", f"Write `{prompt} ` and then the code.")
            return rest
        return rest[1:]

    def _options(self, source: str, line: int) -> tuple[str, ...]:
        options: list[str] = []
        for found in _DIRECTIVE.finditer(source):
            at = line + source.count("\n", 0, found.start())
            for word in found[1].replace(",", " ").split():
                if word[1:] in _OPTIONS and word[0] in "+-":
                    options.append(word)
                    continue
                near = difflib.get_close_matches(word.lstrip("+-").upper(), _OPTIONS, 1)
                self.refuse(
                    at,
                    f"doctest has no option {word!r}",
                    f"Write for instance +{near[0] if near else 'ELLIPSIS'}.",
                )
        return tuple(options)

    def _review_source(self, source: str, want: str, line: int) -> None:
        """Refuse what the interactive prompt would refuse, unless its traceback is wanted."""
        if want.startswith("Traceback "):
            return
        error = _syntax_error(source, "single")
        if error is None:
            return
        at = line + max(0, (error.lineno or 1) - 1)
        if "multiple statements" in (error.msg or ""):
            self.refuse(
                at,
                "more than one statement under one prompt",
                "Give each statement a `>>> ` of its own; plain doctest runs one at a time.",
            )
        else:
            self.refuse(at, f"this is no Python: {error.msg}", "Mend the example.")

    def _sql(self, further: list[str], content: str, line: int) -> Sequence[Part]:
        statements = split_statements(content)
        before = [part for part in self.sections[-1].parts if isinstance(part, Transcript)]
        if not before and not self.sections[-1].is_opening:
            self.refuse(
                line,
                "the `sql` fence has no transcript before it in its step",
                "Put it under the `pycon` fence whose statements it lists, or call it `text`.",
            )
        return (SQLFence(statements, tuple(further), line),)

    def _checks(self, content: str, line: int) -> Sequence[Part]:
        checks: list[Part] = []
        for offset, text in enumerate(content.split("\n")[:-1], 1):
            if text.strip():
                checks += self._check(text.strip(), line + offset)
        if not checks and not content.strip():
            self.refuse(line, "the `check` fence is empty", "Write one expression a line.")
        return checks

    def _check(self, text: str, line: int) -> list[Part]:
        expression, comment = _split_comment(text)
        goal, _, message = (part.strip() for part in comment.partition("|"))
        if not expression:
            self.refuse(
                line,
                "a goal without an expression",
                'Write the expression first: state(noor) == "persistent"  # goal | message.',
            )
            return []
        error = _syntax_error(expression, "eval")
        if error is not None:
            self.refuse(
                line,
                f"the check is no Python expression: {error.msg}",
                "One expression a line, with the goal after `#`.",
            )
            return []
        for name in re.findall(r"\{(\w*)\}", message):
            if name != "left":
                self.refuse(
                    line,
                    f"the message has {{{name}}}, which has no value",
                    "Only {left} is filled in: the value left of the comparison.",
                )
        return [Check(expression, goal, message, line)]

    def _hint(self, content: str, line: int) -> Sequence[Part]:
        if not content.strip():
            self.refuse(line, "the hint is empty", "Write a sentence that leads on, or drop it.")
            return ()
        return (Hint(content.strip("\n"), line),)

    def _note(self, content: str, line: int) -> Sequence[Part]:
        if not content.strip():
            self.refuse(line, "the note is empty", "Write what is worth remembering, or drop it.")
            return ()
        if any(isinstance(part, Note) for part in self.sections[-1].parts):
            self.refuse(line, "the step has a note already", "Join the two: a step is one idea.")
            return ()
        return (Note(content.strip("\n"), line),)

    def _predict(self, further: list[str], content: str, line: int) -> Sequence[Part]:
        kind, after, subject = "", 0, ""
        for word in further:
            key, equals, value = word.partition("=")
            if equals and key == "after" and value.isascii() and value.isdigit() and int(value):
                after = int(value)
            elif equals:
                near = "after=2" if key == "after" else f"after={value}"
                self.refuse(line, f"`{word}` is no part of a prediction", f"Write {near}.")
                return ()
            elif not kind:
                kind = word
            else:
                subject = f"{subject} {word}".strip()
        mend = {"state": "predict state NAME after=N", "rows": "predict rows TABLE after=N"}
        whole = mend.get(kind, f"predict {kind or 'KIND'} after=N")
        if not kind or not after:
            missing = "kind" if not kind else "after=N"
            self.refuse(line, f"the prediction has no {missing}", f"Write `{whole}`.")
        elif bool(subject) != (kind in mend) or " " in subject:
            problem = f"a prediction of {kind} " + (
                "needs a name" if kind in mend and not subject else f"takes no {subject!r}"
            )
            self.refuse(line, problem, f"Write `{whole}`.")
        elif not content.strip():
            self.refuse(line, "the prediction asks nothing", "Write the question in the fence.")
        else:
            known: PredictKind = next(word for word in get_args(PredictKind) if word == kind)
            return (Predict(content.strip("\n"), known, subject, after, line),)
        return ()

    def _attempt(self, further: list[str], content: str, line: int) -> Sequence[Part]:
        kind: AttemptKind = next(word for word in get_args(AttemptKind) if word == further[0])
        versions = " ".join(further[1:])
        if versions and (kind != "alt" or not are_versions(versions)):
            self.refuse(
                line,
                f"`{versions}` names no release",
                "Write for instance `python alt sqlalchemy<2` or `python alt miniorm`.",
            )
        if not _has_code(content):
            self.refuse(
                line, f"the `python {kind}` fence has no code", "Write the attempt, or drop it."
            )
            return ()
        error = _syntax_error(content, "exec")
        if error is not None and kind != "mistake":
            self.refuse(
                line + (error.lineno or 1), f"this is no Python: {error.msg}", "Mend the code."
            )
        message = ""
        if kind == "mistake":
            message = "\n".join(
                text.strip()[2:].removeprefix(" ")
                for text in content.split("\n")
                if text.strip().startswith("#:")
            ).strip()
            if not message:
                self.refuse(
                    line,
                    "the mistake has no message",
                    "Begin the fence with lines `#: ...` that tell the learner what went wrong.",
                )
        return (Attempt(kind, content, message, versions, line),)

    # --- the whole --------------------------------------------------------------------------------

    def _refuse_prompts_elsewhere(self) -> None:
        for block in self.blocks:
            if block.kind.startswith("pycon"):
                continue
            for line in range(block.line, block.end + 1):
                if line not in self.refused and _PROMPT.match(self.lines[line - 1].expandtabs()):
                    self.refuse(
                        line,
                        "a `>>>` outside a `pycon` fence, which plain doctest would run",
                        "Put it into a `pycon` fence, or write the code without a prompt.",
                    )

    def _review_lesson(self, opening: _Section, steps: tuple[Step, ...]) -> None:
        if self.header is None:
            self._refuse_late_header(1)
        if not steps:
            self.refuse(
                max(1, len(self.lines)),
                "the lesson has no step",
                "Begin one with a heading that has an id: `## Title {#id}`.",
            )
        for step in steps:
            self._review_step(step)

    def _review_step(self, step: Step) -> None:
        transcripts = [part for part in step.parts if isinstance(part, Transcript)]
        asked: Transcript | None = None
        for transcript in transcripts:
            if transcript.kind in ("learner", "solution"):
                asked = transcript
            elif asked is not None:
                self.refuse(
                    transcript.line,
                    f"`pycon {transcript.kind}` stands after the learner's own lines",
                    "Move it to the top of the step, or begin a new step with it.",
                )
        if step.examples and step.solution:
            self.refuse(
                next(t.line for t in transcripts if t.kind == "solution"),
                f"step {step.id!r} has both a transcript and a hidden solution",
                "Make the challenge a step of its own.",
            )
        self._review_lonely_parts(step)
        self._review_predictions(step)
        self._review_hidden(step)

    def _review_lonely_parts(self, step: Step) -> None:
        if step.reference or any(isinstance(p, Transcript) and not p.examples for p in step.parts):
            return
        lonely = [p for p in step.parts if isinstance(p, Check | Hint | Predict | Attempt)]
        if lonely:
            self.refuse(
                lonely[0].line,
                f"step {step.id!r} has a {_spoken(lonely[0])} but nothing for the learner to do",
                "Add the lesson's own answer: a `pycon` fence, or `pycon solution` to hide it.",
            )

    def _review_predictions(self, step: Step) -> None:
        for predict in step.predictions:
            if step.is_challenge:
                self.refuse(
                    predict.line,
                    "a prediction in a challenge, which has no lines to predict",
                    "Move it to a step with a transcript.",
                )
            elif step.examples and predict.after > len(step.examples):
                self.refuse(
                    predict.line,
                    f"after={predict.after}, but the step has {len(step.examples)} inputs",
                    f"Use a number from 1 to {len(step.examples)}.",
                )

    def _review_hidden(self, step: Step) -> None:
        if not step.hidden:
            return
        if not step.is_challenge:
            self.refuse(
                step.hidden[0].line,
                "hidden data in a step that is no challenge",
                "Hidden data needs a `pycon solution` whose last line is run on it.",
            )
        elif _syntax_error(step.solution[-1].source, "eval") is not None:
            self.refuse(
                step.solution[-1].line,
                "the solution does not end with an expression, so hidden data cannot judge it",
                "End the solution with the call whose value is compared.",
            )


def _first(token: Token) -> int:
    assert token.map is not None
    return token.map[0] + 1


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _spoken(part: Part) -> str:
    if isinstance(part, Attempt):
        return {"alt": "another answer", "mistake": "mistake", "hidden": "set of hidden data"}[
            part.kind
        ]
    return {Check: "check", Hint: "hint", Predict: "prediction"}[type(part)]


def split_statements(content: str) -> tuple[str, ...]:
    """Split the text of a `sql` fence into its statements.

    One ends at a semicolon, at a blank line, or before a line that begins, at the left margin, with
    a verb (SELECT, INSERT, PRAGMA ...); an indented SELECT, or one after UNION, belongs to the
    statement before it. Lines that begin with `--` are comments.
    """
    statements: list[str] = []
    lines: list[str] = []
    for text in content.split("\n"):
        if text.startswith("--"):
            continue
        ends = not text.strip() or (_STATEMENT.match(text) and not _is_open(lines))
        if ends and lines:
            statements.append("\n".join(lines))
            lines = []
        if text.strip():
            lines.append(text.rstrip())
        if text.rstrip().endswith(";") and not _is_open(lines):
            statements.append("\n".join(lines).rstrip(";").rstrip())
            lines = []
    if lines:
        statements.append("\n".join(lines))
    return tuple(statement for statement in statements if statement)


def _is_open(lines: list[str]) -> bool:
    """Whether these lines cannot be a whole statement."""
    text = re.sub(r"'(?:[^']|'')*'|\"[^\"]*\"", "''", "\n".join(lines))
    return (
        text.count("'") % 2 == 1
        or text.count("(") > text.count(")")
        or (_GOES_ON.search(text) is not None)
    )


def _has_code(source: str) -> bool:
    return any(text.strip() and not text.strip().startswith("#") for text in source.split("\n"))


def _syntax_error(source: str, mode: str) -> SyntaxError | None:
    """Return why a source does not compile, or None; warnings are ignored."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source + "\n", "<lesson>", mode, dont_inherit=True)
    except SyntaxError as error:
        return error
    except ValueError as error:  # a null byte
        return SyntaxError(str(error))
    return None


def _split_comment(text: str) -> tuple[str, str]:
    """Split a line into expression and comment; a `#` inside a string does not begin one."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                column = token.start[1]
                return text[:column].strip(), text[column:].lstrip("#").strip()
    except (tokenize.TokenError, SyntaxError):
        # An open bracket or quote: the compiler explains it better, given no comment.
        return text.partition("  #")[0].strip(), text.partition("  #")[2].strip()
    return text.strip(), ""
