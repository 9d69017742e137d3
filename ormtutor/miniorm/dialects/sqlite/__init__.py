"""SQLite's types and dialect, `from sqlalchemy.dialects.sqlite import DATETIME`."""

from __future__ import annotations

from ormtutor.miniorm.doors import open_door
from ormtutor.miniorm.leftout import names_left_out

__all__ = open_door(
    globals(),
    """
    engine.dates: DATE DATETIME TIME
    engine.sqlite: JSON dialect=SQLiteDialect
    sql.types: BLOB BOOLEAN CHAR DECIMAL FLOAT INTEGER NUMERIC REAL SMALLINT TEXT TIMESTAMP
        VARCHAR
    """,
)

__getattr__ = names_left_out("sqlalchemy.dialects.sqlite")
