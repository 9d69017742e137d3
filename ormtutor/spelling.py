"""Spelling: a Query written as select(), and the reverse.

Before: a learner typed an input in one of the two spellings.
Here:   they are found in its syntax tree, and rewritten in the other spelling if that is possible.
After:  otherwise.py runs both and compares; `:translate` shows them.

What cannot be translated raises `Untranslatable`; nothing is guessed.
Follows: SQLAlchemy 1.4, the migration from Query to 2.0 style.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence

from ormtutor.records import record


class Untranslatable(Exception):
    """There is no other spelling, or none that we know; the message has the reason."""


@record
class Spelling:
    """An input in its other spelling: `style` is the new one, `imports` are the names that it
    needs from `sqlalchemy`."""

    style: str
    source: str
    imports: tuple[str, ...]


@record
class Method:
    """One call in a chain: its name, and the source between its brackets."""

    name: str
    arguments: str
    node: ast.Call


@record
class Chain:
    """`session.query(A).filter(x).all()`: the session, what it is asked for, the further calls.

    `entities` are the arguments of the query, `wanted` is their source.
    """

    owner: str
    entities: list[ast.expr]
    wanted: str
    methods: list[Method]
    node: ast.expr
    imports: set[str]

    @property
    def is_objects(self) -> bool:
        """Whether it returns objects, not rows: it asks for one entity and nothing else."""
        more = {"add_columns", "add_entity", "with_entities", "with_only_columns"}
        return (
            len(self.entities) == 1
            and isinstance(self.entities[0], ast.Name)
            and not any(method.name in more for method in self.methods)
        )


def respelled(source: str) -> Spelling:
    """Return an input in the other spelling, Query as select() or select() as Query.

    Raises: Untranslatable: it has neither, or something that the other spelling cannot express.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        raise Untranslatable("it is no complete Python") from None
    if any(_query_chains(tree, source)):
        return _written(source, "select()", _query_chains, _as_select)
    if any(_select_chains(tree, source)):
        return _written(source, "Query", _select_chains, _as_query)
    raise Untranslatable("there is no query(...) and no select(...) in it")


def _written(
    source: str,
    style: str,
    find: Callable[[ast.AST, str], Iterator[Chain]],
    translate: Callable[[ast.AST], Callable[[Chain], str]],
) -> Spelling:
    """Translate until there is nothing left to translate: one chain may be inside another."""
    imports: set[str] = set()
    while chains := list(find(tree := ast.parse(source), source)):
        source = _replaced(source, chains, translate(tree))
        imports.update(*(chain.imports for chain in chains))
    return Spelling(style, source, tuple(sorted(imports)))


def _replaced(source: str, chains: Sequence[Chain], translate: Callable[[Chain], str]) -> str:
    """Return the source with each chain replaced by its translation, from the last to the first."""
    text = source.encode()
    starts = [0]
    for line in source.split("\n"):
        starts.append(starts[-1] + len(line.encode()) + 1)
    for chain in sorted(chains, key=lambda one: _begin(one.node), reverse=True):
        new = translate(chain).encode()
        begin = starts[chain.node.lineno - 1] + chain.node.col_offset
        end = starts[(chain.node.end_lineno or 1) - 1] + (chain.node.end_col_offset or 0)
        text = text[:begin] + new + text[end:]
    return text.decode()


