"""What the console has shown: blocks of lines, made again for each width."""

from __future__ import annotations

from ormtutor.kernel.messages import NeedInput, StillRunning
from ormtutor.repl import console as module
from ormtutor.repl.console import Console
from ormtutor.repl.events import Concluded, Entered, Replied
from tests.repl.shelf import finished, output, texts, turns


def test_an_input_grows_with_its_replies() -> None:
    console = Console()
    console.add(Entered("talk()"))
    console.add(Replied(output("one\n")))
    assert texts(console.all(40)) == [">>> talk()", "one"]
    console.add(Replied(output("two\n")))
    assert texts(console.all(40)) == [">>> talk()", "one", "two"]


def test_lines_are_made_anew_for_another_width() -> None:
    console = Console()
    console.add(Entered("call(argument, argument)"))
    assert len(console.all(60)) == 1
    assert len(console.all(16)) == 3


def test_the_last_lines_are_those_that_fit() -> None:
    console = Console()
    for number in range(100):
        console.note([("", str(number))])
    assert texts(console.last(40, 3)) == ["97", "98", "99"]
    assert texts(console.last(40, 3, skip=10)) == ["87", "88", "89"]
    assert texts(console.last(40, 3, skip=1000)) == ["0", "1", "2"]
    assert console.last(40, 0) == []


def test_the_prompt_of_an_open_question_stands_in_the_input_line() -> None:
    console = Console()
    console.add(Entered("input('who? ')"))
    console.add(Replied(NeedInput(1, "who? ")))
    assert texts(console.all(40)) == [">>> input('who? ')"]
    console.add(Replied(output("Bram\n")))
    assert texts(console.all(40)) == [">>> input('who? ')", "who? Bram"]


def test_output_after_the_end_of_an_input_stands_alone() -> None:
    console = Console()
    console.add(Entered("start()"))
    console.add(Replied(finished()))
    console.add(Concluded(turns()[0]))
    console.add(Replied(output("tick\n", late=True)))
    assert texts(console.all(40)) == [">>> start()", "[late] tick"]


def test_a_run_that_does_not_end_is_told() -> None:
    console = Console()
    console.add(Entered("loop()"))
    console.add(Replied(StillRunning(1, 2.0)))
    assert texts(console.all(120))[1].startswith("Still running 2 s after Ctrl-C.")


def test_the_oldest_blocks_are_forgotten() -> None:
    console = Console()
    for number in range(module.BLOCKS + 5):
        console.note([("", str(number))])
    assert texts(console.all(40))[0] == "5"
