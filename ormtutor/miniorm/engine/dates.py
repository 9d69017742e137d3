"""SQLite's date and time: SQLite has no such types, so they are stored as text.

Before: sql/types.py has Date, Time and DateTime for any database.
Here:   how SQLite's dialect writes them ("2024-05-17 09:30:00.000000") and reads them back.
After:  engine/sqlite.py puts these classes in the place of the general ones.

Follows: SQLAlchemy 1.4, "SQLite: Date and Time Types".
"""

from __future__ import annotations

import datetime

from ormtutor.miniorm.sql import types as sqltypes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Processor = Callable[[Any], Any] | None

_DATE_FIELDS = ("year", "month", "day")
_TIME_FIELDS = ("hour", "minute", "second", "microsecond")

# As many digits as SQLAlchemy's reader takes; what follows is not looked at.
_DAY = r"\s*(\d{1,4})-(\d{1,2})-(\d{1,2})"
_CLOCK = r"\s*(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,6}))?"


class _Stored:
    """What the three types share: a format to write with, a pattern to read with."""

    _storage_format: str
    _reg: Any = None

    def __init__(self, storage_format: str | None = None, regexp: Any = None, **kw: Any) -> None:
        super().__init__(**kw)
        if regexp is not None:
            self._reg = _compiled(regexp)
        if storage_format is not None:
            self._storage_format = storage_format

    def adapt(self, cls: type, **kw: Any) -> Any:
        """The same format as another class."""
        if issubclass(cls, _Stored):
            if "_storage_format" in self.__dict__:
                kw["storage_format"] = self._storage_format
            if self._reg is not None:
                kw["regexp"] = self._reg
        return super().adapt(cls, **kw)  # type: ignore[misc]

    def _find_structure(self) -> Any:
        pattern = None if self._reg is None else self._reg.pattern
        return (type(self), self._storage_format, pattern)

    def literal_processor(self, dialect: Any) -> Processor:
        """In single quotes."""
        to_text = self.bind_processor(dialect)  # type: ignore[attr-defined]
        return lambda value: f"'{to_text(value)}'"

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def _reader(self, kind: str, common: Any, pattern: Any, make: Any) -> Processor:
        """Return what reads text: quickly where it is written as usual, else by the pattern.

        common: returns a value for the usual spelling and None for any other.
        """
        if self._reg is not None:
            return _custom_reader(kind, self._reg, make)

        def read(value: Any) -> Any:
            if value is None:
                return None
            try:
                found = common(value)
                if found is not None:
                    return found
                match = _compiled(pattern).match(value)
            except TypeError:
                raise ValueError(
                    f"Couldn't parse {kind} string '{value}' - value is not a string."
                ) from None
            if match is None:
                raise ValueError(f"Couldn't parse {kind} string: '{value}'")
            return make(*[int(part) for part in match.groups() if part is not None])

        return read


def is_text(type_: Any) -> bool:
    """Say whether SQLite would keep what is written as text: digits alone become a number."""
    form = getattr(type_, "_storage_format", None)
    if form is None:
        return True
    zeros = form % dict.fromkeys(_DATE_FIELDS + _TIME_FIELDS, 0)
    return not zeros.isdigit()


def _compiled(pattern: Any) -> Any:
    # Late: `re` takes long to import, and the usual spellings need no pattern.
    import re

    return re.compile(pattern)


def _custom_reader(kind: str, pattern: Any, make: Any) -> Processor:
    def read(value: Any) -> Any:
        if value is None:
            return None
        try:
            match = pattern.match(value)
        except TypeError:
            raise ValueError(
                f"Couldn't parse {kind} string '{value!r}' - value is not a string."
            ) from None
        if match is None:
            raise ValueError(f"Couldn't parse {kind} string: '{value!s}'")
        if pattern.groupindex:
            return make(**{name: int(part or 0) for name, part in match.groupdict().items()})
        return make(*[int(part or 0) for part in match.groups()])

    return read


