"""Pool: the public path of engine/pool.py, `from sqlalchemy.pool import StaticPool`."""

from __future__ import annotations

from ormtutor.miniorm.engine.pool import (
    NullPool,
    Pool,
    QueuePool,
    SingletonThreadPool,
    StaticPool,
)
from ormtutor.miniorm.leftout import names_left_out

__all__ = [
    "NullPool",
    "Pool",
    "QueuePool",
    "SingletonThreadPool",
    "StaticPool",
]

__getattr__ = names_left_out("sqlalchemy.pool")
