"""Expression: the public path of SQL expressions, `from sqlalchemy.sql.expression import ...`."""

from __future__ import annotations

from ormtutor.miniorm.doors import open_door

__getattr__ = open_door(
    globals(),
    """
    sql: *
    sql.dml: UpdateBase ValuesBase
    sql.elements: BinaryExpression BindParameter BooleanClauseList ClauseList ColumnClause Grouping
        Label Null TextClause UnaryExpression
    sql.expressions: Case Cast Extract FunctionFilter Over Tuple TypeCoerce
    sql.functions: Function FunctionElement
    sql.operators: ColumnOperators Operators custom_op
    sql.select: Exists GenerativeSelect ScalarSelect SelectBase TextualSelect
    sql.selectable: AliasedReturnsRows CTE FromGrouping
    """,
)
