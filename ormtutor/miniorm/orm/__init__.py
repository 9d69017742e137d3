"""What `import sqlalchemy.orm` gives: the learner's door to the ORM.

Before: a learner's `from sqlalchemy.orm import relationship, sessionmaker`.
Here:   the public names, each from the module that defines it; nothing inside miniorm imports here.
After:  the rooms, from orm/exc.py up to orm/sessionmaker.py.
"""

from __future__ import annotations

import sys

from ormtutor.miniorm.doors import open_door

__getattr__ = open_door(
    globals(),
    """
    .: attributes collections exc state
    orm.attributes: InstrumentedAttribute PropComparator QueryableAttribute
    orm.declarative: DeclarativeMeta declarative_base declarative_mixin declared_attr registry
    orm.dynamic: AppenderQuery
    orm.entities: aliased join outerjoin with_parent
    orm.identity: IdentityMap
    orm.join_condition: MANYTOMANY MANYTOONE ONETOMANY foreign remote
    orm.mapper: ColumnProperty Mapper MapperProperty SynonymProperty
        class_mapper clear_mappers column_property configure_mappers deferred mapper
        object_mapper reconstructor synonym validates
    orm.options: Load contains_eager defaultload defer immediateload joinedload lazyload
        load_only noload raiseload selectinload subqueryload undefer undefer_group
    orm.query: Query
    orm.relationships: CascadeOptions RelationshipProperty backref relation relationship
    orm.session: Session close_all_sessions make_transient object_session
    orm.sessionmaker: scoped_session sessionmaker
    orm.state: AttributeState InstanceState was_deleted
    orm.transaction: SessionTransaction
    orm.unitofwork: UOWTransaction
    """,
)
# As SQLAlchemy's own modules, which kernel/alias.py lets import, too.
globals().update(dict.fromkeys(("session", "scoping", "strategy_options"), sys.modules[__name__]))
