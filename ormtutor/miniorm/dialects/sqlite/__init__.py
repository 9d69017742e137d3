"""SQLite's types and dialect, `from sqlalchemy.dialects.sqlite import DATETIME`."""

from __future__ import annotations

from ormtutor.miniorm.engine.dates import DATE, DATETIME, TIME
from ormtutor.miniorm.engine.sqlite import JSON
from ormtutor.miniorm.engine.sqlite import SQLiteDialect as dialect
from ormtutor.miniorm.leftout import names_left_out
from ormtutor.miniorm.sql.types import (
    BLOB,
    BOOLEAN,
    CHAR,
    DECIMAL,
    FLOAT,
    INTEGER,
    NUMERIC,
    REAL,
    SMALLINT,
    TEXT,
    TIMESTAMP,
    VARCHAR,
)

__all__ = [
    "BLOB",
    "BOOLEAN",
    "CHAR",
    "DATE",
    "DATETIME",
    "DECIMAL",
    "FLOAT",
    "INTEGER",
    "JSON",
    "NUMERIC",
    "REAL",
    "SMALLINT",
    "TEXT",
    "TIME",
    "TIMESTAMP",
    "VARCHAR",
    "dialect",
]

__getattr__ = names_left_out("sqlalchemy.dialects.sqlite")
