"""SQLite's types and dialect, `from sqlalchemy.dialects.sqlite import DATETIME`."""

from __future__ import annotations

from ormtutor.miniorm.doors import open_door

__getattr__ = open_door(
    globals(),
    """
    engine.sqlite: DATE DATETIME TIME JSON dialect=SQLiteDialect
    sql.types: BLOB BOOLEAN CHAR DECIMAL FLOAT INTEGER NUMERIC REAL SMALLINT TEXT TIMESTAMP
        VARCHAR
    """,
)
