"""Tests of ormtutor/miniorm/sql."""
