"""Random keys never crash the console, and the terminal is restored as it was."""

from __future__ import annotations

import random
import termios
import time
from pathlib import Path

import pytest

from tests.repl.pseudoterminal import CTRL_C, CTRL_D, Pty
from tests.repl.shelf import LESSON_FILE

ESCAPE = "\x1b"
KEYS = (
    *("\r", "\t", " ", ".", "(", ")", "'", ":", "\x7f", ESCAPE, "é", "木", "\u0301"),
    *(f"{ESCAPE}[{letter}" for letter in "ABCDHF"),  # arrows, Home, End
    *(f"{ESCAPE}O{letter}" for letter in "PQRS"),  # F1 to F4
    *(f"{ESCAPE}[{number}~" for number in (3, 5, 6, 15, 18, 19, 20)),  # Del, PgUp ... F9
    *("\x01", "\x05", "\x0b", "\x0c", "\x12", "\x15", "\x17", "\x18", "\x19", "\x1f"),
    f"{ESCAPE}\r",
    f"{ESCAPE}[Z",
    f"{ESCAPE}[200~>>> x = 1\n>>> for n in range(3):\n...     x += n\n{ESCAPE}[201~",
    CTRL_C,
)
WORDS = (
    *("session", "atlas = Book(title='Atlas')", "session.add(atlas)", "session.flush()", "1 / 0"),
    *("for n in range(3):", "    n", "x = (1,", "print('a' * 500)", "session.query(Book).all()"),
    *(":hint", ":list", ":panel tables", ":undo", ":redo", ":text", ":sql", ":set mode vi"),
    *(":set mode emacs", ":next", ":back", ":skip", ":play", ":return", ":nosuch", ":help"),
)


def press(pty: Pty, chance: random.Random) -> None:
    """Press one key, or type a word."""
    pty.keys(chance.choice(WORDS) if chance.random() < 0.2 else chance.choice(KEYS))


@pytest.mark.parametrize(
    ("seed", "seconds"),
    [
        (1, 3.0),
        (2, 3.0),
        *(pytest.param(seed, 60.0, marks=pytest.mark.soak) for seed in range(10, 16)),
    ],
)
def test_random_keys_never_crash_it_and_the_terminal_is_given_back(
    home: Path, seed: int, seconds: float
) -> None:
    chance = random.Random(seed)
    columns, rows = chance.choice((80, 140)), chance.choice((24, 40))
    # Ctrl-X Ctrl-E may come by chance; what a real editor would do is not tested here.
    pty = Pty(home, str(LESSON_FILE), columns=columns, rows=rows, EDITOR="true", VISUAL="true")
    pty.child.delaybeforesend = None
    before = termios.tcgetattr(pty.child.fileno())
    try:
        pty.wait_for("kernel: ready")
        until = time.monotonic() + seconds
        pressed = 0
        while time.monotonic() < until:
            burst = chance.randint(1, 12)
            for _ in range(burst):
                press(pty, chance)
            pressed += burst
            assert pty.read(), pty.text
        # Leave whatever is open: a search, a menu, a question, vi's other mode, a text to read.
        for keys in (ESCAPE, CTRL_C, CTRL_C, "i", "\x15", ":set mode emacs\r", "6 * 7\r"):
            pty.keys(keys)
            pty.read()
        pty.wait_for("\n 42" if pty.screen.columns < 120 else "│ 42")
        pty.keys(CTRL_D)
        assert pty.end() == 0
        after = termios.tcgetattr(pty.child.fileno()) if not pty.child.closed else before
        assert after == before
        assert pressed > 20
    finally:
        pty.child.close(force=True)
    assert "report" not in pty.raw.rpartition("\x1b[?1049l")[2]
