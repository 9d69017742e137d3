"""Names that SQLAlchemy has and miniorm lacks: using one raises an error that says so.

Before: nothing; doors.py gives each door (`__init__.py` of a room) its `__getattr__`.
Here:   the lists, and the errors that Python itself would raise, with the reason added.
After:  learners read "lambda_stmt is not in miniorm; SQLAlchemy has it": it is not their mistake.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

# By public path; a list holds for the paths below it, too.
LEFT_OUT: dict[str, str] = {
    "sqlalchemy": """
        ARRAY AdaptedConnection AddConstraint AggregateOrderBy AssertionPool
        AsyncAdaptedQueuePool AwaitRequired Base20DeprecationWarning BaseCursorResult BindTyping
        BufferedColumnResultProxy BufferedColumnRow BufferedRowResultProxy CacheKey
        ClauseVisitor CollectionAggregate Computed Concatenable ConnectionPoolEntry CreateColumn
        CreateEnginePlugin CreateSchema CreateSequence CreateTableAs CreateView DDL DOUBLE
        DOUBLE_PRECISION DisconnectionError DontWrapMixin Double DropColumnComment
        DropConstraint DropConstraintComment DropSchema DropSequence DropTableComment DropView
        ExceptionContext ExpressionClauseList ExternalType FallbackAsyncAdaptedQueuePool
        FetchedValue ForeignKeyTarget FrameClause FrameClauseType FrozenResult
        FullyBufferedResultProxy Identity Indexable Interval InvalidatePoolError IteratorResult
        LambdaElement Lateral LegacyAPIWarning ManagesConnection MergedResult MissingGreenlet
        MovedIn20Warning Named NotNullable Nullable NumericCommon ObjectKind ObjectScope
        OrderByList PickleType PoolProxiedConnection PoolResetState RemovedIn20Warning
        ResultProxy SAPendingDeprecationWarning ScalarValues SchemaVisitor SetColumnComment
        SetConstraintComment SetTableComment StatementLambdaElement TString TableSample
        TableValuedAlias TableValuedColumn ThreadLocalMetaData TimeoutError TryCast TupleResult
        TwoPhaseTransaction TypeClause TypedColumns UUID UnreflectableTableError UserDefinedType
        Uuid Values Variant WithinGroup aggregate_order_by all_ any_ bitwise_not clear_managers
        conv create_mock_engine create_pool_from_url engine_from_config events from_dml_column
        insert_sentinel lambda_stmt lateral log manage modifier outparam processors quoted_name
        reset_commit reset_none reset_rollback result_tuple sort_tables_and_constraints subquery
        tablesample try_cast tstring util values within_group
        """,
    "sqlalchemy.dialects": "firebird mssql mysql oracle postgresql sybase",
    "sqlalchemy.dialects.sqlite": "Insert JSONB insert",
    "sqlalchemy.ext": """
        associationproxy asyncio automap baked compiler horizontal_shard hybrid indexable
        instrumentation mutable mypy orderinglist serializer
        """,
    "sqlalchemy.ext.declarative": """
        AbstractConcreteBase ConcreteBase DeferredReflection as_declarative has_inherited_table
        instrument_declarative synonym_for
        """,
    "sqlalchemy.orm": """
        AliasOption AttributeEvent AttributeEvents Bundle ClassManager Composite CompositeProperty
        DeclarativeBase DeclarativeBaseNoMeta DictBundle DynamicMapped EXT_CONTINUE EXT_SKIP
        EXT_STOP InstanceEvents InstrumentationEvents KeyFuncDict LoaderCriteriaOption Mapped
        MappedAsDataclass MappedCollection MappedColumn MappedSQLExpression MapperEvents NO_KEY
        ORMExecuteState QueryEvents RegistryEvents Relationship SessionEvents Synonym Unmapped
        UserDefinedOption WriteOnlyCollection WriteOnlyMapped add_mapped_attribute as_declarative
        as_typed_table attribute_keyed_dict attribute_mapped_collection collection
        collection_adapter column_keyed_dict column_mapped_collection composite contains_alias
        create_session del_attribute dynamic_loader eagerload flag_dirty get_attribute
        has_inherited_table has_parent init_collection keyfunc_mapping make_transient_to_detached
        mapped_as_dataclass mapped_collection mapped_column merge_frozen_result merge_result
        orm_insert_sentinel polymorphic_union query_expression selectin_polymorphic
        set_attribute synonym_for unmapped_column unmapped_dataclass with_expression
        with_loader_criteria with_polymorphic
        """,
}


def left_out_of(door: str) -> frozenset[str]:
    """Return the names that a public path such as `sqlalchemy.orm` lacks."""
    while door not in LEFT_OUT:
        door = door.rpartition(".")[0]
    return frozenset(LEFT_OUT[door].split())


def names_left_out(door: str) -> Callable[[str], Any]:
    """Return the `__getattr__` of a module. door: its public path."""
    names = left_out_of(door)

    def __getattr__(name: str) -> Any:
        if name not in names:
            raise AttributeError(f"module {door!r} has no attribute {name!r}")
        text = f"{name} is not in miniorm; SQLAlchemy has it"
        raise (ImportError if _is_import_from(sys._getframe(1)) else AttributeError)(text)

    return __getattr__


class _LeftOut:
    """A method that SQLAlchemy has and miniorm lacks."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type) -> Any:
        raise AttributeError(f"{self.name} is not in miniorm; SQLAlchemy has it")


def leave_out(cls: type, names: str) -> None:
    """Let a class say that it lacks these methods, which SQLAlchemy has."""
    for name in names.split():
        setattr(cls, name, _LeftOut(name))


# Methods of columns and functions, which mapped attributes pass on.
_COLUMN_METHODS = """
    all_ any_ anon_label as_comparison base_columns column_valued regexp_match regexp_replace
    scalar_table_valued table_valued within_group
    """


def refuse_method(cls: type, name: str) -> None:
    """Raise AttributeError for a left-out method, in a class with its own `__getattr__`."""
    own = (vars(base)[name] for base in cls.__mro__ if name in vars(base))
    if name in _COLUMN_METHODS.split() or isinstance(next(own, None), _LeftOut):
        raise AttributeError(f"{name} is not in miniorm; SQLAlchemy has it")


def refuse_arguments(function: str, given: dict[str, Any], left_out: str) -> None:
    """Raise TypeError for keywords that a function does not take.

    left_out: those that SQLAlchemy's function takes, and ours does not.
    """
    for name in given:
        if name in left_out.split():
            raise TypeError(f"{name} is not in miniorm; SQLAlchemy has it")
        raise TypeError(f"{function}() got an unexpected keyword argument {name!r}")


def _is_import_from(frame: Any) -> bool:
    """Whether the frame is executing `from door import name`.

    There, Python replaces an AttributeError by its own ImportError, and the text would be lost.
    """
    from opcode import opname  # late: only for this error

    return bool(opname[frame.f_code.co_code[frame.f_lasti]] == "IMPORT_FROM")
