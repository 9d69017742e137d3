"""What `import sqlalchemy.ext.declarative` gives: the older path to orm/declarative.py.

Before: a learner's `from sqlalchemy.ext.declarative import declarative_base`.
Here:   the public names.
After:  orm/declarative.py.
"""

from __future__ import annotations

from ormtutor.miniorm.doors import open_door

__getattr__ = open_door(
    globals(), "orm.declarative: DeclarativeMeta declarative_base declared_attr"
)
