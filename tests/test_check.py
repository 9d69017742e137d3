"""Self-checking: what a lesson claims is run, and what is not true is reported with its line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ormtutor import reference, runner
from ormtutor.check import Checker, ItemResult, items_of
from ormtutor.course.library import Library, find, parse
from ormtutor.errors import UsageError
from ormtutor.replay import Kernels
from ormtutor.runner import Report, check_file, check_files, exit_code
from tests.oracle.releases import installed

LESSONS = Path(__file__).parent / "course" / "lessons"
HEADER = '```toml lesson\nformat = 1\nid = "short"\ntitle = "A short one"\n```\n\n'
FIRST = "## First {#first}\n\nType it.\n\n"
BODY = "```pycon\n>>> x = 1\n>>> x\n1\n\n```\n\n"  # its first line is line 11

Checked = Callable[..., Report]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORMTUTOR_HOME", str(tmp_path / "home"))


@pytest.fixture
def checked(tmp_path: Path) -> Checked:
    """Return a function that checks a lesson of one step, given what is under its heading."""

    def checked(text: str, *, start: str = FIRST, name: str = "01-short.md") -> Report:
        path = tmp_path / name
        path.write_text(HEADER + start + text, encoding="utf-8")
        return check_file(path)

    return checked


def told(report: Report) -> list[tuple[int, str, str]]:
    return [(finding.line, finding.item, finding.problem) for finding in report.findings]


# --- whole lessons --------------------------------------------------------------------------------


@pytest.mark.parametrize("release", ["1.4", "2.1"])
@pytest.mark.parametrize("lesson", ["session", "default"])
def test_a_true_lesson_passes_on_sqlalchemy(lesson: str, release: str) -> None:
    path = LESSONS / f"{lesson}.md"
    report = check_file(path, engine="sqlalchemy", engine_path=[str(installed(release))])
    assert [finding.lines() for finding in report.findings if not finding.is_note] == []
    assert exit_code([report]) == 0
    assert report.examples > 0


def test_a_lesson_is_ok_item_by_item(checked: Checked) -> None:
    report = checked(BODY + "```python alt\nx = 3 - 2\nprint(x)\n```\n")
    assert [(result.item.name, result.is_ok) for result in report.results] == [
        ("lesson", True),
        ("first", True),
        ("first::alt1", True),
    ]
    assert report.seconds > 0


def test_the_order_of_checking_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "01-short.md"
    second = "## Second {#second}\n\n```pycon\n>>> y = x + 1\n>>> y\n3\n\n```\n"
    path.write_text(HEADER + FIRST + BODY + second, encoding="utf-8")
    lesson = parse(path)
    with Checker(lesson) as one:
        forward = [one.run(item).findings for item in items_of(lesson)]
    with Checker(lesson) as other:
        backward = [other.run(item).findings for item in reversed(items_of(lesson))]
    assert forward == backward[::-1]
    assert [finding.line for finding in forward[2]] == [22]


def test_several_lessons_are_checked_in_their_order(tmp_path: Path) -> None:
    paths = [tmp_path / "01-a.md", tmp_path / "02-b.md"]
    for path in paths:
        path.write_text(HEADER + FIRST + BODY, encoding="utf-8")
    heard: list[str] = []
    reports = check_files(paths, on_result=lambda result: heard.append(result.item.name))
    assert [report.path for report in reports] == paths
    assert sorted(heard) == ["first", "first", "lesson", "lesson"]


def test_a_fault_of_who_listens_is_raised_and_ends_the_check(tmp_path: Path) -> None:
    paths = [tmp_path / "01-a.md", tmp_path / "02-b.md"]
    for path in paths:
        path.write_text(HEADER + FIRST + BODY, encoding="utf-8")
    ended: list[Path] = []

    def refuse(result: ItemResult) -> None:
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        check_files(
            paths, on_result=refuse, on_report=lambda report: ended.append(report.path), jobs=2
        )
    assert ended == []


def test_the_first_failure_can_be_the_last(tmp_path: Path) -> None:
    path = tmp_path / "01-a.md"
    wrong = BODY.replace("\n1\n", "\n2\n")
    alt = "```python alt\nx = 1\nprint(x)\n```\n"
    path.write_text(HEADER + FIRST + wrong + alt, encoding="utf-8")
    (report,) = check_files([path], stop_at_first=True)
    assert [result.item.name for result in report.results] == ["lesson", "first"]


# --- the straight path ----------------------------------------------------------------------------


def test_another_output_is_shown_beside_the_wanted_one(checked: Checked) -> None:
    report = checked(BODY.replace("\n1\n", "\n2\n"))
    assert told(report) == [(13, "first", "it gave something else")]
    assert report.findings[0].details == ("- want  2", "+ got   1", "        ^")
    assert exit_code([report]) == 1


def test_a_finding_names_file_line_and_mend(checked: Checked) -> None:
    report = checked(BODY.replace("\n1\n", "\n2\n"))
    lines = report.findings[0].lines()
    assert lines[0] == f"{report.path}:13: first: it gave something else"
    assert lines[-1] == "    `--accept` writes what came, after showing it."


def test_an_exception_that_nobody_announced_is_told(checked: Checked) -> None:
    report = checked("```pycon\n>>> x = 1\n>>> 1 / 0\n\n```\n")
    assert (13, "first", "it raised an exception") in told(report)


def test_an_announced_exception_that_does_not_come_is_told(checked: Checked) -> None:
    want = "Traceback (most recent call last):\n  ...\nZeroDivisionError: division by zero"
    assert told(checked(f"```pycon\n>>> 1 / 0\n{want}\n\n```\n")) == []
    report = checked(f"```pycon\n>>> x = 1\n>>> x / 1\n{want}\n\n```\n")
    assert (13, "first", "it raised nothing") in told(report)


def test_an_example_that_is_skipped_is_not_compared(checked: Checked) -> None:
    assert told(checked(BODY.replace(">>> x\n1", ">>> x  # doctest: +SKIP\n2"))) == []


def test_setup_is_compared_as_well(checked: Checked) -> None:
    start = "```pycon setup\n>>> 1 + 1\n3\n\n```\n\n" + FIRST
    assert told(checked(BODY, start=start)) == [(8, "lesson", "it gave something else")]


def test_an_endless_example_is_stopped(checked: Checked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "EXAMPLE_SECONDS", 0.3)
    report = checked("```pycon\n>>> x = 1\n>>> while True: pass\n\n```\n")
    assert (13, "first", "stopped after 0.3 seconds") in told(report)


def test_an_example_that_ends_the_kernel_is_told(checked: Checked) -> None:
    report = checked("```pycon\n>>> import os\n>>> os._exit(3)\n\n```\n")
    assert told(report) == [(13, "first", "it ends the kernel: exit code 3")]


def test_what_fails_early_is_told_once_and_not_again_by_each_step(checked: Checked) -> None:
    second = "## Second {#second}\n\n```pycon\n>>> y = x\n>>> y\n1\n\n```\n"
    report = checked(BODY.replace("x = 1", "x = 1 / 0") + second)
    assert told(report)[:1] == [(12, "first", "it raised an exception")]
    assert told(report)[-1] == (18, "second", "the step cannot be checked: line 12 fails")


def test_an_early_line_that_ends_the_kernel_is_no_trouble_of_ours(checked: Checked) -> None:
    second = "## Second {#second}\n\n```pycon\n>>> y = 1\n>>> y\n1\n\n```\n"
    report = checked("```pycon\n>>> import os\n>>> os._exit(3)\n\n```\n\n" + second)
    assert report.error is None
    assert "the kernel died while it replayed: exit code 3" in told(report)[-1][2]


def test_a_warning_is_noted(checked: Checked) -> None:
    warn = "```pycon\n>>> import warnings\n>>> warnings.warn('soon gone')\n\n```\n"
    report = checked(BODY + warn)
    assert [(f.line, f.problem, f.is_note) for f in report.findings] == [
        (20, "it warns: UserWarning: soon gone", True)
    ]
    assert exit_code([report]) == 0


def test_what_depends_on_the_order_of_a_set_is_told(checked: Checked) -> None:
    line = ">>> x = sorted({'a', 'b', 'c', 'd'}, key=len)"
    report = checked(f"```pycon\n{line}\n>>> x  # doctest: +ELLIPSIS\n['b', ...]\n\n```\n")
    problems = [problem for _, _, problem in told(report)]
    assert problems in (
        ["it gave something else (with another hash seed)"],
        ["it gave something else"],
    )


def test_the_shared_file_is_importable(tmp_path: Path) -> None:
    (tmp_path / "shelf.py").write_text("SHELVES = 3\n", encoding="utf-8")
    path = tmp_path / "01-short.md"
    header = HEADER.replace("```\n\n", 'use = "shelf.py"\n```\n\n')
    setup = "```pycon setup\n>>> from shelf import SHELVES\n\n```\n\n"
    step = FIRST + "```pycon\n>>> x = SHELVES + 1\n\n```\n"
    path.write_text(header + setup + step, encoding="utf-8")
    assert told(check_file(path)) == []
    assert sorted(file.name for file in tmp_path.iterdir()) == ["01-short.md", "home", "shelf.py"]


# --- goals ----------------------------------------------------------------------------------------


def test_a_check_that_the_lesson_misses_is_told(checked: Checked) -> None:
    report = checked(BODY + "```check\nx == 2  # x is two | It is {left}.\n```\n")
    assert told(report) == [(19, "first", "the lesson's own answer misses the goal 'x is two'")]
    assert report.findings[0].details == ("It is 1.",)


def test_a_step_that_is_passed_before_it_begins_is_told(checked: Checked) -> None:
    report = checked(BODY + "```check\n1 == 1\n```\n")
    assert told(report) == [
        (7, "first", "the step is passed before anything is typed"),
        (19, "first", "the check 1 == 1 cannot fail"),
    ]


def test_a_check_that_only_a_mistake_misses_can_fail(checked: Checked) -> None:
    checks = "```check\nx == 1\nlen(sql) == 0\n'y' not in globals()\n```\n"
    mistake = "```python mistake\n#: No y, please.\nx = 1\ny = 2\n```\n"
    assert told(checked(BODY + checks + mistake)) == [
        (20, "first", "the check len(sql) == 0 cannot fail")
    ]


def test_a_step_in_which_nothing_can_be_judged_is_told(checked: Checked) -> None:
    assert told(checked("```pycon\n>>> pass\n\n```\n")) == [
        (7, "first", "nothing in this step can be judged")
    ]


# --- other answers and mistakes -------------------------------------------------------------------


def test_another_answer_that_does_not_pass_is_told(checked: Checked) -> None:
    report = checked(BODY + "```python alt\nx = 2\nx\n```\n")
    assert told(report) == [(18, "first::alt1", "the other answer does not pass")]
    assert report.findings[0].details[0] == "x is 1: you: x is 2; the step asks: 1"


def test_another_answer_that_raises_is_told_with_its_line(checked: Checked) -> None:
    report = checked(BODY + "```python alt\nx = 1\n1 / 0\n```\n")
    assert told(report) == [(20, "first::alt1", "the other answer raises an exception")]


def test_another_answer_for_another_release_is_not_run(checked: Checked) -> None:
    assert told(checked(BODY + "```python alt sqlalchemy>=2\n1 / 0\n```\n")) == []


def test_a_mistake_that_passes_is_told(checked: Checked) -> None:
    report = checked(BODY + "```python mistake\n#: Wrong.\nx = 1\nx\n```\n")
    assert told(report) == [(18, "first::mistake1", "the mistake passes the step")]


def test_mistakes_that_cannot_be_told_apart_are_told(checked: Checked) -> None:
    one = "```python mistake\n#: Two.\nx = 2\n```\n\n"
    other = "```python mistake\n#: Two again.\nx = 1 + 1\n```\n"
    assert told(checked(BODY + one + other)) == [
        (23, "first::mistake2", "it cannot be told from the mistake on line 18")
    ]
    assert told(checked(BODY + one + other.replace("1 + 1", "3"))) == []


def test_a_mistake_on_the_way_to_another_answer_is_noted(checked: Checked) -> None:
    mistake = "```python mistake\n#: Not yet.\nx = 0\n```\n\n"
    report = checked(BODY + mistake + "```python alt\nx = 0\nx += 1\nx\n```\n")
    assert [(f.line, f.is_note) for f in report.findings] == [(18, True)]


# --- challenges -----------------------------------------------------------------------------------

CHALLENGE = (
    "```pycon solution\n>>> def double(n):\n...     return 2 * n\n>>> double(size)\n6\n\n```\n\n"
)
SIZED = "```pycon setup\n>>> size = 3\n\n```\n\n" + CHALLENGE


def test_a_challenge_is_run_on_all_data(checked: Checked) -> None:
    hidden = "```python hidden\nsize = 10\n```\n\n"
    alt = "```python alt\ndouble = lambda n: n + n\n```\n\n"
    mistake = "```python mistake\n#: Only for three.\ndef double(n):\n    return 6\n```\n"
    assert told(checked(SIZED + hidden + alt + mistake)) == []
    assert told(checked(SIZED + alt + mistake)) == [
        (28, "first::mistake1", "the mistake passes the step")
    ]


def test_hidden_data_that_the_reference_does_not_bear_is_told(checked: Checked) -> None:
    report = checked(SIZED + "```python hidden\nsize = None\n```\n")
    assert (24, "first", "the reference fails on this hidden data") in told(report)


def test_an_answer_that_defines_nothing_is_told(checked: Checked) -> None:
    report = checked(SIZED + "```python alt\ntwice = 2\n```\n")
    assert report.findings[0].details == ("it does not define double",)


# --- the file itself ------------------------------------------------------------------------------


def test_a_link_that_leads_nowhere_is_told(checked: Checked) -> None:
    text = (
        "See [this](other.md), [that](#nowhere), [here](#first), [web](https://x.example)\n"
        "and `[code](none.md)`.\n\n"
    )
    assert told(checked(text + BODY)) == [
        (11, "lesson", "the link to other.md leads nowhere"),
        (11, "lesson", "the link to #nowhere names no step of this lesson"),
    ]


def test_a_need_that_is_no_lesson_is_told(checked: Checked, tmp_path: Path) -> None:
    other = HEADER.replace("short", "other").replace("```\n\n", 'needs = ["shrt"]\n```\n\n')
    (tmp_path / "02-other.md").write_text(other + FIRST + BODY, encoding="utf-8")
    checked(BODY)
    report = check_file(tmp_path / "02-other.md")
    assert told(report) == [(1, "lesson", "needs names 'shrt', and there is no lesson of that id")]


def test_a_need_that_comes_later_is_told(checked: Checked, tmp_path: Path) -> None:
    other = HEADER.replace("short", "other").replace("```\n\n", 'needs = ["short"]\n```\n\n')
    (tmp_path / "00-other.md").write_text(other + FIRST + BODY, encoding="utf-8")
    checked(BODY)
    assert told(check_file(tmp_path / "00-other.md")) == [
        (1, "lesson", "needs names 'short', which comes later")
    ]


def test_a_file_that_breaks_the_format_is_an_error_of_its_own(checked: Checked) -> None:
    report = checked("```hint\n```\n")
    assert report.error is not None
    assert exit_code([report]) == 2


# --- SQL, on the oracle ---------------------------------------------------------------------------

SQL = """\
```pycon setup
>>> from sqlalchemy import MetaData, create_engine, text
>>> connection = create_engine("sqlite://").connect()

```

