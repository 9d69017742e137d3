"""Print the public names of SQLAlchemy's modules, as JSON. Runs as a child process."""

from __future__ import annotations

import importlib
import json
import sys
import types

MODULES = [
    "sqlalchemy",
    "sqlalchemy.dialects.sqlite",
    "sqlalchemy.engine",
    "sqlalchemy.event",
    "sqlalchemy.exc",
    "sqlalchemy.ext.declarative",
    "sqlalchemy.future",
    "sqlalchemy.inspection",
    "sqlalchemy.orm",
    "sqlalchemy.orm.exc",
    "sqlalchemy.pool",
    "sqlalchemy.schema",
    "sqlalchemy.sql",
    "sqlalchemy.sql.expression",
    "sqlalchemy.types",
]


def public_names(name: str) -> list[str]:
    """Return the names that a module offers, without private ones and its own machinery."""
    module = importlib.import_module(name)
    return sorted(
        key
        for key, value in vars(module).items()
        if not key.startswith("_") and not isinstance(value, types.ModuleType)
    )


if __name__ == "__main__":
    json.dump({name: public_names(name) for name in MODULES}, sys.stdout)
