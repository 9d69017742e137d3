"""Tests of ormtutor/miniorm/engine."""
