"""Tests of the engine, mirroring ormtutor/miniorm."""
