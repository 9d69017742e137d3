"""Types: the public path of sql/types.py, `from sqlalchemy.types import Integer`."""

from __future__ import annotations

from ormtutor.miniorm.doors import open_door

__getattr__ = open_door(
    globals(),
    """
    sql.types: BIGINT BINARY BLOB BOOLEAN CHAR CLOB DATE DATETIME DECIMAL FLOAT INT
        INTEGER JSON NCHAR NULLTYPE NUMERIC NVARCHAR REAL SMALLINT STRINGTYPE TEXT TIME
        TIMESTAMP VARBINARY VARCHAR BigInteger Boolean Date DateTime Enum Float Integer
        LargeBinary MatchType NullType Numeric SchemaType SmallInteger String Text
        Time TupleType TypeDecorator TypeEngine Unicode UnicodeText
        adapt_type to_instance
    """,
)
