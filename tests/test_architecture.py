"""The rules of the house: who may import whom, one door for each dangerous thing.

ARCHITECTURE.md explains the rules; here they are enforced. The source is read with `ast`, not
imported, so that imports inside functions count, too.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "ormtutor"
MODULES = sorted(
    path.relative_to(ROOT)
    for path in PACKAGE.rglob("*.py")
    if "lessons" not in path.relative_to(PACKAGE).parts
)

COURSE = {"course", "files", "errors", "records"}
KERNEL = {"kernel.client", "kernel.messages"}
REPLAY = {"replay", *COURSE, *KERNEL}
REFERENCE = {"reference", *REPLAY}

TUTOR_BELOW = {
    "errors": set(),
    "records": set(),
    "files": {"errors"},
    "config": {"errors", "files"},
    "differences": {"records"},
    "kernel": {"errors", "records"},
    "course": {"errors", "files", "records"},
    "replay": COURSE | KERNEL,
    "reference": REPLAY,
    "turn": REFERENCE,
    "study": REFERENCE,
    "judge": {"study", "turn", *REFERENCE},
    "report": {"turn", *REFERENCE},
    "spelling": {"records"},
    "otherwise": {"spelling", "turn", *REFERENCE},
    "findings": COURSE,
    "tutor": {
        "judge",
        "otherwise",
        "report",
        "spelling",
        "study",
        "turn",
        "differences",
        *REFERENCE,
    },
    "check": {"findings", "differences", "turn", *REFERENCE},
    "runner": {"check", "findings", "replay", *COURSE},
    "pytest_plugin": {"check", "findings", "course", "errors"},
    "repl": {"tutor", "otherwise", "kernel.messages", "config", *COURSE},
    "cli": {"repl", "tutor", "runner", "check", "findings", "config", "replay", *COURSE},
    "__main__": {"cli"},
    "__init__": set(),
}

# A module of the engine only imports modules that come before it in this block of ARCHITECTURE.md.
ENGINE_ORDER = (
    (ROOT / "ARCHITECTURE.md")
    .read_text(encoding="utf-8")
    .partition("```text engine-order\n")[2]
    .partition("```")[0]
    .split()
)

# What modules of the engine put into classes of others, by this block of ARCHITECTURE.md.
ENGINE_HOOKS = {
    tuple(line.split()[:2])
    for line in (ROOT / "ARCHITECTURE.md")
    .read_text(encoding="utf-8")
    .partition("```text engine-hooks\n")[2]
    .partition("```")[0]
    .splitlines()
}

STANDARD_LIBRARY_LATE = {"asyncio", "typing", "inspect", "logging", "dataclasses"}

ONLY_IN = {
    "sqlite3": {"ormtutor/miniorm/engine/sqlite.py"},
    "subprocess": {"ormtutor/kernel/client.py"},
    "prompt_toolkit": {"ormtutor/repl/"},
    "pygments": {"ormtutor/repl/"},
    "rich": {"ormtutor/repl/", "ormtutor/cli/"},
    "markdown_it": {"ormtutor/course/markdown.py"},
    "dataclasses": set(),  # records.py says why
}


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), filename=str(path))


def dotted(path: Path) -> str:
    return ".".join(path.with_suffix("").parts)


def checked_at_run_time(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield each node, except those under `if TYPE_CHECKING:`."""
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            pending.extend(node.orelse)
            continue
        yield node
        pending.extend(ast.iter_child_nodes(node))


