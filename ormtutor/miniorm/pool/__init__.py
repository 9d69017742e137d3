"""Pool: the public path of engine/pool.py, `from sqlalchemy.pool import StaticPool`."""

from __future__ import annotations

from ormtutor.miniorm.doors import open_door
from ormtutor.miniorm.leftout import names_left_out

__all__ = open_door(
    globals(),
    """
    engine.pool: NullPool Pool QueuePool SingletonThreadPool StaticPool
    """,
)

__getattr__ = names_left_out("sqlalchemy.pool")
