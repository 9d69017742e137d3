"""Find the lessons, order them, return them by name.

Before: cli/ says where to look, or we look in the usual places.
Here:   files -> Library; a parsed lesson is kept as JSON under its content's hash.
After:  tutor.py and check.py take lessons from it.

The usual places: `lessons/` beside the package (a checkout), else inside it (a wheel). Other
distributions add folders through the entry-point group `ormtutor.lessons`; asking for them is slow,
so that it is done only for a name that is not ours, or when all lessons are wanted.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ormtutor import files
from ormtutor.course.lesson import Lesson, Prose, from_json, to_json
from ormtutor.errors import LessonError, UsageError
from ormtutor.records import record, replace

_PACKAGE = Path(__file__).resolve().parent.parent
_GROUP = "ormtutor.lessons"


@record
class Library:
    """The lessons in the order of their file names; `problems` are files that could not be read."""

    lessons: tuple[Lesson, ...]
    problems: tuple[LessonError, ...] = ()
    directories: tuple[Path, ...] = ()

    def lesson(self, name: str) -> Lesson:
        """Return a lesson by its id, number, file name (with or without `.md`) or path.

        Raises: UsageError: there is none; the hint has the nearest. LessonError: it is faulty.
        """
        for lesson in self.lessons:
            if name in _names(lesson):
                return lesson
        for problem in self.problems:
            if name in (problem.path.stem, problem.path.name, str(problem.path)):
                raise problem
        if name.endswith(".md") or os.sep in name:
            return parse(Path(name))
        for lesson in plugins().lessons:
            if name in _names(lesson):
                return lesson
        raise self._no_such(name)

    def place(self, name: str) -> tuple[Lesson, str | None]:
        """Return the lesson and the step, or None, that `LESSON`, `LESSON/STEP` or a path names.

        Raises: as lesson(). UsageError: the lesson has no such step.
        """
        lesson_name, slash, step_id = name.rpartition("/")
        known = {known for lesson in self.lessons for known in _names(lesson)}
        if not slash or lesson_name not in known or Path(name).is_file():
            return self.lesson(name), None
        lesson = self.lesson(lesson_name)
        steps = [step.id for step in lesson.steps]
        if step_id not in steps:
            near = difflib.get_close_matches(step_id, steps, 1)
            raise UsageError(
                f"the lesson {lesson.id} has no step {step_id!r}",
                hint=f"Did you mean {lesson.id}/{near[0]}?"
                if near
                else f"It has: {', '.join(steps)}.",
            )
        return lesson, step_id

    def after(self, lesson: Lesson) -> Lesson | None:
        """Return the next lesson; None after the last, or after one that is not in this library."""
        for before, following in zip(self.lessons, self.lessons[1:], strict=False):
            if before.id == lesson.id:
                return following
        return None

    def _no_such(self, name: str) -> UsageError:
        known = [lesson.id for lesson in self.lessons]
        near = difflib.get_close_matches(name, known, 1, 0.5)
        if near:
            hint = f"Did you mean {near[0]}? `ormtutor list` shows all."
        elif known:
            hint = f"There are: {', '.join(known)}. A lesson file is opened by its path."
        else:
            hint = "No lessons were found; open one by its path."
        return UsageError(f"there is no lesson {name!r}", hint=hint)


def _names(lesson: Lesson) -> set[str]:
    number = lesson.number
    numbers = set() if number is None else {str(number), f"{number:02}"}
    return {lesson.id, lesson.path.stem, lesson.path.name, str(lesson.path)} | numbers


def find(directories: Iterable[Path] = ()) -> Library:
    """Return the lessons in the directories, or in the usual places if none are given."""
    places = tuple(directories) or usual_places()
    lessons: list[Lesson] = []
    problems: list[LessonError] = []
    for directory in places:
        for path in lesson_files(directory):
            try:
                lessons.append(_unless_taken(parse(path), lessons))
            except LessonError as error:
                problems.append(error)
    return Library(tuple(lessons), tuple(problems), places)


def _unless_taken(lesson: Lesson, lessons: Sequence[Lesson]) -> Lesson:
    for earlier in lessons:
        if earlier.id == lesson.id:
            raise LessonError(
                lesson.path,
                1,
                f"the id {lesson.id!r} is taken by {earlier.path.name}",
                hint="Give each lesson an id of its own.",
            )
    return lesson


def usual_places() -> tuple[Path, ...]:
    """Return where the course is: beside the package in a checkout, else inside it."""
    beside, inside = _PACKAGE.parent / "lessons", _PACKAGE / "lessons"
    # Beside an installed package, a folder called lessons would be somebody else's.
    if (_PACKAGE.parent / "pyproject.toml").exists() and beside.is_dir():
        return (beside,)
    return (inside,) if inside.is_dir() else ()


def lesson_files(directory: Path) -> list[Path]:
    """Return the lesson files of a folder, by name, without other Markdown files."""
    return [path for path in sorted(directory.glob("*.md")) if is_lesson(path)]


def is_lesson(path: Path) -> bool:
    """Whether a file begins with a `toml lesson` block; only its beginning is read."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as stream:
            for line in stream:
                if line.strip():
                    fence = line.strip()
                    return fence[:3] in ("```", "~~~") and fence.lstrip("`~").split()[:2] == [
                        "toml",
                        "lesson",
                    ]
    except OSError:
        return False
    return False


