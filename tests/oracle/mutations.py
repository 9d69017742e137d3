"""Random programs with slips: what a learner does with a program that worked a moment ago.

The three generators write programs that make sense. People leave out a line, use another method,
name another attribute, commit in the middle. Here one to five such slips are made in a random
program, and each statement may fail: the engines have to fail in the same way and go on.
"""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from typing import TypeVar

from tests.oracle import generator, generator2, generator3
from tests.oracle.generator import Program

OPENING = """\
from sqlalchemy import exists, func, inspect, text
from sqlalchemy.orm import aliased, contains_eager, defaultload, defer, immediateload
from sqlalchemy.orm import joinedload, lazyload, load_only, make_transient, noload, raiseload
from sqlalchemy.orm import selectinload, subqueryload, undefer"""
GUARDED = """\
try:
    {}
except Exception as error:
    print("!", type(error).__module__, type(error).__name__, error)"""

#: Words that are mistaken for each other.
FAMILIES = [
    "all first one one_or_none scalar count distinct exists subquery scalar_subquery statement",
    "flush commit rollback expire_all expunge_all close begin_nested",
    "joinedload subqueryload selectinload lazyload immediateload contains_eager noload raiseload "
    "defaultload defer undefer load_only",
    "and_ or_",
    "join outerjoin",
    "any has contains",
    "filter filter_by order_by group_by having with_entities add_columns select_from options",
    "asc desc is_ is_not in_ notin_ like ilike startswith endswith between label distinct concat",
    "union union_all intersect except_",
    "append remove insert extend pop clear add discard",
    "add delete merge refresh expire expunge",
    "execute scalar scalars",
    "Integer String Float Boolean Date DateTime Numeric Text",
    "limit offset slice",
    "count max min sum lower upper length coalesce",
]
OTHERS = {
    word: [other for other in family.split() if other != word]
    for family in FAMILIES
    for word in family.split()
}

Values = Mapping[str, Sequence[str | bool | None]]
RELATIONSHIP_WORDS: Values = {
    "lazy": ["select", "joined", "subquery", "selectin", "dynamic", "noload", "raise", True, None],
    "cascade": ["", "all", "all, delete-orphan", "save-update", "merge, delete", "none", "bogus"],
    "uselist": [True, False],
    "viewonly": [True, False],
    "passive_deletes": [True, False, "all"],
    "single_parent": [True, False],
}
#: Keywords to add or to change, with their values.
KEYWORDS: dict[str, Values] = {
    "relationship": RELATIONSHIP_WORDS,
    "backref": RELATIONSHIP_WORDS,
    "Column": {name: [True, False] for name in ("nullable", "unique", "primary_key", "index")},
    "Session": {name: [True, False] for name in ("autoflush", "expire_on_commit", "future")},
    "joinedload": {"innerjoin": [True, False]},
    "join": {"isouter": [True, False], "full": [True]},
    "update": {"synchronize_session": ["fetch", "evaluate", False]},
    "delete": {"synchronize_session": ["fetch", "evaluate", False]},
}

#: What is appended to a query; in braces a Class, an Attribute of one, a Value, an object.
QUERY_CALLS = """\
limit(2)
offset(1)
limit(0)
distinct()
order_by(None)
order_by({Attribute}.desc())
group_by({Attribute})
having({Attribute} > {Value})
populate_existing()
enable_eagerloads(False)
autoflush(False)
yield_per(2)
slice(1, 2)
with_entities({Class})
add_columns({Attribute})
select_from({Class})
correlate({Class})
join({Attribute})
outerjoin({Attribute})
filter({Attribute} == None)
filter({Attribute} != {Value})
filter({Attribute}.any())
filter({Attribute}.has())
filter({Attribute}.in_([{Value}, {Value}]))
filter({Attribute}.between({Value}, {Value}))
filter_by(id={Value})
options({Loading}({Attribute}))
options(lazyload("*"))
options(joinedload("*"))
options(defer({Attribute}))
union(session.query({Class}))
with_parent({object})
get({Value})
params(x={Value})
subquery()
exists()
label("named")""".splitlines()