@cache
def imported(path: Path) -> frozenset[str]:
    """Return the modules that a file imports; for `from a import b`, `a.b` if that is one."""
    found: set[str] = set()
    for node in checked_at_run_time(parse(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                below = ROOT / Path(*node.module.split("."), alias.name)
                is_module = below.with_suffix(".py").exists() or below.is_dir()
                found.add(f"{node.module}.{alias.name}" if is_module else node.module)
    return frozenset(found)


def own_imports(path: Path) -> set[str]:
    return {
        name.removeprefix("ormtutor.") for name in imported(path) if name.startswith("ormtutor.")
    }


def room_of(module: str) -> str:
    return module.split(".")[0]


def is_door(path: Path) -> bool:
    """Whether a file only passes names on to learners, and defines none."""
    return path.name == "__init__.py" or path.as_posix().endswith(
        (
            "miniorm/types.py",
            "miniorm/schema.py",
            "ext/declarative.py",
            "orm/decl_api.py",
            "orm/interfaces.py",
            "orm/properties.py",
            "orm/util.py",
        )
    )


TUTOR_MODULES = [path for path in MODULES if path.parts[1] != "miniorm"]
ENGINE_MODULES = [path for path in MODULES if path.parts[1] == "miniorm"]


@pytest.mark.parametrize("path", TUTOR_MODULES, ids=str)
def test_a_room_imports_only_the_rooms_below_it(path: Path) -> None:
    room = room_of(dotted(path).removeprefix("ormtutor."))
    allowed = TUTOR_BELOW[room] | {room}
    assert {
        name for name in own_imports(path) if not (name in allowed or room_of(name) in allowed)
    } == set()


@pytest.mark.parametrize("path", ENGINE_MODULES, ids=str)
def test_the_engine_knows_nothing_of_the_tutor(path: Path) -> None:
    assert {name for name in own_imports(path) if room_of(name) != "miniorm"} == set()


@pytest.mark.parametrize("path", ENGINE_MODULES, ids=str)
def test_the_engine_imports_nothing_heavy(path: Path) -> None:
    top = {name.split(".")[0] for node in parse(path).body for name in names_of_import(node)}
    assert top & STANDARD_LIBRARY_LATE == set()


def names_of_import(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return []


@pytest.mark.parametrize("path", [p for p in ENGINE_MODULES if not is_door(p)], ids=str)
def test_inside_the_engine_no_module_goes_through_a_door(path: Path) -> None:
    doors = {
        dotted(door.parent).removeprefix("ormtutor.") for door in ENGINE_MODULES if is_door(door)
    }
    assert own_imports(path) & doors == set()


def engine_place(module: str) -> int:
    return ENGINE_ORDER.index(module.removeprefix("miniorm."))


@pytest.mark.parametrize("path", [p for p in ENGINE_MODULES if not is_door(p)], ids=str)
def test_inside_the_engine_imports_point_left(path: Path) -> None:
    here = dotted(path).removeprefix("ormtutor.")
    assert {name for name in own_imports(path) if engine_place(name) >= engine_place(here)} == set()


def hooks_of(path: Path) -> set[tuple[str, str]]:
    """Return what a module assigns to classes of other modules."""
    body = parse(path).body
    own = {node.name for node in body if isinstance(node, ast.ClassDef)}
    targets = [
        ast.unparse(target).split(".")[-2:]
        for node in body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Attribute)
    ]
    module = ".".join(path.with_suffix("").parts[2:])
    return {
        (f"{cls}.{name}", module) for cls, name in targets if cls[0].isupper() and cls not in own
    }


def test_the_page_names_all_that_a_high_module_puts_into_a_low_one() -> None:
    found = set().union(*map(hooks_of, ENGINE_MODULES))
    assert found == ENGINE_HOOKS


def test_there_is_no_cycle() -> None:
    graph = {dotted(path): imported(path) & {dotted(p) for p in MODULES} for path in MODULES}
    assert len(list(TopologicalSorter(graph).static_order())) == len(graph)


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_module_opens_by_saying_where_it_stands(path: Path) -> None:
    assert ast.get_docstring(parse(path))


@pytest.mark.parametrize("name", ONLY_IN)
def test_a_dangerous_or_heavy_module_has_one_door(name: str) -> None:
    users = {
        path.as_posix()
        for path in MODULES
        for module in imported(path)
        if module.split(".")[0] == name
    }
    assert {user for user in users if not user.startswith(tuple(ONLY_IN[name]))} == set()


def calls(path: Path) -> set[str]:
    return {
        node.func.id
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }


def test_only_the_executor_and_the_row_loaders_run_generated_code() -> None:
    users = {path.as_posix() for path in MODULES if "exec" in calls(path)}
    assert users <= {
        "ormtutor/kernel/executor.py",
        "ormtutor/miniorm/orm/rowloader.py",
    }


def test_only_the_command_line_and_line_mode_print() -> None:
    users = {path.as_posix() for path in MODULES if "print" in calls(path)}
    inside = {user for user in users if not user.startswith("ormtutor/cli/")}
    assert inside == {"ormtutor/repl/line.py"}


def test_the_places_to_look_at_are_there() -> None:
    section = (
        (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").partition("### Where to look")[2]
    )
    places = re.findall(r"`(\w+/\w+\.py)` ((?:`[\w.]+`(?:, )?)+)", section.partition("###")[0])
    assert len(places) > 10
    for path, names in places:
        source = (PACKAGE / "miniorm" / path).read_text(encoding="utf-8")
        for name in re.findall(r"\w+", names):
            assert re.search(rf"(?:def|class) {name}\b", source), f"{path}: {name}"
