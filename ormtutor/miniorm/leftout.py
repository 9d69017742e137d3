"""Names that SQLAlchemy has and miniorm has not: asking for one says so.

Before: nothing; the doors (`__init__.py` of a room) end with `__getattr__ = names_left_out(...)`.
Here:   the lists, and the two errors that Python itself would raise, with a true word added.
After:  learners read "lambda_stmt is not in miniorm; SQLAlchemy has it": no slip of theirs.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

LEFT_OUT: dict[str, str] = {
    "sqlalchemy": """
        AdaptedConnection AggregateOrderBy AsyncAdaptedQueuePool BindTyping CacheKey
        CreateEnginePlugin CreateTableAs CreateView DOUBLE DOUBLE_PRECISION Double DropView
        ForeignKeyTarget FrameClause FrameClauseType FrozenResult Identity LambdaElement Lateral
        MergedResult Named NotNullable Nullable NumericCommon OrderByList PoolProxiedConnection
        PoolResetState ResultProxy StatementLambdaElement TString TableSample TableValuedAlias
        TableValuedColumn TryCast TwoPhaseTransaction TypedColumns UUID Uuid Values WithinGroup
        aggregate_order_by bitwise_not create_mock_engine create_pool_from_url events
        from_dml_column insert_sentinel lambda_stmt lateral log outparam processors result_tuple
        tablesample try_cast tstring util values
        """,
    "sqlalchemy.dialects.sqlite": """
        Insert JSONB insert
        """,
    "sqlalchemy.engine": """
        AdaptedConnection BindTyping BufferedColumnResultProxy BufferedColumnRow
        BufferedRowResultProxy CreateEnginePlugin FrozenResult FullyBufferedResultProxy
        MergedResult ObjectKind ObjectScope ResultProxy TupleResult TwoPhaseTransaction
        create_mock_engine create_pool_from_url result_tuple
        """,
    "sqlalchemy.ext.declarative": """
        AbstractConcreteBase ConcreteBase DeferredReflection instrument_declarative
        """,
    "sqlalchemy.orm": """
        AliasOption AttributeEvent AttributeEvents Composite CompositeProperty DeclarativeBase
        DeclarativeBaseNoMeta DictBundle DynamicMapped EXT_CONTINUE EXT_SKIP EXT_STOP
        InstanceEvents InstrumentationEvents KeyFuncDict LoaderCriteriaOption Mapped
        MappedAsDataclass MappedCollection MappedColumn MappedSQLExpression MapperEvents NO_KEY
        QueryEvents RegistryEvents Relationship SessionEvents Synonym Unmapped UserDefinedOption
        WriteOnlyCollection WriteOnlyMapped add_mapped_attribute as_typed_table
        attribute_keyed_dict attribute_mapped_collection column_keyed_dict
        column_mapped_collection composite contains_alias create_session eagerload
        keyfunc_mapping mapped_as_dataclass mapped_collection mapped_column merge_frozen_result
        merge_result orm_insert_sentinel polymorphic_union query_expression selectin_polymorphic
        unmapped_column unmapped_dataclass with_expression with_loader_criteria with_polymorphic
        """,
    "sqlalchemy.pool": """
        AsyncAdaptedQueuePool ConnectionPoolEntry FallbackAsyncAdaptedQueuePool
        ManagesConnection PoolProxiedConnection PoolResetState clear_managers manage
        reset_commit reset_none reset_rollback
        """,
    "sqlalchemy.schema": """
        CreateTableAs CreateView DropColumnComment DropConstraintComment DropTableComment
        DropView ForeignKeyTarget Identity Named SetColumnComment SetConstraintComment
        SetTableComment TypedColumns insert_sentinel
        """,
    "sqlalchemy.sql": """
        ClauseVisitor LambdaElement NotNullable Nullable StatementLambdaElement
        TString TableSample TableValuedAlias TableValuedColumn Values
        aggregate_order_by from_dml_column lambda_stmt lateral outparam tablesample try_cast
        tstring values
        """,
    "sqlalchemy.sql.expression": """
        AggregateOrderBy CacheKey ExpressionClauseList FrameClause FrameClauseType LambdaElement
        Lateral OrderByList ScalarValues StatementLambdaElement TString TableValuedAlias
        TableValuedColumn TryCast Values aggregate_order_by bitwise_not from_dml_column
        lambda_stmt lateral outparam tablesample try_cast tstring values
        """,
    "sqlalchemy.types": """
        Concatenable DOUBLE DOUBLE_PRECISION Double ExternalType Indexable NumericCommon UUID
        Uuid
        """,
}


def names_left_out(door: str) -> Callable[[str], Any]:
    """Return a module's `__getattr__`: the door is the public path, `sqlalchemy.orm`."""
    names = frozenset(LEFT_OUT[door].split())

    def __getattr__(name: str) -> Any:
        if name not in names:
            raise AttributeError(f"module {door!r} has no attribute {name!r}")
        text = f"{name} is not in miniorm; SQLAlchemy has it"
        raise (ImportError if _is_import_from(sys._getframe(1)) else AttributeError)(text)

    return __getattr__


def _is_import_from(frame: Any) -> bool:
    """Say whether `from door import name` is what the frame does now.

    An AttributeError would lose its text there: Python puts its own ImportError in its place.
    """
    from opcode import opname  # late: only for this error

    return bool(opname[frame.f_code.co_code[frame.f_lasti]] == "IMPORT_FROM")
