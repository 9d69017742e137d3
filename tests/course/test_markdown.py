"""Markdown -> Lesson: each fence, and each mistake that an author can make."""

from __future__ import annotations

import doctest
import itertools
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ormtutor.course import markdown
from ormtutor.course.lesson import Attempt, Check, Example, Hint, Lesson, Predict, Transcript
from ormtutor.errors import LessonError

SESSION = Path(__file__).parent / "lessons" / "session.md"
HEADER = '```toml lesson\nformat = 1\nid = "short"\ntitle = "A short one"\n```\n\n'
STEP = "## First {#first}\n\nType it.\n\n```pycon\n>>> x = 1\n>>> x\n1\n\n```\n\n"

Read = Callable[..., Lesson]


def errors_of(text: str) -> list[tuple[int, str]]:
    with pytest.raises(LessonError) as caught:
        markdown.read(text, Path("l.md"))
    return [(error.line, error.message) for error in caught.value.all]


def hint_of(text: str) -> str:
    with pytest.raises(LessonError) as caught:
        markdown.read(text, Path("l.md"))
    return caught.value.hint


@pytest.fixture(scope="module")
def session() -> Lesson:
    return markdown.read(SESSION.read_text(encoding="utf-8"), SESSION)


# --- the straight reading -------------------------------------------------------------------------


def test_the_header_names_the_lesson(session: Lesson) -> None:
    assert (session.id, session.title, session.needs) == (
        "session",
        "The session: queue, flush, commit",
        ("mapping",),
    )


def test_headings_with_an_id_begin_the_steps(session: Lesson) -> None:
    assert [(step.id, step.title, step.line) for step in session.steps] == [
        ("queued", "Queued is not written", 31),
        ("list", "Challenge: a list in two trips", 85),
    ]


def test_setup_before_the_first_step_belongs_to_the_lesson(session: Lesson) -> None:
    assert session.setup[0] == Example(
        "from sqlalchemy import Column, ForeignKey, Integer, String, create_engine", "", 11
    )
    assert session.setup[-1].source == "session = sessionmaker(bind=engine)()"


def test_a_pycon_fence_without_a_word_is_the_learners(session: Lesson) -> None:
    assert session.steps[0].examples == (
        Example('noor = User(name="Noor")', "", 42),
        Example("session.add(noor)", "", 43),
        Example("noor.id is None", "True\n", 44),
        Example("session.flush()", "", 46),
        Example("noor.id", "1\n", 47),
    )


def test_a_solution_makes_a_challenge(session: Lesson) -> None:
    queued, challenge = session.steps
    assert (queued.is_challenge, challenge.is_challenge) == (False, True)
    assert challenge.solution[-1].source == "mail_list(session)"


def test_a_check_has_an_expression_a_goal_and_a_message(session: Lesson) -> None:
    assert session.steps[0].checks[0] == Check(
        'state(noor) == "persistent"',
        "noor is persistent",
        "Noor is {left}: which call makes the session write?",
        57,
    )


def test_hints_keep_their_order(session: Lesson) -> None:
    assert [hint.line for hint in session.steps[0].hints] == [61, 65]
    assert session.steps[0].hints[1] == Hint(
        "You need the call that writes the waiting list but leaves the transaction open.", 65
    )


def test_a_prediction_says_what_is_asked_and_before_which_input(session: Lesson) -> None:
    assert session.steps[0].predictions == (
        Predict(
            "How many statements has the database received when `session.add(noor)` returns?",
            "statements",
            "",
            2,
            37,
        ),
    )


def test_the_lines_after_hash_colon_are_a_mistakes_message(session: Lesson) -> None:
    mistake = session.steps[0].mistakes[0]
    assert mistake.message.startswith("`commit()` does flush, and then goes one step further")
    assert "#:" not in mistake.message


def test_an_sql_fence_belongs_to_the_transcript_before_it(session: Lesson) -> None:
    transcript, fence = session.steps[0].sql_fences[0]
    assert (transcript.kind, transcript.line) == ("learner", 41)
    assert fence.statements == ("INSERT INTO users (name) VALUES ('Noor')",)