def plugins() -> Library:
    """Return the lessons of other distributions, with ids such as `distribution:id`."""
    from importlib.metadata import entry_points  # late: it reads every installed distribution

    lessons: list[Lesson] = []
    problems: list[LessonError] = []
    for entry in entry_points(group=_GROUP):
        name = entry.dist.name if entry.dist else entry.name
        try:
            directory = Path(os.fspath(entry.load()))
            if not directory.is_dir():
                raise NotADirectoryError(f"{directory} is no folder")
            library = find([directory])
        except Exception as error:  # somebody else's code may raise anything: go on without it
            problems.append(LessonError(name, 1, f"the lessons of {name} cannot be found: {error}"))
            continue
        problems += library.problems
        lessons += [replace(lesson, id=f"{name}:{lesson.id}") for lesson in library.lessons]
    return Library(tuple(lessons), tuple(problems))


# --- mistakes that only show among other files ----------------------------------------------------


def lint(lesson: Lesson) -> list[LessonError]:
    """Return what is wrong with a lesson among other files: dead links, lessons that it needs."""
    return [*_lint_links(lesson), *_lint_needs(lesson)]


def _lint_needs(lesson: Lesson) -> Iterator[LessonError]:
    """Yield the lessons that it needs and that are not to be found, or come later."""
    if not lesson.needs:
        return
    beside = [other.id for other in find([lesson.path.parent]).lessons]
    course = [other.id for other in find().lessons]
    for need in lesson.needs:
        if need not in beside and need not in course:
            yield LessonError(
                lesson.path,
                1,
                f"needs names {need!r}, and there is no lesson of that id",
                hint=_which_lesson(need, list(dict.fromkeys([*beside, *course]))),
            )
        elif {need, lesson.id} <= set(beside) and beside.index(need) >= beside.index(lesson.id):
            yield LessonError(
                lesson.path,
                1,
                f"needs names {need!r}, which comes later",
                hint="Lessons come in the order of their file names.",
            )


def _which_lesson(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, 1, 0.5)
    return f"Did you mean {near[0]}?" if near else f"There are: {', '.join(known)}."


def _lint_links(lesson: Lesson) -> Iterator[LessonError]:
    """Yield the relative links that lead to no file or step."""
    steps = {step.id for step in lesson.steps}
    for line, target in _links(lesson):
        name, _, anchor = target.partition("#")
        if re.match(r"[a-z][a-z+.-]*:", target):
            continue
        if name and not (lesson.path.parent / name).exists():
            yield LessonError(
                lesson.path,
                line,
                f"the link to {target} leads nowhere",
                hint="Write the path as seen from the lesson's own folder.",
            )
        elif anchor and not name and anchor not in steps:
            yield LessonError(
                lesson.path,
                line,
                f"the link to {target} names no step of this lesson",
                hint=f"There are: {', '.join(sorted(steps))}.",
            )


def _links(lesson: Lesson) -> Iterator[tuple[int, str]]:
    """Yield the line and the target of each link in the prose, outside of code."""
    prose = [part for step in lesson.steps for part in step.parts if isinstance(part, Prose)]
    first = next((block.line for block in lesson.blocks if block.kind == "prose"), 1)
    for part in (Prose(lesson.opening, first), *prose):
        fence = ""
        for offset, text in enumerate(part.text.split("\n")):
            mark = re.match(r"\s*(```+|~~~+)", text)
            if fence:
                fence = "" if mark and mark[1].startswith(fence) else fence
                continue
            if mark:
                fence = mark[1]
                continue
            plain = re.sub(r"(`+).*?\1", "", text)
            for found in re.finditer(r"\]\(\s*<?([^)\s>]+)>?[^)]*\)", plain):
                yield part.line + offset, found[1]


# --- one file -------------------------------------------------------------------------------------


def parse(path: Path) -> Lesson:
    """Return the lesson in a file, from the kept copy if its content is the same.

    Raises: LessonError: the file cannot be read, or breaks the format (with all mistakes).
    """
    text = _read(path)
    kept = _kept_copy(text)
    lesson = _from_kept(kept, path)
    if lesson is None:
        from ormtutor.course import markdown  # late: the parser would delay the first prompt

        lesson = markdown.read(text, path)
        files.write_cache(kept, json.dumps(to_json(lesson), ensure_ascii=False))
    return _with_shared(lesson)


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise LessonError(
            path, 1, "there is no such file", hint="`ormtutor list` shows the lessons."
        ) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise LessonError(
            path, line, "this is not UTF-8 text", hint="Save the file as UTF-8."
        ) from error
    except OSError as error:
        raise LessonError(
            path, 1, f"the file cannot be read: {error.strerror}", hint="Name a lesson file."
        ) from error


def _kept_copy(text: str) -> Path:
    # The parser is part of the key: another version may read the same text differently.
    parser = (_PACKAGE / "course" / "markdown.py").stat()
    key = f"{parser.st_mtime_ns} {parser.st_size} {text}"
    name = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return files.cache_directory() / "lessons" / f"{name}.json"


def _from_kept(kept: Path, path: Path) -> Lesson | None:
    text = files.read_text(kept)
    if text is None:
        return None
    try:
        return from_json(files.from_json(text), path)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None  # written by another version, or damaged: parse again


def _with_shared(lesson: Lesson) -> Lesson:
    if not lesson.use:
        return lesson
    shared = files.read_text(lesson.path.parent / lesson.use)
    if shared is None:
        raise LessonError(
            lesson.path,
            1,
            f"use names {lesson.use!r}, and no such file stands beside the lesson",
            hint="Put the file there, or take the line away.",
        )
    both = hashlib.sha256(f"{lesson.digest} {shared}".encode()).hexdigest()[:20]
    return replace(lesson, shared=shared, digest=both)