def _begin(node: ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset


# --- finding them ---------------------------------------------------------------------------------


def _chained(node: ast.expr, source: str) -> tuple[ast.Call | None, list[Method]]:
    """Return the innermost call of a chain, and the methods called on it in their order."""
    methods: list[Method] = []
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr == "query":
            break
        methods.insert(0, Method(node.func.attr, _arguments(node, source), node))
        node = node.func.value
    return (node if isinstance(node, ast.Call) else None), methods


def _arguments(call: ast.Call, source: str) -> str:
    parts = [ast.get_source_segment(source, one) or "" for one in call.args]
    for keyword in call.keywords:
        value = ast.get_source_segment(source, keyword.value) or ""
        parts.append(f"{keyword.arg}={value}" if keyword.arg else f"**{value}")
    return ", ".join(parts)


def _outermost(
    tree: ast.AST, recognise: Callable[[ast.expr], Chain | None]
) -> Iterator[tuple[Chain, ast.AST]]:
    """Yield the chains that are not inside another one, each with the node around it."""
    pending: list[tuple[ast.AST, ast.AST]] = [(tree, tree)]
    while pending:
        node, parent = pending.pop()
        chain = recognise(node) if isinstance(node, ast.expr) else None
        if chain is not None:
            yield chain, parent
        else:
            pending.extend((child, node) for child in ast.iter_child_nodes(node))


def _query_chains(tree: ast.AST, source: str) -> Iterator[Chain]:
    def recognise(node: ast.expr) -> Chain | None:
        sliced = node if isinstance(node, ast.Subscript) else None
        base, methods = _chained(sliced.value if sliced else node, source)
        if base is None or not isinstance(base.func, ast.Attribute) or base.func.attr != "query":
            return None
        if sliced is not None:
            methods += _slice(sliced, base, source)
        owner = ast.get_source_segment(source, base.func.value) or ""
        return Chain(owner, base.args, _arguments(base, source), methods, node, set())

    for chain, _ in _outermost(tree, recognise):
        yield chain


def _slice(node: ast.Subscript, base: ast.Call, source: str) -> list[Method]:
    """Return the calls that `query[1:3]` stands for."""
    if not isinstance(node.slice, ast.Slice):
        raise Untranslatable("an index of a Query has no counterpart; `[0:1]` has one")
    bounds = [
        ast.get_source_segment(source, one) if one is not None else "None"
        for one in (node.slice.lower, node.slice.upper)
    ]
    return [Method("slice", ", ".join(map(str, bounds)), base), Method("all", "", base)]


_STATEMENTS = {"select", "update", "delete"}


def _select_chains(tree: ast.AST, source: str) -> Iterator[Chain]:
    """Yield `session.execute(select(...))...` and the like, and statements on their own."""

    def recognise(node: ast.expr) -> Chain | None:
        base, methods = _chained(node, source)
        if base is not None and _called(base) in _STATEMENTS:
            return Chain("session", base.args, _arguments(base, source), [
                Method(_called(base), "", base), *methods], node, set())  # fmt: skip
        for place, method in enumerate(methods):
            if method.name in ("execute", "scalars", "scalar") and len(method.node.args) == 1:
                inner, asked = _chained(method.node.args[0], source)
                if inner is not None and _called(inner) in _STATEMENTS:
                    assert isinstance(method.node.func, ast.Attribute)
                    owner = ast.get_source_segment(source, method.node.func.value) or ""
                    done = [Method(method.name, "", method.node), *methods[place + 1 :]]
                    return Chain(owner, inner.args, _arguments(inner, source), [
                        Method(_called(inner), "", inner), *asked, *done], node, set())  # fmt: skip
        return None

    for chain, _ in _outermost(tree, recognise):
        yield chain


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


# --- Query as select() ----------------------------------------------------------------------------

_SAME = {
    "filter_by", "order_by", "group_by", "having", "distinct", "limit", "offset", "join",
    "outerjoin", "select_from", "options", "correlate", "slice", "add_columns", "execution_options",
    "subquery", "scalar_subquery", "label", "cte",
}  # fmt: skip
"""Methods that both have under the same name."""


def _as_select(tree: ast.AST) -> Callable[[Chain], str]:
    iterated = set(_iterated(tree))
    return lambda chain: _select_of(chain, is_iterated=chain.node in iterated)


def _iterated(tree: ast.AST) -> Iterator[ast.expr]:
    """Yield the expressions that are iterated over: by a loop, by `list(...)`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.For | ast.comprehension):
            yield node.iter
        elif isinstance(node, ast.Starred):
            yield node.value
        elif isinstance(node, ast.Call) and _called(node) in _ITERATING:
            yield from node.args[:1]


_ITERATING = {"list", "tuple", "set", "sorted", "dict", "sum", "max", "min", "enumerate", "iter"}


def _select_of(chain: Chain, *, is_iterated: bool) -> str:
    asked, last = chain.methods[:-1], chain.methods[-1] if chain.methods else None
    if last is not None and last.name == "get" and not asked:
        return f"{chain.owner}.get({chain.wanted}, {last.arguments})"
    if last is not None and last.name in ("update", "delete"):
        return _changing(chain, asked, last)
    ending = _ENDINGS.get(last.name) if last is not None else None
    statement = f"select({chain.wanted})" + "".join(
        _in_select(one) for one in (asked if ending else chain.methods)
    )
    chain.imports.add("select")
    if ending is not None:
        return ending(chain, statement)
    return _results(chain, statement) if is_iterated else statement


def _in_select(method: Method) -> str:
    name, arguments = method.name, method.arguments
    if name in ("filter", "where"):
        name = "where"
    elif name == "with_entities":
        name = "with_only_columns"
    elif name == "populate_existing":
        name, arguments = "execution_options", "populate_existing=True"
    elif name == "yield_per":
        name, arguments = "execution_options", f"yield_per={arguments}"
    elif name not in _SAME:
        raise Untranslatable(f"select() has no {name}() that does the same")
    if any(isinstance(one, ast.Constant) for one in method.node.args) and name in ("where", "join"):
        raise Untranslatable(f"a string in {method.name}() is a spelling of the oldest tutorials")
    return f".{name}({arguments})"


def _results(chain: Chain, statement: str) -> str:
    if not chain.is_objects:
        return f"{chain.owner}.execute({statement})"
    unique = ".unique()" if "joinedload(" in statement else ""
    return f"{chain.owner}.scalars({statement}){unique}"


def _counted(chain: Chain, statement: str) -> str:
    chain.imports.add("func")
    return f"{chain.owner}.scalar(select(func.count()).select_from({statement}.subquery()))"


def _scalar(chain: Chain, statement: str) -> str:
    return f"{chain.owner}.execute({statement}).scalar_one_or_none()"


def _ending(name: str, more: str = "") -> Callable[[Chain, str], str]:
    return lambda chain, statement: f"{_results(chain, statement + more)}.{name}()"


_ENDINGS: dict[str, Callable[[Chain, str], str]] = {
    "all": _ending("all"),
    "first": _ending("first", ".limit(1)"),
    "one": _ending("one"),
    "one_or_none": _ending("one_or_none"),
    "scalar": _scalar,
    "count": _counted,
}


def _changing(chain: Chain, asked: Sequence[Method], last: Method) -> str:
    """Return a bulk update or delete; in both spellings its value is the number of rows."""
    if len(chain.entities) != 1 or any(one.name not in ("filter", "filter_by") for one in asked):
        raise Untranslatable(f"{last.name}() here stands behind more than filters of one class")
    chain.imports.add(last.name)
    criteria = "".join(_in_select(one) for one in asked)
    given = last.arguments.partition("synchronize_session=")
    values = given[0].rstrip(", ")
    values = f".values({values})" if values else ""
    options = f".execution_options(synchronize_session={given[2]})" if given[1] else ""
    statement = f"{last.name}({chain.wanted}){criteria}{values}{options}"
    return f"{chain.owner}.execute({statement}).rowcount"


# --- select() as Query ----------------------------------------------------------------------------


def _as_query(tree: ast.AST) -> Callable[[Chain], str]:
    return _query_of


def _query_of(chain: Chain) -> str:
    kind, *rest = chain.methods
    done = next((n for n, one in enumerate(rest) if one.name in ("execute", "scalars", "scalar")
                 and one.arguments == ""), len(rest))  # fmt: skip
    asked, endings = rest[:done], [one.name for one in rest[done:] if one.name != "unique"]
    query = f"{chain.owner}.query({chain.wanted})"
    if kind.name != "select":
        return _changed_by_query(chain, kind.name, asked, endings)
    query += "".join(_in_query(one) for one in asked)
    return query + _ending_of_query(chain, endings)


def _in_query(method: Method) -> str:
    if method.name == "where":
        return f".filter({method.arguments})"
    if method.name == "with_only_columns":
        return f".with_entities({method.arguments})"
    if method.name not in _SAME:
        raise Untranslatable(f"Query has no {method.name}() that does the same")
    return f".{method.name}({method.arguments})"


def _ending_of_query(chain: Chain, endings: Sequence[str]) -> str:
    """Return the call that gives a Query the same result; empty: it is just iterated over."""
    if chain.is_objects and endings[:1] == ["execute"] and endings[1:2] != ["scalars"]:
        if endings[1:] in (["scalar_one"], ["scalar_one_or_none"]):
            return f".{endings[1].removeprefix('scalar_')}()"
        raise Untranslatable("execute() gives rows of one object each, a Query the objects")
    words = [word for word in endings if word not in ("execute", "scalars")]
    if endings and endings[-1] == "scalar":
        return ".first()" if chain.is_objects else ".scalar()"
    if not chain.is_objects and "scalars" in endings:
        raise Untranslatable("a Query of columns gives rows, and has no scalars()")
    if not words:
        return ""
    if words in (["all"], ["first"], ["one"], ["one_or_none"]):
        return f".{words[0]}()"
    if words in (["scalar_one"], ["scalar_one_or_none"]):
        return ".scalar()"
    raise Untranslatable(f"a Query has nothing that does what {'.'.join(words)}() does")


def _changed_by_query(
    chain: Chain, verb: str, asked: Sequence[Method], endings: Sequence[str]
) -> str:
    names = [one.name for one in asked]
    values = [one.arguments for one in asked if one.name == "values"]
    if endings not in (["execute"], []) or set(names) - {"where", "filter_by", "values"}:
        raise Untranslatable(f"a Query has no {verb}() that does the same")
    given = values[0] if values else ""
    if re.match(r"\w+=", given):
        given = f"dict({given})"
    criteria = "".join(_in_query(one) for one in asked if one.name != "values")
    return f"{chain.owner}.query({chain.wanted}){criteria}.{verb}({given})"