def test_each_example_is_one_of_doctests(session: Lesson) -> None:
    theirs = doctest.DocTestParser().get_examples(SESSION.read_text(encoding="utf-8"))
    transcripts = [part for step in session.steps for part in step.parts]
    ours = list(session.setup) + [
        example for part in transcripts if isinstance(part, Transcript) for example in part.examples
    ]
    assert [(e.source + "\n", e.want, e.line - 1) for e in ours] == [
        (e.source, e.want, e.lineno) for e in theirs
    ]


def test_other_fences_are_prose() -> None:
    lesson = markdown.read(HEADER + STEP + "```text\nSELECT 1\n```\n", Path("l.md"))
    assert lesson.steps[0].prose == "Type it.\n\n```text\nSELECT 1\n```"


def test_a_plain_python_fence_is_prose() -> None:
    lesson = markdown.read(HEADER + STEP + "```python\nx = 2\n```\n", Path("l.md"))
    assert lesson.steps[0].alternatives == ()
    assert "x = 2" in lesson.steps[0].prose


def test_a_fence_inside_a_longer_fence_is_shown_only() -> None:
    text = HEADER + STEP + "````text\n```check\nx\n```\n````\n"
    assert markdown.read(text, Path("l.md")).steps[0].checks == ()


def test_windows_line_ends_change_nothing(session: Lesson) -> None:
    text = SESSION.read_text(encoding="utf-8").replace("\n", "\r\n")
    assert markdown.read(text, SESSION) == session


def test_doctest_options_are_read() -> None:
    text = HEADER + STEP.replace(">>> x\n1", ">>> x  # doctest: +ELLIPSIS, -SKIP\n...1")
    example = markdown.read(text.replace("...1", "1"), Path("l.md")).steps[0].examples[1]
    assert example.options == ("+ELLIPSIS", "-SKIP")


def test_a_versioned_alternative_runs_only_where_it_exists() -> None:
    text = HEADER + STEP + "```python alt sqlalchemy<2\nx = 1\n```\n"
    alternative = markdown.read(text, Path("l.md")).steps[0].alternatives[0]
    assert alternative == Attempt("alt", "x = 1\n", "", "sqlalchemy<2", 18)
    assert alternative.runs_on("sqlalchemy", "1.4.54")
    assert not alternative.runs_on("sqlalchemy", "2.1.9")
    assert alternative.runs_on("miniorm", "1.4.54+ormtutor")


def test_an_alternative_of_our_engine_does_not_run_on_the_other() -> None:
    attempt = Attempt("alt", "x = 1\n", "", "miniorm", 1)
    assert attempt.runs_on("miniorm", "1.4.54+ormtutor")
    assert not attempt.runs_on("sqlalchemy", "1.4.54")


@pytest.mark.parametrize(
    ("versions", "version", "runs"),
    [
        ("sqlalchemy>=1.4,<2", "1.4.54", True),
        ("sqlalchemy>=1.4,<2", "2.0", False),
        ("sqlalchemy<=1.4", "1.4.54", True),
        ("sqlalchemy>1.4", "1.4.54", False),
        ("sqlalchemy>1.4", "2.1.9", True),
        ("sqlalchemy==2", "2.1.9", True),
    ],
)
def test_a_condition_compares_as_many_numbers_as_it_has(
    versions: str, version: str, runs: bool
) -> None:
    assert Attempt("alt", "", "", versions, 1).runs_on("sqlalchemy", version) is runs


def test_an_sql_fence_is_split_at_verbs_blank_lines_and_semicolons() -> None:
    content = (
        'PRAGMA main.table_info("t")\nCREATE TABLE t (\n\tid INTEGER\n)\n-- a remark\n'
        "SELECT a\nFROM t UNION\nSELECT b\nFROM u;\nDELETE FROM t\n\n"
        "INSERT INTO t (a)\n  SELECT 1\n"
    )
    assert markdown.split_statements(content) == (
        'PRAGMA main.table_info("t")',
        "CREATE TABLE t (\n\tid INTEGER\n)",
        "SELECT a\nFROM t UNION\nSELECT b\nFROM u",
        "DELETE FROM t",
        "INSERT INTO t (a)\n  SELECT 1",
    )


# --- mistakes of authors --------------------------------------------------------------------------


def with_fence(fence: str) -> str:
    return HEADER + STEP + fence  # the fence begins on line 18


