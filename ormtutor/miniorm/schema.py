"""Schema: the public path of the parts of a schema, `from sqlalchemy.schema import Table`."""

from __future__ import annotations

from ormtutor.miniorm.leftout import names_left_out
from ormtutor.miniorm.sql.constraints import (
    CheckConstraint,
    ColumnCollectionConstraint,
    ColumnCollectionMixin,
    Constraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    UniqueConstraint,
    conv,
)
from ormtutor.miniorm.sql.ddl import (
    DDL,
    AddConstraint,
    CreateColumn,
    CreateIndex,
    CreateSchema,
    CreateSequence,
    CreateTable,
    DDLElement,
    DropConstraint,
    DropIndex,
    DropSchema,
    DropSequence,
    DropTable,
    SchemaVisitor,
)
from ormtutor.miniorm.sql.defaults import (
    ColumnDefault,
    DefaultClause,
    DefaultGenerator,
    FetchedValue,
    SchemaItem,
    Sequence,
)
from ormtutor.miniorm.sql.schema import (
    BLANK_SCHEMA,
    Column,
    Computed,
    MetaData,
    Table,
    ThreadLocalMetaData,
)
from ormtutor.miniorm.sql.sorting import (
    sort_tables,
    sort_tables_and_constraints,
)

__all__ = [
    "BLANK_SCHEMA",
    "DDL",
    "AddConstraint",
    "CheckConstraint",
    "Column",
    "ColumnCollectionConstraint",
    "ColumnCollectionMixin",
    "ColumnDefault",
    "Computed",
    "Constraint",
    "CreateColumn",
    "CreateIndex",
    "CreateSchema",
    "CreateSequence",
    "CreateTable",
    "DDLElement",
    "DefaultClause",
    "DefaultGenerator",
    "DropConstraint",
    "DropIndex",
    "DropSchema",
    "DropSequence",
    "DropTable",
    "FetchedValue",
    "ForeignKey",
    "ForeignKeyConstraint",
    "Index",
    "MetaData",
    "PrimaryKeyConstraint",
    "SchemaItem",
    "SchemaVisitor",
    "Sequence",
    "Table",
    "ThreadLocalMetaData",
    "UniqueConstraint",
    "conv",
    "sort_tables",
    "sort_tables_and_constraints",
]

__getattr__ = names_left_out("sqlalchemy.schema")
