"""What `import sqlalchemy.ext.declarative` gives: the older path to orm/declarative.py.

Before: a learner's `from sqlalchemy.ext.declarative import declarative_base`.
Here:   the public names.
After:  orm/declarative.py.
"""

from ormtutor.miniorm.leftout import names_left_out
from ormtutor.miniorm.orm.declarative import (
    DeclarativeMeta,
    as_declarative,
    declarative_base,
    declared_attr,
    has_inherited_table,
    synonym_for,
)

__all__ = [
    "DeclarativeMeta",
    "as_declarative",
    "declarative_base",
    "declared_attr",
    "has_inherited_table",
    "synonym_for",
]

__getattr__ = names_left_out("sqlalchemy.ext.declarative")