@pytest.mark.parametrize(
    ("fence", "line", "problem"),
    [
        ("```check\n```\n", 18, "the `check` fence is empty"),
        ("```check\n# goal | message\n```\n", 19, "a goal without an expression"),
        ("```check\nx ==\n```\n", 19, "the check is no Python expression: invalid syntax"),
        (
            "```check\nx == 1  # x | it is {right}\n```\n",
            19,
            "the message has {right}, which has no value",
        ),
        ("```hint\n\n```\n", 18, "the hint is empty"),
        ("```pycon\n\n```\n", 18, "the `pycon` fence is empty"),
        ("```pycon\n>>> x\n1\n```\n", 21, "no blank line stands before the closing fence"),
        ("```pycon\n1\n\n```\n", 19, "output but no code before it: '1'"),
        ("```pycon\n>>> x\n1\n\n2\n\n```\n", 22, "output but no code before it: '2'"),
        ("```pycon\n... x\n\n```\n", 19, "a `...` line has no `>>> ` above it"),
        ("```pycon\n  >>> x\n\n```\n", 19, "the prompt is indented"),
        ("```pycon\n>>>x\n\n```\n", 19, "no blank after >>>"),
        ("```pycon\n>>> # x\n1\n\n```\n", 19, "output under a prompt without code"),
        ("```pycon\n>>> x =\n\n```\n", 19, "this is no Python: invalid syntax"),
        (
            "```pycon\n>>> x\n... y\n\n```\n",
            19,
            "more than one statement under one prompt",
        ),
        (
            "```pycon\n>>> x  # doctest: +ELIPSIS\n\n```\n",
            19,
            "doctest has no option '+ELIPSIS'",
        ),
        ("```pycon setpu\n>>> x\n\n```\n", 18, "`pycon setpu` is no fence that we know"),
        ("```python mistak\nx\n```\n", 18, "`python mistak` is no fence that we know"),
        ("```sql exakt\nSELECT 1\n```\n", 18, "`sql exakt` is no fence that we know"),
        ("```hint big\nx\n```\n", 18, "`hint big` is no fence that we know"),
        ("```chek\nx\n```\n", 18, "a fence that begins with `chek` means nothing here"),
        ("```check\nx\n", 18, "the `check` fence is never closed"),
        (
            "- item\n\n  ```check\n  x\n  ```\n",
            20,
            "the `check` fence stands inside a list or a quotation",
        ),
        ("```predict\nHow?\n```\n", 18, "the prediction has no kind"),
        ("```predict sql\nHow?\n```\n", 18, "the prediction has no after=N"),
        ("```predict sql after=two\nHow?\n```\n", 18, "`after=two` is no part of a prediction"),
        ("```predict state after=1\nHow?\n```\n", 18, "a prediction of state needs a name"),
        ("```predict sql x after=1\nHow?\n```\n", 18, "a prediction of sql takes no 'x'"),
        ("```predict sql after=1\n```\n", 18, "the prediction asks nothing"),
        ("```predict sql after=3\nHow?\n```\n", 18, "after=3, but the step has 2 inputs"),
        ("```predict colour after=1\nHow?\n```\n", 18, "`predict colour` is no fence that we know"),
        ("```python mistake\nx = 2\n```\n", 18, "the mistake has no message"),
        ("```python mistake\n#: No.\n```\n", 18, "the `python mistake` fence has no code"),
        ("```python alt\nx = \n```\n", 19, "this is no Python: invalid syntax"),
        ("```python alt django<2\nx = 1\n```\n", 18, "`django<2` names no release"),
        ("```python hidden\nx = 1\n```\n", 18, "hidden data in a step that is no challenge"),
        (
            "```pycon solution\n>>> x\n\n```\n",
            18,
            "step 'first' has both a transcript and a hidden solution",
        ),
        (
            "```pycon setup\n>>> x\n\n```\n",
            18,
            "`pycon setup` stands after the learner's own lines",
        ),
        ("> >>> x\n>>> y\n", 19, "a `>>>` outside a `pycon` fence, which plain doctest would run"),
        ("## Second\n", 18, "the heading 'Second' has no id"),
        ("## Second {#Two words}\n", 18, "'Two words' is no id for a step"),
        ("## Second {#first}\n", 18, "the id 'first' is taken by the step on line 7"),
        ("## {#second}\n", 18, "the heading has an id but no title"),
        (
            "### Deep {#deep}\n",
            18,
            "a heading of level 3 has an id, but only level 2 begins a step",
        ),
        (
            "## Second {#second}\n\n```hint\nx\n```\n",
            20,
            "step 'second' has a hint but nothing for the learner to do",
        ),
        (
            "## Second {#second}\n\n```sql\nSELECT 1\n```\n",
            20,
            "the `sql` fence has no transcript before it in its step",
        ),
        ("```toml lesson\nid = 'x'\n```\n", 18, "this is not the first block"),
    ],
)
def test_an_authors_mistake_is_told_with_its_line(fence: str, line: int, problem: str) -> None:
    found = errors_of(with_fence(fence))
    assert len(found) == 1
    assert found[0][0] == line
    assert found[0][1].startswith(problem)


