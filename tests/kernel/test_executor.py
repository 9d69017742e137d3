"""What happens to the learner's source: values, output, errors, and what must not break it."""

from __future__ import annotations

import pytest

from ormtutor.kernel.client import Kernel
from tests.kernel.conftest import failure, finished, printed


def test_the_last_expression_is_shown(shared: Kernel) -> None:
    assert finished(shared.run("x = 20\nx + 1")).value == "21"


def test_none_is_not_shown(shared: Kernel) -> None:
    assert finished(shared.run("None")).value is None


def test_a_statement_shows_nothing(shared: Kernel) -> None:
    assert finished(shared.run("x = 1")).value is None


def test_names_last_from_one_input_to_the_next(shared: Kernel) -> None:
    shared.run("kept = 'here'")
    assert finished(shared.run("kept")).value == "'here'"


def test_printed_text_comes_in_order(shared: Kernel) -> None:
    assert printed(shared.run("print('one'); print('two')")) == "one\ntwo\n"


def test_text_that_bypasses_python_comes_too(shared: Kernel) -> None:
    assert "low" in printed(shared.run("import os; os.write(1, b'low\\n')"))


def test_a_syntax_error_names_the_line(shared: Kernel) -> None:
    found = failure(shared.run("x = (1,\ny = 2"))
    assert found.kind == "SyntaxError"


def test_an_error_shows_the_learners_line_with_carets(shared: Kernel) -> None:
    found = failure(shared.run("numbers = [1]\nnumbers[0] + numbers[5]", first_line=7))
    assert found.line == 8
    assert "numbers[0] + numbers[5]" in found.text
    assert "IndexError: list index out of range" in found.text
    assert "^" in found.text


def test_an_endless_recursion_is_told_shortly(shared: Kernel) -> None:
    found = failure(shared.run("def f(): f()\nf()"))
    assert found.kind == "RecursionError"
    assert len(found.text.splitlines()) <= 8


@pytest.mark.parametrize(
    "way_out", ["exit()", "quit()", "import sys; sys.exit('x')", "raise SystemExit"]
)
def test_leaving_python_ends_the_input_and_not_the_kernel(shared: Kernel, way_out: str) -> None:
    shared.run(f"print('before'); {way_out}" if "raise" not in way_out else way_out)
    assert shared.alive
    assert finished(shared.run("1 + 1")).value == "2"


@pytest.mark.parametrize(
    "damage",
    [
        "import sys; sys.stdout = None",
        "import sys; sys.stdout.close()",
        "import os; os.close(1)",
        "import builtins; builtins.print = None",
        "del __builtins__",
        "import sys; sys.stdin = None",
    ],
)
def test_damage_to_streams_and_builtins_ends_with_the_input(shared: Kernel, damage: str) -> None:
    shared.run(damage)
    assert printed(shared.run("print('still here')")) == "still here\n"


def test_a_long_text_is_cut_and_its_length_told(shared: Kernel) -> None:
    replies = shared.run("print('a' * 5_000_000)")
    assert len(printed(replies)) <= 96 * 1024
    assert finished(replies).truncated + len(printed(replies)) == 5_000_001


def test_a_long_value_is_cut(shared: Kernel) -> None:
    value = finished(shared.run("'a' * 5_000_000")).value
    assert value is not None
    assert len(value) < 100_000


def test_too_much_memory_is_an_error_and_not_the_end(shared: Kernel) -> None:
    assert failure(shared.run("bytearray(64 << 30)")).kind == "MemoryError"
    assert finished(shared.run("1 + 1")).value == "2"


@pytest.mark.parametrize(
    "source", ["x = '\x00'", "x = '\ud800'", "\tx = 1", "a = 1\r\nb = 2", "\u202e"]
)
def test_strange_source_is_run_or_refused_clearly(shared: Kernel, source: str) -> None:
    assert finished(shared.run(source)).status in ("ok", "error")
    assert finished(shared.run("1 + 1")).value == "2"


def test_the_learners_files_cannot_take_the_place_of_the_library(
    kernel: Kernel, tmp_path: object
) -> None:
    assert finished(kernel.run("import sqlite3; sqlite3.__file__")).value != ""
    assert "''" not in str(finished(kernel.run("import sys; sys.path")).value)


def test_input_is_answered(shared: Kernel) -> None:
    replies = shared.run("input('name? ')", on_input=lambda prompt: f"answer to {prompt}")
    assert finished(replies).value == "'answer to name? '"


def test_input_at_the_end_of_the_file_is_an_error_of_pythons(shared: Kernel) -> None:
    assert failure(shared.run("input()", on_input=lambda prompt: None)).kind == "EOFError"


def test_random_numbers_are_the_same_in_every_kernel(kernel: Kernel, shared: Kernel) -> None:
    source = "import random; random.random()"
    assert finished(kernel.run(source)).value is not None


def test_a_value_whose_repr_fails_is_told(shared: Kernel) -> None:
    replies = shared.run("class Bad:\n    def __repr__(self): raise ValueError('no')\nBad()")
    assert finished(replies).status in ("ok", "error")
    assert finished(shared.run("1 + 1")).value == "2"
