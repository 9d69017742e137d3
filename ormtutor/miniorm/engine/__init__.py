"""Engine: the door to connections and results, `from sqlalchemy.engine import Engine`.

The modules below import one another directly and never this one. In the order in which they stand:
cause, url, echo, row, result, cursor, transaction, pool, execution, sqlite, connection,
base, future, create, reflection.
"""

from __future__ import annotations

from ormtutor.miniorm.doors import open_door

__getattr__ = open_door(
    globals(),
    """
    engine.base: Engine
    engine.connection: Connection
    engine.create: create_engine
    engine.cursor: CursorResult LegacyCursorResult
    engine.execution: ExecutionContext
    engine.reflection: Inspector
    engine.result: ChunkedIteratorResult FilterResult MappingResult Result ScalarResult
    engine.row: LegacyRow Row RowMapping
    engine.transaction: NestedTransaction RootTransaction Transaction
    engine.url: URL make_url
    sql.compiler: Compiled
    sql.dialect: Dialect=DefaultDialect
    sql.ddl_compiler: TypeCompiler
    """,
)