STATEMENTS = """\
session.flush()
session.commit()
session.rollback()
session.expire_all()
session.expunge_all()
session.close()
session.begin_nested()
session.add({object})
session.delete({object})
session.expire({object})
session.refresh({object})
session.expunge({object})
{object} = session.merge({object})
make_transient({object})
print({object} in session, session.is_modified({object}))
print(sorted(key for key in vars({object}) if key[0] != "_"))
{object}.{attribute} = None
{object}.{attribute} = {object}
{object}.{attribute} = {Value}
{object}.{attribute} = []
{object}.{attribute} = [{object}]
{object}.{attribute}.append({object})
{object}.{attribute}.remove({object})
del {object}.{attribute}
print(len(inspect({object}).attrs.{attribute}.history.added or ()))
print({Attribute} == {object})
print({Attribute} == {Value})
print(len(session.query({Class}).options({Loading}({Attribute})).all()))
print(session.query({Class}, {Attribute}).count())
print(session.query({Class}).join({Attribute}).count())
print(session.query(func.count({Attribute})).scalar())
print(session.query({Class}).one())
print(session.query({Class}).update({{{Attribute}: {Value}}}))
print(session.query({Class}).filter({Attribute} == {Value}).delete())
print(session.query({Class}).filter({Attribute}.in_(session.query({Attribute}))).count())
print(session.query({Class}).filter(exists().where({Attribute} == {Attribute})).count())
print({Class}(bogus=1))""".splitlines()

VALUES = ["0", "1", "2", "-1", "None", "'a'", "'x%'"]
Draw = random.Random


class Words:
    """The names that a program uses, for use in further code."""

    def __init__(self, tree: ast.Module) -> None:
        models = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.bases]
        self.classes = [model.name for model in models]
        self.attributes = [
            (model.name, line.targets[0].id)
            for model in models
            for line in model.body
            if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name)
            if not line.targets[0].id.startswith("__")
        ]
        self.keys = sorted({key for _, key in self.attributes})
        self.objects = sorted(
            {
                node.targets[0].id
                for node in ast.walk(tree)
                if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
                if isinstance(node.value, ast.Call) and called(node.value) in self.classes
            }
        )

    def fill(self, template: str, draw: Draw) -> ast.Module:
        """Return the statement of a template, its places filled with words of their kinds."""
        choices: dict[str, Callable[[], str]] = {
            "{Class}": lambda: draw.choice(self.classes),
            "{Attribute}": lambda: ".".join(draw.choice(self.attributes)),
            "{attribute}": lambda: draw.choice(self.keys),
            "{Value}": lambda: draw.choice(VALUES),
            "{Loading}": lambda: draw.choice(OTHERS["joinedload"][:7]),
            "{object}": lambda: draw.choice(self.objects),
        }
        filled = re.sub(r"\{\w+\}", lambda place: choices[place[0]](), template)
        return ast.parse(filled.replace("{{", "{").replace("}}", "}"))


def called(call: ast.Call) -> str:
    """Return the last part of the name of what is called."""
    function = call.func
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


Node = TypeVar("Node", bound=ast.AST)


def nodes(tree: ast.Module, kind: type[Node]) -> list[Node]:
    """Return the nodes of a kind, in the order of the source."""
    return [node for node in ast.walk(tree) if isinstance(node, kind)]


# The slips: each changes the tree, or raises IndexError if it finds no place for that.


def leave_out(tree: ast.Module, words: Words, draw: Draw) -> None:
    tree.body.remove(draw.choice(tree.body))


def swap(tree: ast.Module, words: Words, draw: Draw) -> None:
    first, second = draw.randrange(len(tree.body)), draw.randrange(len(tree.body))
    tree.body[first], tree.body[second] = tree.body[second], tree.body[first]


def repeat(tree: ast.Module, words: Words, draw: Draw) -> None:
    tree.body.insert(draw.randrange(len(tree.body)), deepcopy(draw.choice(tree.body)))


