"""SQLite's date and time: SQLite has no such types, so they are stored as text.

Before: sql/types.py has Date, Time and DateTime for any database.
Here:   how SQLite's dialect writes them ("2024-05-17 09:30:00.000000") and reads them back.
After:  engine/sqlite.py puts these classes in the place of the general ones.

Follows: SQLAlchemy 1.4, "SQLite: Date and Time Types".
"""

from __future__ import annotations

import datetime

from ormtutor.miniorm.doors import publish
from ormtutor.miniorm.sql import types as sqltypes
from ormtutor.miniorm.sql.types import unless_none

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Processor = Callable[[Any], Any] | None

# As many digits as SQLAlchemy's reader takes; what follows is not looked at.
_DAY = r"\s*(\d{1,4})-(\d{1,2})-(\d{1,2})"
_CLOCK = r"\s*(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,6}))?"


class _Stored:
    """What the three types share.

    _usual: how long the usual spelling is, and a place in it with its character. It is read in C;
    any other by the pattern, for fromisoformat() takes more than SQLAlchemy does.
    """

    python_type: Any
    _usual: tuple[int, int, str]
    _pattern: str
    _write: Callable[[Any], str]

    def bind_processor(self, dialect: Any) -> Processor:
        return unless_none(self._write)

    def literal_processor(self, dialect: Any) -> Processor:
        return lambda value: f"'{self._write(value)}'"

    def result_processor(self, dialect: Any, coltype: Any) -> Processor:
        cls, (length, place, mark) = self.python_type, self._usual

        def read(value: Any) -> Any:
            if value is None:
                return None
            try:
                if len(value) == length and value[place] == mark:
                    return cls.fromisoformat(value)
            except (TypeError, ValueError):
                pass
            return self._read_by_pattern(value)

        return read

    def _read_by_pattern(self, value: Any) -> Any:
        import re  # late: `re` takes long to import, and the usual spellings need no pattern

        kind = self.python_type.__name__
        if not isinstance(value, str):
            raise ValueError(f"Couldn't parse {kind} string '{value}' - value is not a string.")
        match = re.match(self._pattern, value)
        if match is None:
            raise ValueError(f"Couldn't parse {kind} string: '{value}'")
        return self.python_type(*[int(part) for part in match.groups() if part is not None])

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class DATETIME(_Stored, sqltypes.DateTime):
    """A datetime.datetime as text; a plain date is its midnight."""

    __visit_name__ = "DATETIME"
    _usual = (26, 10, " ")
    _pattern = f"{_DAY} {_CLOCK}"

    def _write(self, value: Any) -> str:
        if isinstance(value, datetime.timedelta):  # SQLAlchemy's Interval is a time since 1970
            value = datetime.datetime(1970, 1, 1) + value
        if isinstance(value, datetime.datetime):
            return value.replace(tzinfo=None).isoformat(" ", "microseconds")
        if isinstance(value, datetime.date):
            return f"{value.isoformat()} 00:00:00.000000"
        raise TypeError(
            "SQLite DateTime type only accepts Python datetime and date objects as input."
        )


class DATE(_Stored, sqltypes.Date):
    """A datetime.date as text."""

    __visit_name__ = "DATE"
    _usual = (10, 4, "-")
    _pattern = _DAY

    def _write(self, value: Any) -> str:
        if not isinstance(value, datetime.date):
            raise TypeError("SQLite Date type only accepts Python date objects as input.")
        return datetime.date.isoformat(value)


class TIME(_Stored, sqltypes.Time):
    """A datetime.time as text."""

    __visit_name__ = "TIME"
    _usual = (15, 2, ":")
    _pattern = _CLOCK

    def _write(self, value: Any) -> str:
        if not isinstance(value, datetime.time):
            raise TypeError("SQLite Time type only accepts Python time objects as input.")
        return value.replace(tzinfo=None).isoformat("microseconds")


publish(globals(), "sqlalchemy.dialects.sqlite.base")
