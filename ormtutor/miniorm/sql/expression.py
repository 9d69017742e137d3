"""Expression: the public path of SQL expressions, `from sqlalchemy.sql.expression import ...`."""

from __future__ import annotations

from ormtutor.miniorm.doors import open_door

__getattr__ = open_door(
    globals(),
    """
    sql.columns: ColumnCollection
    sql.comparator: asc between collate desc distinct nulls_first nulls_last nullsfirst
        nullslast
    sql.dml: Delete Insert Update UpdateBase ValuesBase delete insert update
    sql.elements: BinaryExpression BindParameter BooleanClauseList ClauseElement ClauseList
        ColumnClause ColumnElement False_ Grouping Label Null TextClause True_
        UnaryExpression and_ bindparam column false label literal literal_column not_ null or_
        text true
    sql.expressions: Case Cast Extract FunctionFilter Over Tuple TypeCoerce
              case cast extract funcfilter over tuple_ type_coerce
    sql.functions: Function FunctionElement func
    sql.naming: quoted_name
    sql.operators: ColumnOperators Operators custom_op
    sql.select: CompoundSelect Exists GenerativeSelect ScalarSelect Select SelectBase
        TextualSelect except_ except_all exists intersect intersect_all select subquery union
        union_all
    sql.selectable: CTE LABEL_STYLE_DEFAULT LABEL_STYLE_DISAMBIGUATE_ONLY LABEL_STYLE_NONE
        LABEL_STYLE_TABLENAME_PLUS_COL Alias AliasedReturnsRows FromClause FromGrouping Join
        Subquery TableClause alias cte join outerjoin table
    """,
)
