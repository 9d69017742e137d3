"""Dialects: the public path to SQLite's types, `from sqlalchemy.dialects import sqlite`."""
