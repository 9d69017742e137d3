"""What `import sqlalchemy.orm.util` gives: the public path to some names of the ORM.

Before: a learner's `from sqlalchemy.orm.util import join, was_deleted`.
Here:   the names that SQLAlchemy documents there.
After:  the modules that define them.
"""

from __future__ import annotations

from ormtutor.miniorm.doors import open_door

__getattr__ = open_door(
    globals(),
    """
    orm.entities: AliasedClass AliasedInsp aliased join outerjoin with_parent
    orm.exc: state_str=state_label
    orm.mapper: class_mapper object_mapper
    orm.relationships: CascadeOptions
    orm.state: has_identity was_deleted
    """,
)
