"""Pool: the public path of engine/pool.py, `from sqlalchemy.pool import StaticPool`."""

from __future__ import annotations

from ormtutor.miniorm.doors import open_door

__getattr__ = open_door(
    globals(),
    """
    engine.pool: NullPool Pool QueuePool SingletonThreadPool StaticPool
    """,
)
