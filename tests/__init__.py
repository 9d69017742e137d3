"""The tests mirror the package: miniorm/orm/session.py -> tests/miniorm/orm/test_session.py."""
