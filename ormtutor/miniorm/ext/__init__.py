"""What `import sqlalchemy.ext` gives: the room of extensions; declarative.py is the one here."""

from __future__ import annotations

from ormtutor.miniorm.leftout import names_left_out

__getattr__ = names_left_out("sqlalchemy.ext")
