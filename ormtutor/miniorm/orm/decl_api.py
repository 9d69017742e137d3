"""What `import sqlalchemy.orm.decl_api` gives: the public path to the class of declarative bases.

Before: a learner's `class Base(metaclass=DeclarativeMeta)`.
Here:   the public names.
After:  orm/declarative.py.
"""

from __future__ import annotations

from ormtutor.miniorm.doors import open_door

__getattr__ = open_door(
    globals(),
    "orm.declarative: DeclarativeMeta declarative_base declarative_mixin declared_attr registry",
)
