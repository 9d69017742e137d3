"""What the engine supports, by the parts of SQLAlchemy, and the oracle's programs that show it.

Each name is used in a program that runs on both engines (test_supported.py); tests/pages.py makes
docs/supported.md from this list.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

PROGRAMS = sorted((Path(__file__).parent / "programs").glob("*.py"))

# A word in quotes is a value of an argument; one that begins with a colon is the line of an
# operator in the programs.
SUPPORTED: dict[str, str] = {
    "Engine and connection": """
        create_engine echo future connect begin execute scalar dispose url dialect Connection
        begin_nested commit rollback close 'sqlite://' 'sqlite:///:memory:'
        """,
    "Events": """
        listen listens_for remove 'do_connect' 'connect' 'before_cursor_execute'
        'after_cursor_execute' 'begin' 'commit' 'rollback' 'before_flush' 'after_flush'
        'before_commit' 'after_commit' 'after_rollback' 'transient_to_pending'
        'pending_to_persistent' 'persistent_to_deleted' 'deleted_to_detached'
        'persistent_to_detached' 'loaded_as_persistent'
        """,
    "Schema": """
        MetaData Table Column ForeignKey PrimaryKeyConstraint ForeignKeyConstraint UniqueConstraint
        CheckConstraint Index Sequence primary_key nullable unique index default server_default
        onupdate autoincrement key create_all drop_all checkfirst sorted_tables c autoload_with
        get_table_names get_columns get_foreign_keys get_pk_constraint
        """,
    "Types": """
        Integer BigInteger SmallInteger String Text Unicode UnicodeText Numeric Float Boolean Date
        Time DateTime LargeBinary Enum JSON TypeDecorator
        """,
    "Expressions": """
        like ilike notlike in_ notin_ is_ isnot is_not between startswith endswith contains match
        concat distinct asc desc nullsfirst nullslast label op and_ or_ not_ case cast func literal
        literal_column bindparam null true false tuple_ exists text bindparams columns select union
        union_all except_ intersect insert update delete over cte
        """,
    "Errors": """
        ArgumentError CompileError InvalidRequestError NoReferencedTableError
        NoReferencedColumnError NoForeignKeysError AmbiguousForeignKeysError NoSuchTableError
        NoSuchModuleError NoSuchColumnError UnboundExecutionError ResourceClosedError StatementError
        DBAPIError IntegrityError OperationalError ProgrammingError InterfaceError DataError
        NoResultFound MultipleResultsFound UnmappedInstanceError UnmappedClassError
        DetachedInstanceError FlushError StaleDataError ObjectDeletedError PendingRollbackError
        statement params orig
        """,
    "Mapping": """
        declarative_base __tablename__ __table__ __table_args__ __mapper__ registry
        map_imperatively mapper properties clear_mappers column_property synonym deferred validates
        """,
    "Relationships": """
        relationship relation back_populates backref secondary primaryjoin secondaryjoin
        foreign_keys remote_side order_by uselist lazy cascade passive_deletes viewonly
        collection_class any has of_type with_parent 'select' 'joined' 'subquery' 'selectin'
        'dynamic' 'noload' 'raise'
        """,
    "Session": """
        sessionmaker bind autoflush expire_on_commit configure Session scoped_session add add_all
        delete flush commit rollback close begin begin_nested expire expire_all refresh expunge
        expunge_all merge get query execute scalar scalars no_autoflush is_modified new dirty
        deleted identity_map connection get_bind object_session inspect transient pending persistent
        detached identity attrs history relationships make_transient
        """,
    "Query": """
        filter filter_by order_by group_by having distinct limit offset join outerjoin select_from
        options params from_statement with_entities add_columns add_entity union union_all
        intersect except_ subquery label as_scalar scalar_subquery exists with_parent correlate
        populate_existing enable_eagerloads yield_per slice statement selectable all first one
        one_or_none scalar count get update delete synchronize_session aliased
        """,
    "Loading options": """
        joinedload subqueryload selectinload lazyload contains_eager alias noload raiseload defer
        undefer load_only
        """,
}


@cache
def words_of(path: Path) -> frozenset[str]:
    """Return the names in a program, and its strings in quotes."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Name(id=word) | ast.Attribute(attr=word) | ast.keyword(arg=str(word)):
                found.add(word)
            case ast.alias(name=word):
                found.update(word.split("."))
            case ast.Constant(value=str(text)):
                found.add(f"'{text}'")
            case _:
                pass
    return frozenset(found)


def programs_with(name: str) -> list[str]:
    """Return the file names of the programs that use a name."""
    return [path.stem for path in PROGRAMS if name in words_of(path)]
