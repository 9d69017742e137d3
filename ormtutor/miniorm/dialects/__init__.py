"""Dialects: the public path to SQLite's types, `from sqlalchemy.dialects import sqlite`."""

from __future__ import annotations

from ormtutor.miniorm.leftout import names_left_out

__getattr__ = names_left_out("sqlalchemy.dialects")
