"""The documentation says what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ormtutor.cli import arguments
from ormtutor.repl.commands import COMMANDS
from tests.pages import DOCS, PAGES

README = (DOCS.parent / "README.md").read_text(encoding="utf-8")
BY_NAME = {command.name: command for command in COMMANDS}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_made_from_code_is_up_to_date(name: str) -> None:
    # `python -m tests.pages` writes the pages.
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name]()


def test_each_command_of_the_prompt_in_the_readme_exists() -> None:
    named = re.findall(r"`:(\w+)`", README)

    assert len(named) >= 10
    assert [name for name in named if name not in BY_NAME] == []


def test_each_subcommand_stands_in_the_readme() -> None:
    assert [name for name in arguments.COMMANDS if f"`ormtutor {name}".rstrip() not in README] == []


@pytest.mark.parametrize("path", sorted(DOCS.parent.glob("*.md")) + sorted(DOCS.glob("*.md")))
def test_each_link_to_a_file_leads_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []
