"""Each public name of SQLAlchemy 1.4 is in miniorm, or miniorm says that it is not.

The names of 2.1 are not checked here: those that miniorm has are tested where they are used.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from ormtutor.miniorm.leftout import left_out_of
from tests.oracle.names import MODULES
from tests.oracle.releases import installed

# SQLAlchemy's own machinery, or a name that just happens to be in the module.
INTERNAL = set(
    """
    AwaitRequired BaseRow CANCEL COLLECT_CARTESIAN_PRODUCTS Connectable DDLBase Events Executable
    FROM_LINTING FromStatement HasCTE HasPrefixes HasSuffixes InspectionAttr InspectionAttrInfo
    MissingGreenlet NOT_EXTENSION NO_LINTING NO_RETVAL PARSE_AUTOCOMMIT QueryContext RefCollection
    ReleaseSavepointClause ReturnsRows RollbackToSavepointClause SavepointClause Selectable
    TextAsFrom Visitable WARN_LINTING connection_memoize dispatcher public_factory
    """.split()  # noqa: SIM905
)

# The modules that say so when they are asked for a name that miniorm lacks.
DOORS = [
    "sqlalchemy",
    "sqlalchemy.dialects.sqlite",
    "sqlalchemy.engine",
    "sqlalchemy.exc",
    "sqlalchemy.ext.declarative",
    "sqlalchemy.orm",
    "sqlalchemy.orm.attributes",
    "sqlalchemy.orm.collections",
    "sqlalchemy.pool",
    "sqlalchemy.schema",
    "sqlalchemy.sql",
    "sqlalchemy.sql.expression",
    "sqlalchemy.types",
]


@cache
def names_of_the_oracle() -> dict[str, list[str]]:
    script = Path(__file__).parent / "names.py"
    environment = {**os.environ, "PYTHONPATH": str(installed("1.4"))}
    told = subprocess.run(
        [sys.executable, str(script)], env=environment, check=True, capture_output=True, text=True
    )
    names: dict[str, list[str]] = json.loads(told.stdout)
    return names


@pytest.mark.parametrize("module", MODULES)
def test_a_public_name_is_there_or_said_to_be_left_out(module: str) -> None:
    ours = importlib.import_module(module.replace("sqlalchemy", "ormtutor.miniorm", 1))
    left_out = left_out_of(module) | INTERNAL
    wanted = [name for name in names_of_the_oracle()[module] if name not in left_out]
    assert [name for name in wanted if not hasattr(ours, name)] == []


@pytest.mark.parametrize("module", MODULES)
def test_what_is_said_to_be_left_out_is_left_out(module: str) -> None:
    ours = importlib.import_module(module.replace("sqlalchemy", "ormtutor.miniorm", 1))
    assert [name for name in left_out_of(module) if name in vars(ours)] == []


@pytest.mark.parametrize("module", DOORS)
def test_asking_for_a_name_that_is_left_out_says_so(module: str) -> None:
    ours = module.replace("sqlalchemy", "ormtutor.miniorm", 1)
    name = min(left_out_of(module))
    with pytest.raises(ImportError) as by_import:
        exec(f"from {ours} import {name}", {})
    assert str(by_import.value) == f"{name} is not in miniorm; SQLAlchemy has it"
    with pytest.raises(AttributeError) as by_attribute:
        getattr(importlib.import_module(ours), name)
    assert str(by_attribute.value) == f"{name} is not in miniorm; SQLAlchemy has it"


def test_a_slip_is_told_as_python_tells_it() -> None:
    with pytest.raises(AttributeError, match="module 'sqlalchemy' has no attribute 'slect'"):
        importlib.import_module("ormtutor.miniorm").slect  # noqa: B018


IMPORTS = """
import importlib, json, sys
from ormtutor.kernel import alias

alias.open_door("miniorm", {})
told = {}
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        told[error.name] = str(error)
print(json.dumps(told))
"""


def test_each_module_of_the_original_is_found_or_said_to_be_left_out() -> None:
    root = installed("1.4")
    files = (root / "sqlalchemy").rglob("*.py")
    parts = [path.relative_to(root).with_suffix("").parts for path in files]
    # Below a module that is not one of ours, Python asks nobody.
    below = [("sqlalchemy", "event"), ("sqlalchemy", "ext", "declarative")]
    names = {
        ".".join(each).removesuffix(".__init__")
        for each in parts
        if each[-1] == "__init__" or each[:-1] not in below
    }
    slips = "sqlalchemy.orn", "sqlalchemy.utils", "sqlalchemy.orm.basic"
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS, *names, *slips], check=True, capture_output=True, text=True
    )
    told = json.loads(done.stdout)
    assert [told.pop(name) for name in slips] == [f"No module named {name!r}" for name in slips]
    assert len(told) < len(names)
    assert told == {
        name: f"No module named {name!r} in miniorm, the engine of this tutor; SQLAlchemy has it"
        for name in told
    }