@pytest.mark.parametrize(
    ("header", "line", "problem"),
    [
        ("format = 1\nid = 'x'\ntitle = x", 4, "the header is no TOML: Invalid value"),
        ("format = 2\nid = 'x'\ntitle = 'x'", 2, "the lesson has format 2, and this ormtutor"),
        ("format = 0\nid = 'x'\ntitle = 'x'", 2, "there is no format 0"),
        ("format = 1\ntitle = 'x'", 1, "the header has no id"),
        ("format = 1\nid = 'x'\ntitel = 'x'\ntitle = 'x'", 4, "the header has a key 'titel'"),
        ("format = 1\nid = 'X Y'\ntitle = 'x'", 3, "'X Y' is no id for a lesson"),
        ("format = 1\nid = 'x'\ntitle = 3", 4, "the header's title is 3"),
        ("format = 1\nid = 'x'\ntitle = 'x'\nneeds = 'y'", 5, "the header's needs is 'y'"),
        ("format = 1\nid = 'x'\ntitle = 'x'\nuse = '../y'", 5, "use names '../y'"),
    ],
)
def test_a_mistake_in_the_header_is_told_with_its_line(
    header: str, line: int, problem: str
) -> None:
    ((at, message),) = errors_of(f"```toml lesson\n{header}\n```\n\n{STEP}")
    assert at == line
    assert message.startswith(problem)


def test_a_lesson_without_a_header_says_what_to_write() -> None:
    assert errors_of(STEP) == [
        (1, "a lesson begins with its `toml lesson` block, and here is something else")
    ]
    assert hint_of(STEP).startswith("Put a block with format = 1")


def test_an_empty_file_is_no_lesson() -> None:
    assert [message for _, message in errors_of("")] == [
        "a lesson begins with its `toml lesson` block, and here is something else",
        "the lesson has no step",
    ]


def test_a_wrong_word_gets_the_nearest_one() -> None:
    assert hint_of(with_fence("```pycon setpu\n>>> x\n\n```\n")) == (
        "Did you mean `setup`? After `pycon` may stand: setup, demo, solution."
    )
    assert hint_of(with_fence("```chek\nx\n```\n")).startswith("Did you mean `check`?")


def test_a_missing_id_is_proposed_from_the_title() -> None:
    assert "{#from-object-to-row}" in hint_of(with_fence("## From object to row!\n"))


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    text = with_fence("```hint\n```\n\n```python mistake\nx = 2\n```\n\n## Next\n")
    assert [line for line, _ in errors_of(text)] == [18, 21, 25]


def test_the_error_as_text_names_file_line_and_mend() -> None:
    with pytest.raises(LessonError) as caught:
        markdown.read(with_fence("```hint\n```\n"), Path("lessons/09-mine.md"))
    assert str(caught.value) == (
        "lessons/09-mine.md:18: the hint is empty\nWrite a sentence that leads on, or drop it."
    )


def test_code_that_shows_a_syntax_error_is_allowed() -> None:
    want = "Traceback (most recent call last):\n  ...\nSyntaxError: invalid syntax"
    lesson = markdown.read(with_fence(f"```pycon\n>>> x =\n{want}\n\n```\n"), Path("l.md"))
    assert lesson.steps[0].examples[2].want.endswith("SyntaxError: invalid syntax\n")


# --- laws -----------------------------------------------------------------------------------------

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=40)
PIECES = st.one_of(
    WORDS,
    st.sampled_from(
        [
            "```pycon\n>>> x\n1\n\n```",
            "```check\nx == 1  # x is one | It is {left}.\n```",
            "```hint\nLook.\n```",
            "```text\n>>\n```",
            "- item\n\n  ```python\n  x\n  ```",
            "Title\n-----",
            "## Second {#second}",
            "~~~sql exact\nSELECT 1\n~~~",
            "```",
            "> quoted",
            "<!-- \n\n -->",
            "\tcode",
        ]
    ),
)
TEXTS = st.lists(PIECES, max_size=8).map("\n\n".join)


