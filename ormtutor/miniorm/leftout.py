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
        AdaptedConnection AggregateOrderBy AsyncAdaptedQueuePool BindTyping CacheKey CheckFirst
        CreateEnginePlugin CreateTableAs CreateView DOUBLE DOUBLE_PRECISION Double DropView
        ForeignKeyTarget FrameClause FrameClauseType Identity LambdaElement Lateral MergedResult
        Named NotNullable Nullable NumericCommon OrderByList StatementLambdaElement TString
        TableSample TableValuedAlias TableValuedColumn ThreadLocalMetaData TryCast
        TwoPhaseTransaction TypedColumns UUID Uuid Values WithinGroup aggregate_order_by bitwise_not
        create_mock_engine create_pool_from_url from_dml_column funcfilter insert_sentinel
        lambda_stmt lateral modifier outparam tablesample try_cast tstring values within_group
        events log processors util
        """,
    "sqlalchemy.orm": """
        AliasOption AttributeEvent AttributeEvents Bundle Composite CompositeProperty DictBundle
        EXT_CONTINUE EXT_SKIP EXT_STOP InstanceEvents InstrumentationEvents KeyFuncDict
        LoaderCriteriaOption MappedAsDataclass MappedCollection MapperEvents NO_KEY QueryEvents
        RegistryEvents SessionEvents UserDefinedOption WriteOnlyCollection WriteOnlyMapped
        as_typed_table attribute_keyed_dict attribute_mapped_collection column_keyed_dict
        column_mapped_collection composite contains_alias create_session dynamic_loader eagerload
        keyfunc_mapping mapped_as_dataclass mapped_collection merge_frozen_result merge_result
        orm_insert_sentinel polymorphic_union query_expression selectin_polymorphic synonym_for
        unmapped_column unmapped_dataclass with_expression with_loader_criteria with_polymorphic
        """,
    "sqlalchemy.engine": """
        AdaptedConnection BufferedColumnResultProxy BufferedColumnRow BufferedRowResultProxy
        Connectable CreateEnginePlugin FrozenResult FullyBufferedResultProxy MergedResult
        ResultProxy TwoPhaseTransaction connection_memoize create_mock_engine result_tuple
        """,
    "sqlalchemy.ext.declarative": """
        AbstractConcreteBase ConcreteBase DeferredReflection instrument_declarative synonym_for
        """,
    "sqlalchemy.pool": """
        AsyncAdaptedQueuePool FallbackAsyncAdaptedQueuePool clear_managers manage reset_commit
        reset_none reset_rollback
        """,
    "sqlalchemy.dialects.sqlite": "Insert insert aiosqlite pysqlcipher",
    "sqlalchemy.schema": """
        AddConstraint CreateSchema CreateSequence DropColumnComment DropConstraint DropSchema
        DropSequence DropTableComment Identity SetColumnComment SetTableComment ThreadLocalMetaData
        """,
    "sqlalchemy.types": "Concatenable ExternalType Indexable",
    "sqlalchemy.sql": """
        ClauseVisitor LambdaElement StatementLambdaElement TableSample Values funcfilter lambda_stmt
        lateral modifier outparam tablesample values within_group
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
