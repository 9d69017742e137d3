"""Tests of ormtutor/miniorm/orm, a file for each module."""