def problems(text: str) -> tuple[LessonError, ...]:
    try:
        markdown.read(text, Path("l.md"))
    except LessonError as error:
        return error.all
    return ()


@given(TEXTS)
def test_a_text_is_a_lesson_or_is_refused_with_lines_and_mends(text: str) -> None:
    found = problems(HEADER + STEP + text)
    assert all(error.hint and error.line > 0 for error in found)


@given(TEXTS)
def test_the_blocks_of_a_lesson_follow_one_another_without_a_gap(text: str) -> None:
    whole = HEADER + STEP + text
    try:
        lesson = markdown.read(whole, Path("l.md"))
    except LessonError:
        return
    ends = [0] + [block.end for block in lesson.blocks]
    assert [block.line for block in lesson.blocks] == [end + 1 for end in ends[:-1]]
    assert ends[-1] == len(whole.removesuffix("\n").split("\n"))


@given(st.lists(st.text(st.characters(categories=("L", "N", "P", "Zs")), max_size=30), max_size=6))
def test_no_line_of_prose_is_lost(lines: list[str]) -> None:
    prose = "\n".join(f"a{line}" for line in lines)
    try:
        lesson = markdown.read(f"{HEADER}{STEP}{prose}\n", Path("l.md"))
    except LessonError:
        return
    assert lesson.steps[0].prose == f"Type it.\n\n{prose}".strip("\n")


# --- long runs ------------------------------------------------------------------------------------

COURSE = [
    path.read_text(encoding="utf-8")
    for path in sorted((Path(__file__).parents[2] / "lessons").glob("0*.md"))
]


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """Return a lesson of the course, some of whose lines were lost, doubled, moved or mistyped."""
    lines = draw(st.sampled_from(COURSE)).split("\n")
    for _ in range(draw(st.integers(1, 12))):
        place = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(("lose", "double", "move", "mistype", "cut", "insert"))):
            case "lose":
                del lines[place]
            case "double":
                lines.insert(place, lines[place])
            case "move":
                lines.insert(draw(st.integers(0, len(lines) - 1)), lines.pop(place))
            case "mistype":
                column = draw(st.integers(0, len(lines[place])))
                lines[place] = lines[place][:column] + draw(WORDS) + lines[place][column + 1 :]
            case "cut":
                lines = lines[: max(place, 1)]
            case "insert":
                lines.insert(place, draw(PIECES))
        if not lines:
            break
    return "\n".join(lines)


def read_or_refused(text: str) -> None:
    found = problems(text)
    assert all(one.hint and 0 < one.line <= text.count("\n") + 2 for one in found)
    if found:
        return
    lesson = markdown.read(text, Path("l.md"))
    assert [line for block in lesson.blocks for line in range(block.line, block.end + 1)] == list(
        range(1, len(text.removesuffix("\n").split("\n")) + 1)
    )


@settings(max_examples=25, deadline=None)
@given(damaged())
def test_a_damaged_lesson_is_read_or_refused(text: str) -> None:
    read_or_refused(text)


@pytest.mark.soak
@settings(max_examples=20_000, deadline=None)
@given(damaged())
def test_many_damaged_lessons_are_read_or_refused(text: str) -> None:
    read_or_refused(text)


@pytest.mark.soak
@pytest.mark.parametrize(
    "text",
    [
        HEADER + (STEP.replace("#first", "#first-{0}") * 45_000),
        HEADER + "A word or two about nothing at all.\n\n" * 130_000 + STEP,
        HEADER + "a `b " * 1_000_000 + "\n\n" + STEP,
        HEADER + "> " * 2_500_000 + "\n\n" + STEP,
        HEADER + STEP + "```text\n" + "x\n" * 2_500_000 + "```\n",
    ],
    ids=["steps", "paragraphs", "one line", "quotations", "one fence"],
)
def test_five_megabytes_are_read_or_refused(text: str) -> None:
    numbers = itertools.count()
    read_or_refused(re.sub(r"\{0\}", lambda found: str(next(numbers)), text))
