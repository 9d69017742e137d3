"""The tests mirror the package: ormtutor/miniorm/orm/session.py -> tests/miniorm/orm/test_session.py."""