class DATETIME(_Stored, sqltypes.DateTime):
    """A datetime.datetime as text; `truncate_microseconds` leaves the fraction away."""

    __module__ = "sqlalchemy.dialects.sqlite.base"
    __visit_name__ = "DATETIME"
    _storage_format = (
        "%(year)04d-%(month)02d-%(day)02d %(hour)02d:%(minute)02d:%(second)02d.%(microsecond)06d"
    )

    def __init__(
        self,
        storage_format: str | None = None,
        regexp: Any = None,
        truncate_microseconds: bool = False,
        timezone: bool = False,
    ) -> None:
        if truncate_microseconds:
            _refuse_both(storage_format, regexp)
        super().__init__(storage_format, regexp, timezone=timezone)
        if truncate_microseconds:
            self._storage_format = type(self)._storage_format.removesuffix(".%(microsecond)06d")

    def bind_processor(self, dialect: Any) -> Processor:
        """To text; a plain date is its midnight."""
        form, usual = self._storage_format, "_storage_format" not in self.__dict__

        def write(value: Any) -> Any:
            if value is None:
                return None
            if not isinstance(value, datetime.date):
                raise TypeError(
                    "SQLite DateTime type only accepts Python datetime and date objects as input."
                )
            if isinstance(value, datetime.datetime):
                if usual:
                    return value.replace(tzinfo=None).isoformat(" ", "microseconds")
                return form % _fields(value, _DATE_FIELDS + _TIME_FIELDS)
            midnight = dict.fromkeys(_TIME_FIELDS, 0)
            return form % {**_fields(value, _DATE_FIELDS), **midnight}

        return write

    def result_processor(self, dialect: Any, coltype: Any) -> Processor:
        """From text."""
        return self._reader("datetime", _usual_datetime, f"{_DAY} {_CLOCK}", datetime.datetime)


class DATE(_Stored, sqltypes.Date):
    """A datetime.date as text."""

    __module__ = "sqlalchemy.dialects.sqlite.base"
    __visit_name__ = "DATE"
    _storage_format = "%(year)04d-%(month)02d-%(day)02d"

    def __init__(self, storage_format: str | None = None, regexp: Any = None) -> None:
        super().__init__(storage_format, regexp)

    def bind_processor(self, dialect: Any) -> Processor:
        """To text."""
        form = self._storage_format

        def write(value: Any) -> Any:
            if value is None:
                return None
            if not isinstance(value, datetime.date):
                raise TypeError("SQLite Date type only accepts Python date objects as input.")
            return form % _fields(value, _DATE_FIELDS)

        return write

    def result_processor(self, dialect: Any, coltype: Any) -> Processor:
        """From text."""
        return self._reader("date", _usual_date, _DAY, datetime.date)


class TIME(_Stored, sqltypes.Time):
    """A datetime.time as text; `truncate_microseconds` leaves the fraction away."""

    __module__ = "sqlalchemy.dialects.sqlite.base"
    __visit_name__ = "TIME"
    _storage_format = "%(hour)02d:%(minute)02d:%(second)02d.%(microsecond)06d"

    def __init__(
        self,
        storage_format: str | None = None,
        regexp: Any = None,
        truncate_microseconds: bool = False,
        timezone: bool = False,
    ) -> None:
        if truncate_microseconds:
            _refuse_both(storage_format, regexp)
        super().__init__(storage_format, regexp, timezone=timezone)
        if truncate_microseconds:
            self._storage_format = type(self)._storage_format.removesuffix(".%(microsecond)06d")

    def bind_processor(self, dialect: Any) -> Processor:
        """To text."""
        form = self._storage_format

        def write(value: Any) -> Any:
            if value is None:
                return None
            if not isinstance(value, datetime.time):
                raise TypeError("SQLite Time type only accepts Python time objects as input.")
            return form % _fields(value, _TIME_FIELDS)

        return write

    def result_processor(self, dialect: Any, coltype: Any) -> Processor:
        """From text."""
        return self._reader("time", _usual_time, _CLOCK, datetime.time)


def _fields(value: Any, names: tuple[str, ...]) -> dict[str, int]:
    return {name: getattr(value, name) for name in names}


def _refuse_both(storage_format: Any, regexp: Any) -> None:
    for name, given in (("storage_format", storage_format), ("regexp", regexp)):
        if given is not None:
            raise AssertionError(f"You can specify only one of truncate_microseconds or {name}.")


# The usual spellings, read in C. A length apart from these, or another separator, is not ours to
# guess about: fromisoformat() takes more than SQLAlchemy does.


def _usual_datetime(value: str) -> datetime.datetime | None:
    if len(value) == 26 and value[10] == " " and value[19] == ".":
        try:
            return datetime.datetime.fromisoformat(value)
        except ValueError:
            pass
    return None


def _usual_date(value: str) -> datetime.date | None:
    if len(value) == 10 and value[4] == "-":
        try:
            return datetime.date.fromisoformat(value)
        except ValueError:
            pass
    return None


def _usual_time(value: str) -> datetime.time | None:
    if len(value) == 15 and value[2] == ":" and value[8] == ".":
        try:
            return datetime.time.fromisoformat(value)
        except ValueError:
            pass
    return None