def add_statement(tree: ast.Module, words: Words, draw: Draw) -> None:
    place = draw.randrange(len(tree.body) // 3, len(tree.body) + 1)
    tree.body[place:place] = words.fill(draw.choice(STATEMENTS), draw).body


def take_another_word(tree: ast.Module, words: Words, draw: Draw) -> None:
    names: list[ast.Attribute | ast.Name] = [*nodes(tree, ast.Attribute), *nodes(tree, ast.Name)]
    name = draw.choice([name for name in names if word_of(name) in OTHERS])
    setattr(
        name,
        "attr" if isinstance(name, ast.Attribute) else "id",
        draw.choice(OTHERS[word_of(name)]),
    )


def take_another_attribute(tree: ast.Module, words: Words, draw: Draw) -> None:
    name = draw.choice([name for name in nodes(tree, ast.Attribute) if name.attr in words.keys])
    name.attr = draw.choice(words.keys)


def take_another_name(tree: ast.Module, words: Words, draw: Draw) -> None:
    family = draw.choice([words.classes, words.objects])
    draw.choice([name for name in nodes(tree, ast.Name) if name.id in family]).id = draw.choice(
        family
    )


def take_another_value(tree: ast.Module, words: Words, draw: Draw) -> None:
    parts = [id(part) for text in nodes(tree, ast.JoinedStr) for part in text.values]
    values = [value for value in nodes(tree, ast.Constant) if id(value) not in parts]
    draw.choice(values).value = draw.choice([0, 1, 2, 5, -1, None, "a", draw.choice(values).value])


def change_keyword(tree: ast.Module, words: Words, draw: Draw) -> None:
    call = draw.choice([call for call in nodes(tree, ast.Call) if called(call) in KEYWORDS])
    name, values = draw.choice(list(KEYWORDS[called(call)].items()))
    call.keywords = [keyword for keyword in call.keywords if keyword.arg != name]
    call.keywords.append(ast.keyword(name, ast.Constant(draw.choice(values))))


def leave_out_argument(tree: ast.Module, words: Words, draw: Draw) -> None:
    call = draw.choice([call for call in nodes(tree, ast.Call) if call.args or call.keywords])
    given: list[ast.expr] | list[ast.keyword] = draw.choice(
        [given for given in (call.args, call.keywords) if given]
    )
    del given[draw.randrange(len(given))]


def repeat_argument(tree: ast.Module, words: Words, draw: Draw) -> None:
    call = draw.choice([call for call in nodes(tree, ast.Call) if call.args])
    call.args.append(deepcopy(draw.choice(call.args)))


def call_more(tree: ast.Module, words: Words, draw: Draw) -> None:
    """Call one more method of a query."""
    query = draw.choice([call for call in nodes(tree, ast.Call) if called(call) in QUERY_METHODS])
    more = words.fill(f"query.{draw.choice(QUERY_CALLS)}", draw).body[0].value  # type: ignore[attr-defined]
    more.func.value = ast.Call(query.func, query.args, query.keywords)
    query.func, query.args, query.keywords = more.func, more.args, more.keywords


QUERY_METHODS = {"query", *OTHERS["filter"], "filter", "join", "outerjoin", "distinct", "limit"}
SLIPS: list[Callable[[ast.Module, Words, Draw], None]] = [
    leave_out,
    swap,
    repeat,
    *[add_statement] * 3,
    *[take_another_word] * 3,
    take_another_attribute,
    take_another_name,
    take_another_value,
    *[change_keyword] * 2,
    leave_out_argument,
    repeat_argument,
    *[call_more] * 2,
]


def word_of(name: ast.Attribute | ast.Name) -> str:
    return name.attr if isinstance(name, ast.Attribute) else name.id


def generate(seed: int) -> Program:
    """Return a program with slips."""
    draw = Draw(seed)
    tree = ast.parse(draw.choice(GENERATORS)(seed).source)
    opening = [OPENING, *(ast.unparse(found) for found in tree.body if is_helper(found))]
    tree.body = [found for found in tree.body if not is_helper(found)]
    words = Words(tree)
    for _ in range(draw.choice([1, 1, 2, 2, 3, 4, 5])):
        with suppress(IndexError):
            draw.choice(SLIPS)(tree, words, draw)
    return Program(seed, opening, [guarded(statement) for statement in tree.body])


GENERATORS = [generator.generate, generator2.generate, generator3.generate]


def is_helper(statement: ast.stmt) -> bool:
    """Whether a statement only helps the program to print what it does."""
    if isinstance(statement, ast.FunctionDef):
        return not statement.decorator_list
    return isinstance(statement, ast.Import | ast.ImportFrom)


def guarded(statement: ast.stmt) -> str:
    """Return the source of a statement after whose failure the program goes on."""
    source = ast.unparse(statement)
    return source if '"""' in source else GUARDED.format(source.replace("\n", "\n    "))
