"""SQL: the door to expressions and statements, `from sqlalchemy.sql import func, select`.

The modules below import one another directly and never this one. In the order in which they stand:
operators, traversal, naming, type_api, types, elements, comparator, columns, selectable, labels,
select, expressions, functions, defaults, constraints, sorting, schema, dml, ddl; then those that
write text: linting, crud, compiler, ddl_compiler, dialect.
"""

from __future__ import annotations

from ormtutor.miniorm.doors import open_door

__getattr__ = open_door(
    globals(),
    """
    .: ddl dialect
    sql.columns: ColumnCollection
    sql.comparator: asc between collate desc distinct nulls_first nulls_last nullsfirst
        nullslast
    sql.dml: Delete Insert Update delete insert update
    sql.elements: ClauseElement ColumnElement False_ True_ and_ bindparam column false label
        literal literal_column not_ null or_ text true
    sql.expressions: case cast extract funcfilter over tuple_ type_coerce
    sql.functions: func
    sql.select: CompoundSelect Select except_ except_all exists intersect intersect_all select
        union union_all
    sql.selectable: LABEL_STYLE_DEFAULT LABEL_STYLE_DISAMBIGUATE_ONLY LABEL_STYLE_NONE
        LABEL_STYLE_TABLENAME_PLUS_COL Alias FromClause Join Subquery TableClause alias cte join
        outerjoin table
    """,
)