"""


def on_sqlalchemy(tmp_path: Path, text: str) -> Report:
    path = tmp_path / "01-sql.md"
    path.write_text(HEADER + SQL + FIRST + text, encoding="utf-8")
    return check_file(path, engine="sqlalchemy", engine_path=[str(installed("1.4"))])


ASK = '```pycon\n>>> x = connection.execute(text("SELECT 1")).scalar()\n\n```\n\n'


def test_sql_that_was_sent_otherwise_is_told_with_its_cause(tmp_path: Path) -> None:
    report = on_sqlalchemy(tmp_path, ASK + "```sql\nSELECT 2\n```\n")
    assert told(report) == [(22, "first", "other SQL was sent")]
    assert report.findings[0].details[0] == "- SELECT 2"
    assert report.findings[0].details[1].startswith("+ SELECT 1")


def test_sql_that_was_sent_is_no_finding(tmp_path: Path) -> None:
    assert told(on_sqlalchemy(tmp_path, ASK + "```sql\nselect  1;\n```\n")) == []


def test_a_difference_of_the_closed_list_is_known(tmp_path: Path) -> None:
    text = "```pycon\n>>> x = MetaData()\n>>> x\nMetaData(bind=None)\n\n```\n"
    report = on_sqlalchemy(tmp_path, text)
    assert [(f.problem, f.is_note) for f in report.findings] == [
        ("a known difference: repr of MetaData", True)
    ]


# --- names and patterns ---------------------------------------------------------------------------


def test_lessons_are_named_by_file_folder_or_id(tmp_path: Path) -> None:
    path = tmp_path / "01-short.md"
    path.write_text(HEADER + FIRST + BODY, encoding="utf-8")
    (tmp_path / "README.md").write_text("# Not a lesson\n", encoding="utf-8")
    course = find([tmp_path])
    assert runner.lesson_paths([tmp_path]) == [path]
    assert runner.lesson_paths([path, tmp_path]) == [path]
    assert runner.lesson_paths(["short"], course) == [path]
    assert runner.lesson_paths([], course) == [path]


def test_a_file_that_is_no_lesson_is_refused(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Not a lesson\n", encoding="utf-8")
    with pytest.raises(UsageError, match="is no lesson"):
        runner.lesson_paths([tmp_path / "README.md"])
    with pytest.raises(UsageError, match="there is no lesson 'zzz'"):
        runner.lesson_paths(["zzz"], Library(()))


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("alt", ["first::alt1"]),
        ("first and not alt", ["first"]),
        ("lesson or alt", ["lesson", "first::alt1"]),
        ("SHORT.MD", ["lesson", "first", "first::alt1"]),
        ("nothing", []),
    ],
)
def test_items_are_chosen_by_words(tmp_path: Path, pattern: str, names: list[str]) -> None:
    path = tmp_path / "01-short.md"
    alt = "```python alt\nx = 1\nprint(x)\n```\n"
    path.write_text(HEADER + FIRST + BODY + alt, encoding="utf-8")
    report = check_file(path, pattern=pattern)
    assert [result.item.name for result in report.results] == names


# --- a quick check --------------------------------------------------------------------------------


def test_a_quick_check_finds_what_doctest_would_and_wrong_sql(checked: Checked) -> None:
    fences = (
        "```pycon\n>>> from sqlalchemy import create_engine, text\n"
        '>>> engine = create_engine("sqlite://")\n'
        '>>> engine.connect().execute(text("SELECT 1")).scalar()\n2\n\n```\n\n'
        "```sql\nSELECT 2\n```\n\n```python mistake\n#: Passes.\nx = 1\n```\n"
    )
    report = check_file(checked(BODY + fences).path, is_quick=True)
    assert [result.item.name for result in report.results] == ["lesson", "first"]
    assert told(report) == [
        (21, "first", "it gave something else"),
        (26, "first", "other SQL was sent"),
    ]


def test_a_quick_check_takes_no_kernels_but_those_it_was_given(tmp_path: Path) -> None:
    path = tmp_path / "01-a.md"
    path.write_text(HEADER + FIRST + BODY, encoding="utf-8")
    kernels = Kernels()
    (report,) = check_files([path], is_quick=True, kernels=kernels)
    kernels.close()
    (refused,) = check_files([path], is_quick=True, kernels=kernels)
    assert (report.is_ok, str(refused.error)) == (True, "the tutor was closed")


def test_a_quick_check_of_one_step_runs_what_stands_before_it(checked: Checked) -> None:
    second = "## Second {#second}\n\n```pycon\n>>> y = x + 1\n>>> y\n3\n\n```\n"
    report = check_file(checked(BODY + second).path, is_quick=True, pattern="second")
    assert told(report) == [(22, "second", "it gave something else")]
