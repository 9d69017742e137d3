"""Engine: the door to connections and results, `from sqlalchemy.engine import Engine`.

The modules below import one another directly and never this one. In the order in which they stand:
cause, url, echo, row, result, cursor, transaction, pool, execution, dates, sqlite, connection,
base, future, create, reflection.
"""

from __future__ import annotations

from ormtutor.miniorm.engine.base import Engine
from ormtutor.miniorm.engine.connection import Connection
from ormtutor.miniorm.engine.create import create_engine, engine_from_config
from ormtutor.miniorm.engine.cursor import CursorResult, LegacyCursorResult
from ormtutor.miniorm.engine.execution import ExecutionContext
from ormtutor.miniorm.engine.reflection import Inspector
from ormtutor.miniorm.engine.result import (
    ChunkedIteratorResult,
    FilterResult,
    IteratorResult,
    MappingResult,
    Result,
    ScalarResult,
)
from ormtutor.miniorm.engine.row import LegacyRow, Row, RowMapping
from ormtutor.miniorm.engine.transaction import NestedTransaction, RootTransaction, Transaction
from ormtutor.miniorm.engine.url import URL, make_url
from ormtutor.miniorm.leftout import names_left_out
from ormtutor.miniorm.sql.compiler import Compiled
from ormtutor.miniorm.sql.dialect import DefaultDialect as Dialect
from ormtutor.miniorm.sql.type_compiler import TypeCompiler

__all__ = [
    "URL",
    "ChunkedIteratorResult",
    "Compiled",
    "Connection",
    "CursorResult",
    "Dialect",
    "Engine",
    "ExecutionContext",
    "FilterResult",
    "Inspector",
    "IteratorResult",
    "LegacyCursorResult",
    "LegacyRow",
    "MappingResult",
    "NestedTransaction",
    "Result",
    "RootTransaction",
    "Row",
    "RowMapping",
    "ScalarResult",
    "Transaction",
    "TypeCompiler",
    "create_engine",
    "engine_from_config",
    "make_url",
]

__getattr__ = names_left_out("sqlalchemy.engine")
