"""Schema: the public path of the parts of a schema, `from sqlalchemy.schema import Table`."""

from __future__ import annotations

from ormtutor.miniorm.doors import open_door

__getattr__ = open_door(
    globals(),
    """
    sql.constraints: CheckConstraint ColumnCollectionConstraint ColumnCollectionMixin Constraint
        ForeignKey ForeignKeyConstraint Index PrimaryKeyConstraint UniqueConstraint
    sql.ddl: CreateIndex CreateTable DDLElement DropIndex DropTable
    sql.defaults: ColumnDefault DefaultClause DefaultGenerator SchemaItem Sequence
    sql.schema: BLANK_SCHEMA Column MetaData Table
    sql.sorting: sort_tables
    """,
)
