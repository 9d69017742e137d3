"""Echo: what the engine does, as lines in the log.

Before: engine/connection.py has a statement, its parameters, a transaction event.
Here:   `create_engine(echo=...)`, logger names and levels; `logging` is imported only when needed.
After:  the standard library's `logging`.

Follows: SQLAlchemy 1.4, "Configuring Logging"; logger names and lines are SQLAlchemy's.
"""

from __future__ import annotations

import sys
from time import perf_counter

from ormtutor.miniorm.exc import shown_parameters

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_LOGGER = "sqlalchemy.engine.Engine"
_SETTINGS = (None, False, True, "debug")


class Echo:
    """The log of one engine.

    setting: None or False: as `logging` is configured; True: statements; "debug": rows as well.
    logging_name: distinguishes this engine's lines from those of others.
    """

    def __init__(self, setting: Any, logging_name: str | None, hide_parameters: bool) -> None:
        self._name = f"{_LOGGER}.{logging_name}" if logging_name else _LOGGER
        self.hide_parameters = hide_parameters
        self.set(setting)

    def set(self, setting: Any) -> None:
        """Change what is logged; KeyError for an unknown setting, as in SQLAlchemy."""
        if setting not in _SETTINGS:
            raise KeyError(setting)
        self.setting = setting
        if setting:
            _show_on_stdout_unless_configured(self.logger)

    @property
    def logger(self) -> Any:
        """The standard library's logger."""
        return _logging().getLogger(self._name)

    def is_enabled(self, level: str = "INFO") -> bool:
        """Whether lines of this level would be seen."""
        if self.setting:
            return level == "INFO" or self.setting == "debug"
        if "logging" not in sys.modules:
            # Without echo=True, the log must have been configured by way of logging.
            return False
        return bool(self.logger.isEnabledFor(getattr(_logging(), level)))

    def line(self, message: str, *args: Any, level: str = "INFO") -> None:
        """Write a line; `echo` overrides the logger's own level."""
        logging, logger = _logging(), self.logger
        number = getattr(logging, level)
        if not self.setting:
            logger.log(number, message, *args)
        elif logging.root.manager.disable < number:
            record = logger.makeRecord(logger.name, number, "base.py", 0, message, args, None)
            logger.handle(record)

    def row(self, values: Any) -> None:
        """Write a row."""
        self.line("Row %s", shown_parameters(values, ismulti=False), level="DEBUG")

    def statement(self, context: Any, statement: str, parameters: Any) -> None:
        """Write a statement, and how it was made with its parameters."""
        self.line(statement)
        if self.hide_parameters:
            self.line("[%s] [SQL parameters hidden due to hide_parameters=True]", _origin(context))
        else:
            shown = shown_parameters(parameters, ismulti=context.executemany)
            self.line("[%s] %s", _origin(context), shown)


def _origin(context: Any) -> str:
    """Where the text of a statement comes from."""
    note = context.origin
    if note == "raw sql":
        return "raw sql"
    seconds = perf_counter() - context.made_at
    if note == "cached":
        return f"cached since {seconds:.4g}s ago"
    return f"{'generated in' if note == 'generated' else note} {seconds:.5f}s"


def _logging() -> Any:
    """Import logging late: it takes half as long as the whole engine."""
    import logging

    quiet = logging.getLogger("sqlalchemy")
    if quiet.level == logging.NOTSET:
        quiet.setLevel(logging.WARN)
    return logging


def _show_on_stdout_unless_configured(logger: Any) -> None:
    if not logger.handlers:
        logging = _logging()
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        logger.addHandler(handler)
