"""miniorm: what `import sqlalchemy` gives.

The embedded engine, on the standard library alone: Core (`sql/`, `engine/`) knows tables,
expressions and connections; the ORM (`orm/`) stands on it. Names, results, errors and emitted SQL
are those of SQLAlchemy 1.4.54, which `__version__` names as the reference.

This is the door for learners. Inside, a module imports from the one that defines a name.
"""

from __future__ import annotations

from ormtutor.miniorm.doors import open_door

__version__ = "1.4.54+ormtutor"

__getattr__ = open_door(
    globals(),
    """
    .: dialects engine event exc inspection pool schema sql types
    engine.base: Engine
    engine.connection: Connection
    engine.create: create_engine engine_from_config
    engine.cursor: CursorResult
    engine.execution: ExecutionContext
    engine.pool: NullPool Pool QueuePool SingletonThreadPool StaticPool
    engine.reflection: Inspector
    engine.result: ChunkedIteratorResult MappingResult Result ScalarResult
    engine.row: Row RowMapping
    engine.transaction: NestedTransaction RootTransaction Transaction
    engine.url: URL make_url
    inspection: inspect
    sql.columns: ColumnCollection
    sql.comparator: asc between collate desc distinct nulls_first nulls_last nullsfirst
        nullslast
    sql.compiler: Compiled
    sql.constraints: CheckConstraint Constraint ForeignKey ForeignKeyConstraint Index
        PrimaryKeyConstraint UniqueConstraint
    sql.ddl: CreateTable DDLElement DropTable
    sql.defaults: ColumnDefault DefaultClause Sequence
    sql.dml: Delete Insert Update UpdateBase ValuesBase delete insert update
    sql.elements: BinaryExpression BindParameter BooleanClauseList ClauseElement ClauseList
        ColumnClause ColumnElement False_ Grouping Label Null TextClause True_
        UnaryExpression and_ bindparam column false label literal literal_column not_ null or_
        text true
    sql.expressions: Case Cast Extract FunctionFilter Over Tuple TypeCoerce case cast
        extract funcfilter over tuple_ type_coerce
    sql.functions: Function FunctionElement func
    sql.naming: quoted_name
    sql.operators: ColumnOperators Operators custom_op
    sql.schema: BLANK_SCHEMA Column MetaData Table
    sql.select: CompoundSelect Exists GenerativeSelect ScalarSelect Select SelectBase
        TextualSelect except_ except_all exists intersect intersect_all select subquery union
        union_all
    sql.selectable: CTE LABEL_STYLE_DEFAULT LABEL_STYLE_DISAMBIGUATE_ONLY LABEL_STYLE_NONE
        LABEL_STYLE_TABLENAME_PLUS_COL Alias FromClause Join Subquery TableClause alias cte join
        outerjoin table
    sql.type_compiler: TypeCompiler
    sql.types: BIGINT BINARY BLOB BOOLEAN CHAR CLOB DATE DATETIME DECIMAL FLOAT INT
        INTEGER JSON NCHAR NUMERIC NVARCHAR REAL SMALLINT TEXT TIME TIMESTAMP VARBINARY VARCHAR
        BigInteger Boolean Date DateTime Enum Float Integer Interval LargeBinary Numeric
          SmallInteger String Text Time TupleType TypeDecorator Unicode UnicodeText
    """,
)
