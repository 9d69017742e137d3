"""Tests of ormtutor/miniorm/ext."""
