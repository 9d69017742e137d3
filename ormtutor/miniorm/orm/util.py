"""What `import sqlalchemy.orm.util` gives: the public path to some names of the ORM.

Before: a learner's `from sqlalchemy.orm.util import identity_key, was_deleted`.
Here:   the names that SQLAlchemy documents there.
After:  the modules that define them.
"""

from ormtutor.miniorm.orm.entities import (
    AliasedClass,
    AliasedInsp,
    aliased,
    join,
    outerjoin,
    with_parent,
)
from ormtutor.miniorm.orm.exc import state_label as state_str
from ormtutor.miniorm.orm.mapper import class_mapper, object_mapper
from ormtutor.miniorm.orm.relationships import CascadeOptions
from ormtutor.miniorm.orm.session import identity_key
from ormtutor.miniorm.orm.state import has_identity, was_deleted

__all__ = [
    "AliasedClass",
    "AliasedInsp",
    "CascadeOptions",
    "aliased",
    "class_mapper",
    "has_identity",
    "identity_key",
    "join",
    "object_mapper",
    "outerjoin",
    "state_str",
    "was_deleted",
    "with_parent",
]
