"""The page of screens: `python -m tests.screens` writes docs/screens.md.

Before: tests/repl/pseudoterminal.py, the program on a pseudo-terminal.
Here:   five moments of a learner's day, typed at three sizes and in line mode.
After:  docs/screens.md shows what was on the screen, without times.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.pages import DOCS
from tests.repl.pseudoterminal import Pty

SIZES = ((140, 40), (100, 30), (80, 24))
MOMENTS: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    (
        "A passed step",
        "session/queued",
        (
            'ines = Member(name="Ines", street="Weir Row 2")',
            "session.add(ines)",
            "ines.id is None",
            "session.flush()",
            "ines.id",
        ),
        "OK",
    ),
    (
        "Passed another way",
        "session/queued",
        (
            "ines = Member()",
            'ines.name, ines.street = "Ines", "Weir Row 2"',
            "session.add_all([ines])",
            "session.flush()",
            "ines.id",
        ),
        "OK",
    ),
    (
        "A recognised mistake",
        "session/queued",
        (
            'ines = Member(name="Ines", street="Weir Row 2")',
            "session.add(ines)",
            "session.commit()",
        ),
        "Not quite",
    ),
    (
        "An N+1 loop",
        "loading/n-plus-one",
        (
            "for member in session.query(Member).order_by(Member.id):",
            "print(member.name, [loan.tool for loan in member.loans])",
            "",
        ),
        "step done",
    ),
    (
        "A challenge",
        "mapping/challenge",
        (
            "class Tool(Base):",
            '__tablename__ = "tools"',
            "id = Column(Integer, primary_key=True)",
            "name = Column(String(60), nullable=False)",
            "deposit = Column(Integer)",
            "",
            "Base.metadata.create_all(engine)",
            "def stock(session, names):",
            "session.add_all([Tool(name=name, deposit=10) for name in names])",
            "session.commit()",
            "return sorted(tool.name for tool in session.query(Tool))",
            "",
        ),
        "OK",
    ),
)


def screen(place: str, inputs: tuple[str, ...], end: str, columns: int, rows: int) -> str:
    """Type the inputs; return what is on the screen at the end."""
    with tempfile.TemporaryDirectory() as home:
        pty = Pty(Path(home), place, columns=columns, rows=rows)
        try:
            pty.wait_for("kernel: ready")
            for line in inputs:
                pty.keys(f"{line}\r")
            pty.wait_for(end)
            if inputs[-1]:
                pty.wait_for(f">>> {inputs[-1]}")
            while "(waits)" in pty.text or "kernel: ready" not in pty.text:
                pty.read()
            return timeless(pty.text)
        finally:
            pty.child.close(force=True)


def lines(place: str, inputs: tuple[str, ...]) -> str:
    """Type the inputs in line mode, from a file; return what was printed after the task."""
    script, depth = [], 0
    for line in inputs:
        script.append("    " * depth + line if line else "")
        depth = 1 if line.endswith(":") else 0 if not line else depth
    with tempfile.TemporaryDirectory() as home:
        ran = subprocess.run(
            [sys.executable, "-m", "ormtutor", "run", place],
            input="\n".join(script) + "\n",
            capture_output=True,
            text=True,
            env={"PATH": "", "ORMTUTOR_HOME": home},
            check=False,
        )
    return timeless(ran.stdout[ran.stdout.index("Goal 1") :])


def timeless(text: str) -> str:
    """Return a screen without its times, and without empty lines at its end."""
    return re.sub(r"\b\d+\.\d ms", "0.1 ms", text).rstrip() + "\n"


def main() -> None:
    """Write the page."""
    parts = ["# Screens\n\n<!-- Made by `python -m tests.screens`; do not edit. -->\n"]
    for title, place, inputs, end in MOMENTS:
        parts.append(f"## {title}\n")
        for columns, rows in SIZES:
            shown = screen(place, inputs, end, columns, rows)
            parts.append(f"{columns}x{rows}:\n\n```text\n{shown}```\n")
        parts.append(f"Line mode:\n\n```text\n{lines(place, inputs)}```\n")
    (DOCS / "screens.md").write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
