"""miniorm: what `import sqlalchemy` gives.

The embedded engine, on the standard library alone: Core (`sql/`, `engine/`) knows tables,
expressions and connections; the ORM (`orm/`) builds on it. Names, results, errors and emitted SQL
are those of SQLAlchemy 1.4.54, which `__version__` names as the reference.

This is the door for learners. Inside, a module imports from the one that defines a name.
"""

from __future__ import annotations

from ormtutor.miniorm.doors import open_door

__version__ = "1.4.54+ormtutor"

# Of the second track: 1.4's `import *` does not bring them, and a program's own Tuple, Label or
# Transaction that was imported before it stays.
_OF_2_X = """
    Alias AliasedReturnsRows BinaryExpression BindParameter BooleanClauseList CTE Case Cast
    ChunkedIteratorResult ClauseElement ClauseList ColumnClause ColumnCollection
    ColumnElement ColumnOperators Compiled CompoundSelect Connection CreateTable
    CursorResult DDLElement Delete DropTable Engine ExecutionContext Exists Extract False_
    FromClause FromGrouping Function FunctionElement FunctionFilter GenerativeSelect
    Grouping Insert Inspector Join Label MappingResult NestedTransaction Null NullPool
    Operators Over Pool QueuePool Result RootTransaction Row RowMapping ScalarResult
    ScalarSelect Select SelectBase SingletonThreadPool StaticPool Subquery TableClause
    TextClause TextualSelect Transaction True_ Tuple TypeCoerce TypeCompiler URL
    UnaryExpression Update UpdateBase ValuesBase cte custom_op label make_url
    """

__getattr__ = open_door(
    globals(),
    """
    .: dialects engine event exc inspection pool schema sql types
    engine.base: Engine
    engine.connection: Connection
    engine.create: create_engine
    engine.cursor: CursorResult
    engine.execution: ExecutionContext
    engine.pool: NullPool Pool QueuePool SingletonThreadPool StaticPool
    engine.reflection: Inspector
    engine.result: ChunkedIteratorResult MappingResult Result ScalarResult
    engine.row: Row RowMapping
    engine.transaction: NestedTransaction RootTransaction Transaction
    engine.url: URL make_url
    inspection: inspect
    sql.expression: *
    sql.compiler: Compiled
    sql.constraints: CheckConstraint Constraint ForeignKey ForeignKeyConstraint Index
        PrimaryKeyConstraint UniqueConstraint
    sql.ddl: CreateTable DDLElement DropTable
    sql.defaults: ColumnDefault DefaultClause Sequence
    sql.schema: BLANK_SCHEMA Column MetaData Table
    sql.ddl_compiler: TypeCompiler
    sql.types: BIGINT BINARY BLOB BOOLEAN CHAR CLOB DATE DATETIME DECIMAL FLOAT INT
        INTEGER JSON NCHAR NUMERIC NVARCHAR REAL SMALLINT TEXT TIME TIMESTAMP VARBINARY VARCHAR
        BigInteger Boolean Date DateTime Enum Float Integer LargeBinary Numeric
          SmallInteger String Text Time TupleType TypeDecorator Unicode UnicodeText
    """,
    not_in_star=_OF_2_X,
)
