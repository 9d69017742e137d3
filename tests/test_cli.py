"""The command line: options, exit codes, help."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ormtutor import __version__, cli
from ormtutor.cli import arguments
from ormtutor.cli.authoring import skeleton
from ormtutor.cli.machine import candidates
from ormtutor.course import library
from ormtutor.course.progress import Progress
from ormtutor.course.trust import Trust
from ormtutor.errors import UsageError
from tests.oracle.releases import installed

SHELF = str(Path(__file__).parent / "repl" / "lessons" / "01-shelf.md")
LESSON_ID = "shelf"
BROKEN = Path(__file__).parent / "broken"
PASS = 'atlas = Book(title="Atlas")\nsession.add(atlas)\nsession.flush()\n'


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep what these tests write apart from people's own files."""
    place = tmp_path / "home"
    monkeypatch.setenv("ORMTUTOR_HOME", str(place))
    monkeypatch.delenv("CI", raising=False)
    Trust(place / "trusted.json").accept([Path(SHELF)])
    return place


def ormtutor(*words: str, script: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run the program as a process, with a script on its standard input."""
    return subprocess.run(
        [sys.executable, "-m", "ormtutor", *words],
        input=script or "",
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )


# --- help and version -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", [["--help"], ["-h"], *([name, "--help"] for name in arguments.commands())]
)
def test_help_begins_with_the_usage_and_fits(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(words) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("usage: ormtutor")
    assert printed.err == ""
    assert max(map(len, printed.out.splitlines())) <= 80


def test_the_help_names_environment_and_files() -> None:
    named = ("NO_COLOR", "EDITOR", "ORMTUTOR_HOME", "config.toml", "progress.json", "history")
    assert all(name in arguments.help_of("") for name in named)


@pytest.mark.parametrize("word", ["--version", "-V"])
def test_the_version_is_printed(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([word]) == 0
    assert capsys.readouterr().out == f"ormtutor {__version__}\n"


# --- options --------------------------------------------------------------------------------------


def test_options_stand_before_or_after_the_names() -> None:
    before = arguments.parse("", ["--plain", "--color=never", "mapping"])
    after = arguments.parse("", ["mapping", "--color", "never", "--plain"])
    assert (before.plain, before.color, before.names) == (True, "never", ("mapping",))
    assert (after.plain, after.color, after.names) == (True, "never", ("mapping",))


def test_a_command_is_found_behind_options() -> None:
    assert arguments.split(["--color", "never", "list", "x"]) == ("list", ["--color", "never", "x"])
    assert arguments.split(["--engine", "check"]) == ("", ["--engine", "check"])
    assert arguments.split(["mapping", "list"]) == ("", ["mapping", "list"])


def test_paths_add_up() -> None:
    assert arguments.parse("check", ["--path", "a", "--path=b"]).path == ("a", "b")


def test_after_two_dashes_all_are_names() -> None:
    assert arguments.parse("check", ["--", "-x"]).names == ("-x",)


@pytest.mark.parametrize(
    ("command", "words", "problem", "hint"),
    [
        ("", ["--plian"], "there is no option --plian", "Did you mean --plain?"),
        ("", ["--zzz"], "there is no option --zzz", "`ormtutor --help` lists them."),
        ("list", ["--plain"], "there is no option --plain", "`ormtutor list --help` lists them."),
        ("", ["--color", "alway"], "--color cannot be 'alway'", "Did you mean always?"),
        ("", ["--engine"], "--engine needs miniorm or sqlalchemy after it", ""),
        ("", ["--lessons", "--plain"], "--lessons needs a value after it", ""),
        ("", ["--plain=yes"], "--plain takes no value", "Leave out 'yes'."),
        ("", ["a", "b"], "one name is enough, and 'b' is one more", "`ormtutor --help` has"),
        ("", ["chek", "b"], "one name is enough, and 'b' is one more", "Did you mean `ormtutor ch"),
        ("new", [], "ormtutor new needs PATH", "`ormtutor new --help` has examples."),
    ],
)
def test_a_slip_is_named_with_what_mends_it(
    command: str, words: list[str], problem: str, hint: str
) -> None:
    with pytest.raises(UsageError) as caught:
        arguments.parse(command, words)
    assert caught.value.problem == problem
    assert caught.value.hint.startswith(hint)


@pytest.mark.parametrize(
    "words",
    [["--plian"], ["nosuch"], ["list", "nosuch"], ["check", "no/such.md"], ["--lessons", "/none"]],
)
def test_a_usage_error_goes_to_stderr_with_exit_code_2(
    words: list[str], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with open(os.devnull) as nothing:
        monkeypatch.setattr("sys.stdin", nothing)
        assert cli.main(words) == 2
    assert capfd.readouterr().err.startswith("ormtutor: ")


def test_a_broken_configuration_ends_with_exit_code_2(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text("moude = 'vi'\n")
    assert cli.main([]) == 2
    assert "Did you mean 'mode'?" in capsys.readouterr().err


# --- list and check -------------------------------------------------------------------------------


def test_list_prints_lessons_and_steps(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["list", "--lessons", str(Path(SHELF).parent)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "1 shelf      A shelf of books  0/3",
        "    1 put    Put it there      to do",
        "    2 read   Read this         to do",
        "    3 notes  Notes on books    to do",
    ]


def test_check_prints_a_line_a_step_and_a_sum(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", SHELF]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == SHELF
    assert [line.split()[0] for line in printed[1:5]] == ["lesson", "put", "read", "notes"]
    assert printed[-1].startswith("ok: 1 lesson, 15 examples, ")


def test_a_quick_check_runs_the_same_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", SHELF, "--quick"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in printed[1:5]] == ["lesson", "put", "read", "notes"]
    assert printed[-1].startswith("ok: 1 lesson, 15 examples, ")


def test_check_tells_what_is_not_true(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "01-shelf.md"
    path.write_text(Path(SHELF).read_text().replace("VALUES ('Atlas')", "VALUES ('Globe')"))
    assert cli.main(["check", str(path), "-k", "put"]) == 1
    printed = capsys.readouterr().out
    assert f"{path}:" in printed
    assert printed.splitlines()[-1].startswith("FAILED: 1 of 1 lesson")


def test_check_of_a_broken_lesson_ends_with_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "01-shelf.md"
    path.write_text("```toml lesson\nformat = 1\n")
    assert cli.main(["check", str(path)]) == 2


def test_check_says_which_attempts_it_matched(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", SHELF, "-k", "put"]) == 0
    printed = capsys.readouterr().out
    assert re.sub(r"\d+\.\d s", "0.0 s", printed).splitlines() == [
        SHELF,
        "  put                         0.0 s  ok  alt1 passes, mistake1 recognised",
        "ok: 1 lesson, 15 examples, 0.0 s",
    ]


def test_a_word_that_no_step_has_is_a_slip(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", SHELF, "-k", "flsh"]) == 2
    assert "no step, alternative or mistake matches -k 'flsh'" in capsys.readouterr().err


def test_check_as_json_is_one_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = BROKEN / "output.md"
    unreadable = BROKEN / "hint-empty.md"
    assert cli.main(["check", str(broken), str(unreadable), "--json"]) == 2
    told = json.loads(capsys.readouterr().out)
    assert (told["format"], told["ok"]) == (1, False)
    first, second = told["lessons"]
    assert [(item["name"], item["line"], item["ok"]) for item in first["items"]] == [
        ("lesson", 1, True),
        ("fly", 21, False),
    ]
    assert first["items"][1]["findings"] == [
        {
            "line": 36,
            "problem": "it gave something else",
            "hint": "`--accept` writes what came, after showing it.",
            "details": ["- want  2", "+ got   1", "        ^"],
            "note": False,
        }
    ]
    assert second["errors"] == [
        {
            "line": 35,
            "problem": "the hint is empty",
            "hint": "Write a sentence that leads on, or drop it.",
        }
    ]


def test_lessons_are_told_in_their_order_although_checked_side_by_side(
    capsys: pytest.CaptureFixture[str],
) -> None:
    paths = [str(BROKEN / f"{name}.md") for name in ("endless", "output", "hint-empty")]
    assert cli.main(["check", *paths]) == 2
    printed = capsys.readouterr().out.splitlines()
    assert [line for line in printed if line in paths] == paths


# --- play and run ---------------------------------------------------------------------------------


def test_the_sandbox_asks_nothing_and_keeps_nothing(home: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.py"
    mine.write_text("tools = session.query(Tool).count()\n")
    done = ormtutor(
        "play", str(mine), script="tools\n[loan.tool for loan in session.query(Loan)]\n"
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert ">>> tools\n3\n" in done.stdout
    assert "[<drill>, <saw>, <ladder>]" in done.stdout
    assert not (home / "progress.json").exists()


def test_a_file_for_the_sandbox_must_be_there() -> None:
    with pytest.raises(UsageError, match=r"there is no file gone\.py"):
        cli.run(["play", "gone.py"])


@pytest.mark.parametrize("release", ["1.4", "2.1"])
def test_the_sandbox_is_true_of_sqlalchemy(release: str) -> None:
    path = installed(release)
    script = "session.query(Member).all()\n"
    done = ormtutor("play", "--engine", "sqlalchemy", "--path", str(path), script=script)
    assert "[<Ilse>, <Bram>, <Wren>]" in done.stdout


@pytest.mark.parametrize(("script", "code"), [(PASS, 0), ("1 + 1\n", 1)])
def test_run_judges_one_step(script: str, code: int) -> None:
    done = ormtutor("run", f"{LESSON_ID}/put", "--lessons", str(Path(SHELF).parent), script=script)
    assert done.returncode == code
    assert done.stderr == (
        ""
        if code == 0
        else f"ormtutor: the step {LESSON_ID}/put is not passed\n"
        "  `:check` at the end of the script says what is missing.\n"
    )


def test_run_needs_a_step(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with open(os.devnull) as nothing:
        monkeypatch.setattr("sys.stdin", nothing)
        assert cli.main(["run", "mapping"]) == 2
    assert "ormtutor run mapping/STEP < answer.py" in capfd.readouterr().err


# --- progress and reset ---------------------------------------------------------------------------


def kept(home: Path) -> dict[str, str]:
    """Return the status of each step in the progress file."""
    steps = json.loads((home / "progress.json").read_text())["steps"]
    return {key: step["status"] for key, step in steps.items()}


@pytest.fixture
def done(home: Path) -> Path:
    """Return a progress file with two steps done."""
    records = Progress(home / "progress.json")
    records.record("mapping", "version", status="done")
    records.record("session", "factory", status="skipped")
    records.close()
    return home / "progress.json"


def test_progress_is_shown(done: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["progress"]) == 0
    first, *_, last = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"mapping +1 of \d+  Mapping: a class becomes a table", first)
    assert last == "next: ormtutor mapping/engine"


def test_notes_are_those_of_what_is_done(done: Path, capsys: pytest.CaptureFixture[str]) -> None:
    records = Progress(done)
    records.record("shelf", "put", status="done")
    records.close()
    assert cli.main(["notes", "--lessons", str(Path(SHELF).parent)]) == 0
    assert capsys.readouterr().out == (
        "## A shelf of books\n\n- **Put it there**: `session.flush()`\n"
    )


def test_progress_travels(
    done: Path, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.json"
    assert cli.main(["progress", "export", str(other)]) == 0
    records = Progress(other)
    records.record("session", "factory", status="done")
    records.record("mapping", "version", status="skipped")
    records.close()
    assert cli.main(["progress", "merge", str(other)]) == 0
    assert kept(home) == {"mapping/version": "done", "session/factory": "done"}
    assert cli.main(["progress", "import", str(other)]) == 0
    assert kept(home) == {"mapping/version": "skipped", "session/factory": "done"}
    assert capsys.readouterr().out == "1 record changed\n2 records taken over\n"
    assert json.loads((home / "progress.before.json").read_text())["steps"]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["exprot"], "progress knows no 'exprot'"),
        (["import"], "progress import needs a file"),
        (["merge", "gone.json"], "gone.json cannot be read"),
    ],
)
def test_a_slip_with_progress_is_named(words: list[str], problem: str) -> None:
    with pytest.raises(UsageError) as caught:
        cli.run(["progress", *words])
    assert caught.value.problem == problem


def test_a_file_that_is_no_progress_changes_nothing(done: Path, home: Path, tmp_path: Path) -> None:
    before = done.read_text()
    (tmp_path / "x.json").write_text("[1]")
    with pytest.raises(UsageError, match="is no progress file"):
        cli.run(["progress", "import", str(tmp_path / "x.json")])
    assert done.read_text() == before


def test_reset_forgets_a_lesson_or_all(
    done: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["reset", "session", "--yes"]) == 0
    assert kept(home) == {"mapping/version": "done"}
    assert cli.main(["reset", "--yes"]) == 0
    assert kept(home) == {}
    assert capsys.readouterr().out == "1 record forgotten\n1 record forgotten\n"


def test_reset_asks_first(done: Path, home: Path) -> None:
    assert ormtutor("reset").stderr == (
        "ormtutor: reset asks before it forgets\n  Say --yes to mean it.\n"
    )
    assert kept(home) == {"mapping/version": "done", "session/factory": "skipped"}


# --- doctor and completion ------------------------------------------------------------------------


def test_the_doctor_starts_a_kernel(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["doctor"]) == 0
    told = capsys.readouterr().out
    headings = [line for line in told.splitlines() if not line.startswith(" ")]
    assert headings == ["versions", "terminal", "files", "lessons", "kernel"]
    assert re.search(r"^  miniorm +1\.4\.54\+ormtutor, started in \d", told, re.M)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["che"], ["check"]),
        (["--pl"], ["--plain"]),
        (["--color", "a"], ["auto", "always"]),
        (["check", "--js"], ["--json"]),
        (["man"], ["many-to-many"]),
        (["mapping/com"], ["mapping/commit"]),
        (["run", "session/que"], ["session/queued"]),
        (["progress", "e"], ["export"]),
        (["completion", "f"], ["fish"]),
        (["new", "le"], []),
    ],
)
def test_tab_completes_what_may_follow(words: list[str], found: list[str]) -> None:
    assert candidates(words) == found


def test_bash_completes_with_our_script(tmp_path: Path) -> None:
    script = subprocess.run(
        [sys.executable, "-m", "ormtutor", "completion", "bash"], capture_output=True, text=True
    ).stdout
    program = (
        f'ormtutor() {{ {sys.executable} -m ormtutor "$@"; }}\n{script}\n'
        "COMP_WORDS=(ormtutor prog); COMP_CWORD=1; _ormtutor; echo ${COMPREPLY[@]}"
    )
    done = subprocess.run(["bash", "-c", program], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("progress\n", "")


def test_another_shell_is_named() -> None:
    with pytest.raises(UsageError) as caught:
        cli.run(["completion", "bsh"])
    assert caught.value.hint == "Did you mean bash?"


# --- new ------------------------------------------------------------------------------------------


def test_a_new_lesson_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "ours" / "09-two-boats.md"
    assert cli.main(["new", str(path)]) == 0
    assert capsys.readouterr().out.splitlines()[0] == f"written: {path}"
    assert cli.main(["check", str(path)]) == 0
    lesson = library.parse(path)
    assert (lesson.id, lesson.title) == ("two-boats", "Two boats")


@pytest.mark.parametrize("release", ["1.4", "2.1"])
def test_a_new_lesson_is_true_of_sqlalchemy(tmp_path: Path, release: str) -> None:
    path = tmp_path / "new.md"
    path.write_text(skeleton("new"), encoding="utf-8")
    program = f"import sys; sys.path.insert(0, {str(installed(release))!r}); import doctest;"
    program += f"sys.exit(doctest.testfile({str(path)!r}, module_relative=False).failed)"
    assert subprocess.run([sys.executable, "-W", "error", "-c", program]).returncode == 0


@pytest.mark.parametrize(
    ("name", "problem"), [("mine", "mine does not end in .md"), ("a.md", "a.md exists already")]
)
def test_a_new_lesson_never_replaces_anything(
    name: str, problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.md").write_text("ours")
    with pytest.raises(UsageError) as caught:
        cli.run(["new", name])
    assert caught.value.problem == problem
    assert Path("a.md").read_text() == "ours"


# --- accept ---------------------------------------------------------------------------------------


def test_accept_is_refused_without_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with open(os.devnull) as nothing:
        monkeypatch.setattr("sys.stdin", nothing)
        assert cli.main(["check", SHELF, "--accept"]) == 2
    assert "asks before it writes" in capsys.readouterr().err


def test_accept_is_refused_in_ci(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "1")
    assert cli.main(["check", SHELF, "--accept"]) == 2
    assert "refused where CI is set" in capsys.readouterr().err


# --- a script on standard input -------------------------------------------------------------------


def test_a_script_that_finishes_the_lesson_ends_with_0(home: Path) -> None:
    done = ormtutor(SHELF, script=f"{PASS}:next\n:next\n:skip\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert not (home / "progress.json").exists()
    assert not (home / "history").exists()


def test_a_script_that_does_not_finish_ends_with_1() -> None:
    done = ormtutor(SHELF, script=PASS)
    assert done.returncode == 1
    assert done.stderr == (
        "ormtutor: the lesson shelf is not finished\n  2 of 3 steps are still to do: read, notes.\n"
    )


def test_an_unfinished_block_is_named_with_its_line() -> None:
    done = ormtutor(SHELF, script="x = 1\ny = (\n")
    assert done.returncode == 1
    assert done.stderr.startswith("ormtutor: line 2: the input that begins here is not finished")


def test_a_broken_pipe_is_quiet() -> None:
    program = f"'{sys.executable}' -m ormtutor list | head -c 1"
    done = subprocess.run(program, shell=True, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_python_m_is_the_same() -> None:
    assert ormtutor("--version").stdout == f"ormtutor {__version__}\n"


def test_a_kernel_that_cannot_start_ends_with_3(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("ormtutor.kernel.client.BOOT", "raise SystemExit('no memory')")
    with open(os.devnull) as nothing:
        monkeypatch.setattr("sys.stdin", nothing)
        assert cli.main([SHELF]) == 3
    printed = capfd.readouterr()
    assert "the kernel cannot start" in printed.err
    assert "no memory" in printed.err
