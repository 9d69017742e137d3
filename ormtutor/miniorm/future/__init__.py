"""Future: the 2.x manner by its 1.4 path, `from sqlalchemy.future import create_engine, select`."""

from __future__ import annotations

from ormtutor.miniorm.engine import create
from ormtutor.miniorm.engine.future import Connection, Engine
from ormtutor.miniorm.sql.select import Select, select

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["Connection", "Engine", "Select", "create_engine", "select"]


def create_engine(*args: Any, **kwargs: Any) -> Any:
    """Return an Engine of the 2.x manner; see sqlalchemy.create_engine()."""
    return create.create_engine(*args, **{**kwargs, "future": True})
