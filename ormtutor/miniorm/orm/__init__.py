"""What `import sqlalchemy.orm` gives: the learner's door to the ORM.

Before: a learner's `from sqlalchemy.orm import relationship, sessionmaker`.
Here:   the public names, each from the module that defines it; nothing inside miniorm imports here.
After:  the rooms, from orm/exc.py up to orm/sessionmaker.py.
"""

from ormtutor.miniorm.leftout import names_left_out
from ormtutor.miniorm.orm import attributes, collections, exc, state
from ormtutor.miniorm.orm.attributes import InstrumentedAttribute, QueryableAttribute
from ormtutor.miniorm.orm.declarative import (
    DeclarativeMeta,
    declarative_base,
    declarative_mixin,
    declared_attr,
    registry,
)
from ormtutor.miniorm.orm.dynamic import AppenderQuery
from ormtutor.miniorm.orm.entities import aliased, join, outerjoin, with_parent
from ormtutor.miniorm.orm.identity import IdentityMap
from ormtutor.miniorm.orm.join_condition import (
    MANYTOMANY,
    MANYTOONE,
    ONETOMANY,
    foreign,
    remote,
)
from ormtutor.miniorm.orm.mapper import (
    ClassManager,
    ColumnProperty,
    Mapper,
    MapperProperty,
    PropComparator,
    SynonymProperty,
    class_mapper,
    clear_mappers,
    column_property,
    configure_mappers,
    deferred,
    mapper,
    object_mapper,
    reconstructor,
    synonym,
    validates,
)
from ormtutor.miniorm.orm.options import (
    Load,
    contains_eager,
    defaultload,
    defer,
    immediateload,
    joinedload,
    lazyload,
    load_only,
    noload,
    raiseload,
    selectinload,
    subqueryload,
    undefer,
)
from ormtutor.miniorm.orm.query import Query
from ormtutor.miniorm.orm.relationships import (
    CascadeOptions,
    RelationshipProperty,
    backref,
    relation,
    relationship,
)
from ormtutor.miniorm.orm.session import (
    Session,
    close_all_sessions,
    make_transient,
    make_transient_to_detached,
    object_session,
)
from ormtutor.miniorm.orm.sessionmaker import scoped_session, sessionmaker
from ormtutor.miniorm.orm.state import AttributeState, InstanceState, was_deleted
from ormtutor.miniorm.orm.transaction import SessionTransaction
from ormtutor.miniorm.orm.unitofwork import UOWTransaction

__all__ = [
    "MANYTOMANY",
    "MANYTOONE",
    "ONETOMANY",
    "AppenderQuery",
    "AttributeState",
    "CascadeOptions",
    "ClassManager",
    "ColumnProperty",
    "DeclarativeMeta",
    "IdentityMap",
    "InstanceState",
    "InstrumentedAttribute",
    "Load",
    "Mapper",
    "MapperProperty",
    "PropComparator",
    "Query",
    "QueryableAttribute",
    "RelationshipProperty",
    "Session",
    "SessionTransaction",
    "SynonymProperty",
    "UOWTransaction",
    "aliased",
    "attributes",
    "backref",
    "class_mapper",
    "clear_mappers",
    "close_all_sessions",
    "collections",
    "column_property",
    "configure_mappers",
    "contains_eager",
    "declarative_base",
    "declarative_mixin",
    "declared_attr",
    "defaultload",
    "defer",
    "deferred",
    "exc",
    "foreign",
    "immediateload",
    "join",
    "joinedload",
    "lazyload",
    "load_only",
    "make_transient",
    "make_transient_to_detached",
    "mapper",
    "noload",
    "object_mapper",
    "object_session",
    "outerjoin",
    "raiseload",
    "reconstructor",
    "registry",
    "relation",
    "relationship",
    "remote",
    "scoped_session",
    "selectinload",
    "sessionmaker",
    "state",
    "subqueryload",
    "synonym",
    "undefer",
    "validates",
    "was_deleted",
    "with_parent",
]

__getattr__ = names_left_out("sqlalchemy.orm")
