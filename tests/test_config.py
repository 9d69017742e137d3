"""The configuration file, checked key by key."""

from __future__ import annotations

from pathlib import Path

import pytest

from ormtutor import config
from ormtutor.errors import ConfigError

PATH = Path("config.toml")


def complaint(text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        config.parse(text, PATH)
    return caught.value


def test_a_file_that_does_not_exist_is_an_empty_one(tmp_path: Path) -> None:
    found = config.load(tmp_path / "config.toml")
    assert (found.mode, found.color, found.plain, found.history) == ("emacs", "auto", False, True)


def test_what_the_file_says_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('mode = "vi"\nplain = true\nlessons = ["/ours"]\n')
    found = config.load(path)
    assert (found.mode, found.plain, found.lessons) == ("vi", True, ("/ours",))


def test_an_unknown_key_is_named_with_its_line_and_the_nearest() -> None:
    error = complaint('# mine\nmode = "vi"\nmuose = true\n')
    assert error.problem == "config.toml:3: there is no setting 'muose'"
    assert error.hint == "Did you mean 'mouse'?"


def test_a_key_like_no_other_gets_the_list() -> None:
    assert complaint("xyzzy = 1\n").hint.startswith("Settings: mode, color, plain,")


def test_a_wrong_word_is_named_with_the_nearest() -> None:
    error = complaint('color = "alway"\n')
    assert error.problem == "config.toml:1: color cannot be 'alway'"
    assert error.hint == "Did you mean 'always'?"


def test_a_wrong_kind_says_what_is_wanted() -> None:
    assert complaint('mouse = "on"\n').hint == "mouse = true or false"
    assert complaint('lessons = "x"\n').problem.endswith("lessons is a list of folders")
    assert complaint("mode = 3\n").hint == 'It is one of: "emacs", "vi".'


def test_a_file_that_is_no_toml_is_named() -> None:
    assert complaint("mode = vi\n").problem.startswith("config.toml: Invalid value")


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="cannot be read"):
        config.load(path)


def test_every_setting_stands_in_the_module_s_own_example() -> None:
    assert config.__doc__ is not None
    example = "\n".join(
        line.strip() for line in config.__doc__.splitlines() if line.startswith("    ")
    )
    config.parse(example, PATH)
    assert all(f"{key} = " in example for key in config.SETTINGS)
