"""The only door to the engine: what `import sqlalchemy` gives in the learner's process.

Before: __main__.py opens the door once, before any code of the learner runs.
Here:   a meta path finder. With miniorm, `sqlalchemy` and every module below it are the modules of
        `ormtutor.miniorm` themselves (one object under two names, so that classes and registries
        exist once); real SQLAlchemy is imported as usual. Nothing is imported early.
After:  callbacks run when a watched module has been loaded: recorder.py attaches its listeners in
        the very input that imports the engine, __main__.py seeds `random`.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from importlib.abc import Loader
else:
    Loader = object  # importlib.abc is slow to import, and the protocol is all that counts

EngineName = Literal["miniorm", "sqlalchemy"]
Loaded = Callable[[ModuleType], None]

PACKAGE: Mapping[EngineName, str] = {"miniorm": "ormtutor.miniorm", "sqlalchemy": "sqlalchemy"}

# Modules of SQLAlchemy that miniorm leaves out; any other name that is not found is a slip.
LEFT_OUT = """
    connectors databases dialects engine.characteristics engine.default engine.events
    engine.interfaces engine.mock engine.strategies engine.util events ext.associationproxy
    ext.asyncio ext.automap ext.baked ext.compiler ext.horizontal_shard ext.hybrid ext.indexable
    ext.instrumentation ext.mutable ext.mypy ext.orderinglist ext.serializer future log orm.base
    orm.decl_base orm.descriptor_props orm.events orm.instrumentation orm.path_registry orm.sync
    pool processors sql.annotation sql.base sql.coercions sql.default_comparator sql.events
    sql.lambdas sql.roles sql.traversals sql.util sql.visitors testing util
    """

# Inner modules of SQLAlchemy that people import from, since editors complete them, and the public
# module that has their names here.
DOOR_OF = {
    ".orm.scoping": ".orm",
    ".orm.session": ".orm",
    ".orm.strategy_options": ".orm",
    ".sql.schema": ".schema",
    ".sql.selectable": ".sql.expression",
    ".sql.sqltypes": ".types",
}


def open_door(engine: EngineName, loaded: Mapping[str, Loaded]) -> EngineFinder:
    """Install the finder and return it.

    `loaded` maps a module's name to what is called with the module when it has been loaded; at once
    if it is loaded already.
    """
    finder = EngineFinder(engine, loaded)
    sys.meta_path.insert(0, finder)
    for name, tell in loaded.items():
        if name in sys.modules:
            tell(sys.modules[name])
    return finder


def version_of(engine: EngineName) -> str:
    """Return the engine's `__version__` without importing it; empty when there is no engine."""
    spec = importlib.util.find_spec(PACKAGE[engine])
    if spec is None or not spec.origin:
        return ""
    source = Path(spec.origin).read_text(encoding="utf-8")
    found = re.search(r"""^__version__ *= *["']([^"']+)""", source, re.MULTILINE)
    return found[1] if found else ""


class EngineFinder:
    """Finds `sqlalchemy` inside `ormtutor.miniorm`, and reports when watched modules are loaded."""

    def __init__(self, engine: EngineName, loaded: Mapping[str, Loaded]) -> None:
        self.engine = engine
        self.loaded = dict(loaded)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of a module; None leaves the name to the other finders.

        Raises: ModuleNotFoundError: miniorm has no such module.
        """
        if self.engine == "miniorm" and (name == "sqlalchemy" or name.startswith("sqlalchemy.")):
            return self._find_alias(name)
        if name in self.loaded:
            return self._find_watched(name, path, target)
        return None

    def _find_alias(self, name: str) -> ModuleSpec:
        below = name.removeprefix("sqlalchemy")
        own_name = PACKAGE["miniorm"] + DOOR_OF.get(below, below)
        if own_name not in sys.modules and importlib.util.find_spec(own_name) is None:
            problem = f"No module named {name!r}"
            if any(f"{below}.".startswith(f".{each}.") for each in LEFT_OUT.split()):
                problem += " in miniorm, the engine of this tutor; SQLAlchemy has it"
            raise ModuleNotFoundError(problem, name=name)
        return importlib.util.spec_from_loader(name, _AliasLoader(own_name)) or ModuleSpec(
            name, None
        )

    def _find_watched(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None
    ) -> ModuleSpec | None:
        for finder in sys.meta_path:
            if finder is not self and (spec := finder.find_spec(name, path, target)):
                if spec.loader is not None:
                    spec.loader = _TellingLoader(spec.loader, self.loaded[name])
                return spec
        return None


class _AliasLoader(Loader):
    """Returns an existing module, imported under its own name, instead of a new one."""

    def __init__(self, own_name: str) -> None:
        self.own_name = own_name
        self.own_spec: ModuleSpec | None = None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = importlib.import_module(self.own_name)
        self.own_spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        # The import system has just given it the alias's spec; relative imports and reload need
        # its own.
        module.__spec__ = self.own_spec


class _TellingLoader(Loader):
    """Lets the real loader load the module and take over, then calls back."""

    def __init__(self, loader: Any, tell: Loaded) -> None:
        self.loader = loader
        self.tell = tell

    def create_module(self, spec: ModuleSpec) -> Any:
        return self.loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        if module.__spec__ is not None:
            module.__spec__.loader = self.loader
        module.__loader__ = self.loader
        self.loader.exec_module(module)
        self.tell(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.loader, name)
