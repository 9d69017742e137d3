"""What `import sqlalchemy.ext.declarative` gives: the older path to orm/declarative.py.

Before: a learner's `from sqlalchemy.ext.declarative import declarative_base`.
Here:   the public names.
After:  orm/declarative.py.
"""

from ormtutor.miniorm.leftout import names_left_out
from ormtutor.miniorm.orm.declarative import (
    DeclarativeMeta,
    declarative_base,
    declared_attr,
)

__all__ = [
    "DeclarativeMeta",
    "declarative_base",
    "declared_attr",
]

__getattr__ = names_left_out("sqlalchemy.ext.declarative")
