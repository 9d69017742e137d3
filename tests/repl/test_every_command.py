"""Every command answers in line mode, typed from a file."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from ormtutor.repl.commands import COMMANDS
from tests.repl.shelf import LESSON_FILE

ARGUMENTS = {
    "go": "notes",
    "guess": "0",
    "set": "mode vi",
    "load": "mine.py",
    "save": "ours.py",
    "story": "atlas",
    "doc": "Book",
    "rows": "books",
    "whatif": "rollback",
    "panel": "tables",
}
BEFORE = {
    "guess": ":go put",
    "story": "atlas = Book(title='Atlas')",
    "redo": ":undo",
    "return": ":play",
    "undo": "1 + 1",
    "why": "1 / 0",
    "tb": "1 / 0",
}
LAST = ("quit",)
SHOWN_AS_INPUT = ("panel", "skip", "redo", "load", "return", "quit")
"""Commands whose answer is an input that is repeated, or the prompt itself."""


def test_every_command_answers_in_line_mode(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("mine = 7\n")
    names = [command.name for command in COMMANDS if command.name not in LAST] + list(LAST)
    script = "".join(
        (f"{BEFORE[name]}\n" if name in BEFORE else "")
        + f":{name} {ARGUMENTS.get(name, '')}".rstrip()
        + "\n"
        for name in names
    )
    environment = {**os.environ, "ORMTUTOR_HOME": str(tmp_path / "home"), "EDITOR": "true"}
    ran = subprocess.run(
        [sys.executable, "-m", "ormtutor", str(LESSON_FILE)],
        input=script,
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=tmp_path,
        env=environment,
        timeout=120,
    )
    assert "Traceback" not in ran.stderr
    answers = dict.fromkeys(names, "")
    for asked, answer in re.findall(r"^>>> (:.*)\n((?:(?!>>> |play> ).*\n?)*)", ran.stdout, re.M):
        name = asked[1:].split()[0]
        answers[name] = answer.strip() or answers.get(name, "")
    assert [name for name in names if not answers[name]] == [
        name for name in names if name in SHOWN_AS_INPUT
    ]
    assert [name for name in names if "no command" in answers[name]] == []
    assert (tmp_path / "ours.py").exists()
