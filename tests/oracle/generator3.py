"""Random programs of a third kind: the models themselves are drawn, too.

generator.py and generator2.py do much with a few fixed classes. Here two to five classes are drawn:
their keys (numbers, words, composite), the types and defaults of their columns, declarative or
imperative mapping, and the edges between them (many-to-one, one-to-one, many-to-many, to the class
itself, two to the same class) with every arrangement of relationship(). Work and queries are then
drawn from what the models have, so that a program only uses what is there.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.oracle.generator import Program

OPENING = '''\
import datetime, decimal, gc, itertools
gc.disable()  # objects that refer to each other go when the program ends, on both engines
from sqlalchemy import *
from sqlalchemy import event
from sqlalchemy.orm import *
from sqlalchemy.orm.collections import attribute_mapped_collection
from sqlalchemy.types import TypeDecorator

COUNT = itertools.count(1)

class Ground:
    """Its objects keep one order in sets."""
    def __new__(cls, *args, **values):
        made = object.__new__(cls)
        made._drawn = next(COUNT)
        return made
    def __hash__(self):
        return self._drawn

class Shout(TypeDecorator):
    impl = String
    cache_ok = True
    def process_bind_param(self, value, dialect):
        return None if value is None else value.upper()
    def process_result_value(self, value, dialect):
        return None if value is None else value + "!"

class Dated:
    made = Column(DateTime, default=datetime.datetime(2020, 1, 2, 3, 4, 5))
    hits = Column(Integer, server_default="7", onupdate=8)

Base = declarative_base(cls=Ground)

def tell(value):
    """The value in words that are the same on both engines."""
    if isinstance(value, Ground):
        keys = inspect(value).identity
        return f"{type(value).__name__}#{keys}" if keys else f"new {type(value).__name__}"
    if isinstance(value, dict):
        return {key: tell(value[key]) for key in sorted(value, key=str)}
    if isinstance(value, set):
        return sorted(map(tell, value), key=str)
    if isinstance(value, (list, tuple)) or hasattr(value, "_fields"):
        return [tell(found) for found in value]
    return value

def facts(value):
    """What an object holds, without loading more."""
    if not isinstance(value, Ground):
        return tell(value)
    held = vars(value)
    return tell(value), {key: tell(held[key]) for key in sorted(held) if key[0] != "_"}

def state(value):
    known = inspect(value)
    names = ["transient", "pending", "persistent", "deleted", "detached", "modified", "expired"]
    return [name for name in names if getattr(known, name)], sorted(known.unloaded)

def show(call):
    try:
        print(tell(call()))
    except Exception as error:
        print(type(error).__name__, str(error).partition("\\n")[0])
        if not session.is_active:
            session.rollback()

'''

VALUES = {
    "Integer": ["1", "2", "5", "-3", "None"],
    "Float": ["0.5", "3", "None"],
    "Numeric(8, 2)": ["decimal.Decimal('1.50')", "2", "None"],
    "String(30)": ["'ann'", "'c%d'", "'e_f'", "''", "None"],
    "Shout": ["'low'", "'High'", "None"],
    "Enum('red', 'green', name='tint')": ["'red'", "'green'", "None"],
    "Date": ["datetime.date(2021, 5, 6)", "None"],
    "DateTime": ["datetime.datetime(2021, 5, 6, 7, 8)", "None"],
    "Boolean": ["True", "False", "None"],
    "JSON": ["{'a': [1, None]}", "None"],
}
NUMBERS = ["Integer", "Float", "Numeric(8, 2)"]
TABLES = {"Ship": "ships", "Port": "ports", "Crew": "crews", "Crate": "crates", "Flag": "flags"}
LAZY = ["select"] * 4 + ["joined", "subquery", "selectin", "noload", "raise"]
LOADERS = ["joinedload", "subqueryload", "selectinload"] * 2 + ["lazyload", "noload", "defaultload"]
CASCADES = ["", "", "", "all", "all, delete-orphan", "save-update, delete", "merge"]


@dataclass
class Attribute:
    """A column of a class; the rest of Column(...) as text."""

    key: str
    type: str
    column: str
    rest: str = ""


@dataclass
class Link:
    """A relationship; `form` is the form of its value: one, list, set, dict, dynamic."""

    key: str
    target: str
    form: str
    arguments: list[str] = field(default_factory=list)


@dataclass
class Kind:
    """A class with its table."""

    name: str
    style: str
    keys: list[Attribute]
    columns: list[Attribute] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    constraints: list[str] = field(default_factory=list)

    @property
    def table(self) -> str:
        return TABLES[self.name]

    def of(self, types: Sequence[str]) -> list[str]:
        return [found.key for found in self.columns if found.type in types]


Scope = list[tuple[str, Kind]]


def generate(seed: int, blocks: int = 30) -> Program:
    """Return the program of a seed."""
    return Generator(random.Random(seed), seed).program(blocks)


class Generator:
    """Draws one program."""

    def __init__(self, chance: random.Random, seed: int) -> None:
        self.chance = chance
        self.seed = seed
        self.kinds: dict[str, Kind] = {}
        self.tables: list[str] = []
        self.objects: list[tuple[str, Kind]] = []
        self.count = 0

    def pick(self, choices: Sequence[str]) -> str:
        return self.chance.choice(choices)

    def maybe(self, share: float) -> bool:
        return self.chance.random() < share

    def any_kind(self) -> Kind:
        return self.chance.choice(list(self.kinds.values()))

    def fresh(self, letter: str) -> str:
        self.count += 1
        return f"{letter}{self.count}"

    def program(self, blocks: int) -> Program:
        program = Program(self.seed, [OPENING + self.models() + self.session()])
        program.body = [self.make(kind) for kind in self.kinds.values() for _ in range(3)]
        program.body += [*[self.attach() for _ in range(6)], "show(lambda: session.commit())"]
        works: list[tuple[Callable[[], str], int]] = [
            (lambda: self.make(self.any_kind()), 3),
            (self.change, 4),
            (self.attach, 10),
            (self.step, 8),
            (self.look, 6),
            (self.query, 12),
        ]
        drawn = self.chance.choices(*zip(*works, strict=True), k=blocks)
        program.body += [work() for work in drawn]
        program.body.append("show(lambda: session.commit())")
        program.body += [f"show(lambda: facts({name}))" for name, _ in self.objects[:4]]
        return program

    # models

    def models(self) -> str:
        for name in self.chance.sample(list(TABLES), self.chance.randint(2, 5)):
            self.kinds[name] = self.kind(name)
        kinds = list(self.kinds.values())
        for number, kind in enumerate(kinds):
            for _ in range(self.chance.choice([0, 1, 1, 2]) if number else 1):
                self.edge(kind, kinds[self.chance.randint(0, max(number, 1))])
        for _ in range(self.chance.choice([0, 1, 1])):
            self.crossing(self.chance.choice(kinds), self.chance.choice(kinds))
        parts = [self.render(kind) for kind in kinds]
        return "\n".join([*self.tables, *parts, "configure_mappers()", ""])

    def kind(self, name: str) -> Kind:
        primary = ", primary_key=True"
        shapes = [
            [Attribute("id", "Integer", "id", primary)],
            [Attribute("number", "Integer", "nr", f"{primary}, autoincrement=False")],
            [Attribute("code", "String(10)", "code", primary)],
            [
                Attribute("area", "String(10)", "area", primary),
                Attribute("number", "Integer", "number", primary),
            ],
        ]
        keys = self.chance.choices(shapes, [5, 1, 1, 1])[0]
        kind = Kind(name, self.pick(["declarative"] * 4 + ["by hand"]), keys, [*keys])
        kind.columns.append(Attribute("name", "String(30)", self.pick(["name", "name", "label"])))
        types = [self.pick(NUMBERS), *self.chance.sample(list(VALUES), self.chance.randint(1, 4))]
        for number, type_ in enumerate(types):
            key = f"{type_.partition('(')[0].lower()}{number}"
            column = self.pick([key, key, f"c_{number}"] + ([] if number else ["order"]))
            value = VALUES[type_][0]
            rests = ["", "", "", f", nullable=False, default={value}", f", onupdate={value}"]
            rests += [f", default=lambda: {value}"]
            rests += [", server_default='3'", ", default=func.abs(-4)"] if type_ in NUMBERS else []
            kind.columns.append(Attribute(key, type_, column, self.pick(rests)))
        return kind

    def edge(self, child: Kind, parent: Kind) -> None:
        """Let `child` have a foreign key to `parent`, and relationships on one side or both."""
        role = "up" if child is parent else parent.name.lower()
        while role in [found.key for found in child.links]:
            role += "_too"
        ondelete = self.pick(["", "", "", "CASCADE", "SET NULL"])
        option = f", ondelete='{ondelete}'" if ondelete else ""
        names = [f"{role}_{key.key}" for key in parent.keys]
        if names[0] in [found.key for found in child.columns]:
            return
        targets = [f"{parent.table}.{key.column}" for key in parent.keys]
        for name, key, target in zip(names, parent.keys, targets, strict=True):
            foreign = f", ForeignKey('{target}'{option})" if len(names) == 1 else ""
            child.columns.append(Attribute(name, key.type, name, foreign))
        if len(names) > 1:
            child.constraints.append(f"ForeignKeyConstraint({names}, {targets}{option})")
        joined = ", ".join(f"{child.name}.{name}" for name in names)
        up, down = Link(role, parent.name, "one"), Link(f"{child.table}_of_{role}", child.name, "")
        for link in (up, down):
            link.arguments.append(f"foreign_keys=lambda: [{joined}]")
        if child is parent:
            remote = ", ".join(f"{parent.name}.{key.key}" for key in parent.keys)
            up.arguments.append(f"remote_side=lambda: [{remote}]")
        up.arguments.append(f"lazy={self.pick(LAZY)!r}")
        self.hold_many(down)
        if self.maybe(0.5):
            down.arguments.append(f"cascade={self.pick(CASCADES)!r}")
        if ondelete == "CASCADE" and self.maybe(0.6):
            down.arguments.append("passive_deletes=True")
        self.put(child, up, parent, down)

    def hold_many(self, link: Link) -> None:
        link.form = self.pick(["list"] * 6 + ["set", "dict", "one", "dynamic"])
        held = {
            "set": ["collection_class=set"],
            "dict": ["collection_class=attribute_mapped_collection('name')"],
            "one": ["uselist=False"],
        }
        link.arguments += held.get(link.form, [])
        lazy = "dynamic" if link.form == "dynamic" else self.pick(LAZY)
        link.arguments.append(f"lazy={lazy!r}")
        if link.form in ("list", "dynamic") and self.maybe(0.4):
            name = f"{link.target}.name"
            link.arguments.append(f"order_by=lambda: {self.pick([name, f'desc({name})'])}")

    def crossing(self, left: Kind, right: Kind) -> None:
        """Link two classes, or a class with itself, many to many."""
        table = f"{left.table}_{right.table}"
        parts = []
        for letter, kind in (("a", left), ("b", right)):
            names = [f"{letter}_{key.key}" for key in kind.keys]
            for name, key in zip(names, kind.keys, strict=True):
                parts.append(f"Column('{name}', {key.type}, primary_key=True)")
            targets = [f"{kind.table}.{key.column}" for key in kind.keys]
            parts.append(f"ForeignKeyConstraint({names}, {targets})")
        if self.maybe(0.3):
            parts.append("Column('since', Integer, server_default='1')")
        self.tables.append(f"{table} = Table('{table}', Base.metadata, {', '.join(parts)})")
        out, back = (Link(f"to_{table}", right.name, ""), Link(f"from_{table}", left.name, ""))
        for link, near, far in ((out, "a", "b"), (back, "b", "a")):
            link.arguments.append(f"secondary={table}")
            for argument, letter in (("primaryjoin", near), ("secondaryjoin", far)):
                terms = [
                    f"{left.name}.{key.key} == {table}.c.{letter}_{key.key}" for key in left.keys
                ]
                if left is right:
                    link.arguments.append(f"{argument}=lambda: and_({', '.join(terms)})")
            self.hold_many(link)
            if link.form in ("one", "dict"):
                link.form = "list"
                del link.arguments[-2:]
        self.put(left, out, right, back)

    def put(self, near: Kind, link: Link, far: Kind, other: Link) -> None:
        """Put the relationships on both sides, one side, or one side with a back reference."""
        way = self.pick(["both"] * 4 + ["near", "far", "backref", "plain"])
        if way == "backref":
            inherited = ("foreign_keys", "secondary", "primaryjoin", "secondaryjoin")
            more = [each for each in other.arguments if each.partition("=")[0] not in inherited]
            link.arguments.append(f"backref=backref({', '.join([repr(other.key), *more])})")
            other.arguments = []
        elif way in ("both", "plain"):
            how = "back_populates" if way == "both" else "overlaps"
            link.arguments.append(f"{how}={other.key!r}")
            other.arguments.append(f"{how}={link.key!r}")
        near.links += [] if way == "far" else [link]
        far.links += [] if way == "near" else [other]

    def render(self, kind: Kind) -> str:
        name, table = kind.name, kind.table
        links = {
            link.key: f"relationship(lambda: {link.target}, {', '.join(link.arguments)})"
            for link in kind.links
            if link.arguments
        }
        made = [f"Column({each.column!r}, {each.type}{each.rest})" for each in kind.columns]
        if kind.style == "declarative":
            bases = "Dated, Base" if self.maybe(0.2) else "Base"
            lines = [f"class {name}({bases}):", f"    __tablename__ = {table!r}"]
            columns = zip(kind.columns, made, strict=True)
            lines += [f"    {each.key} = {column}" for each, column in columns]
            lines.append(
                f"    __table_args__ = ({''.join(f'{one}, ' for one in kind.constraints)})"
            )
            lines += [f"    {key} = {text}" for key, text in links.items()]
            return "\n".join([*lines, f"{table} = {name}.__table__", ""])
        lines = [f"{table} = Table({table!r}, Base.metadata, "]
        lines += [f"    {each}," for each in [*made, *kind.constraints]]
        lines.append(")")
        renamed = {
            each.key: f"{table}.c[{each.column!r}]"
            for each in kind.columns
            if each.key != each.column
        }
        lines += [f"class {name}(Ground):", "    def __init__(self, **values):"]
        lines += [
            "        for key, value in values.items():",
            "            setattr(self, key, value)",
        ]
        lines.append(f"{self.pick(['mapper', 'Base.registry.map_imperatively'])}(")
        lines.append(f"    {name}, {table}, properties={{")
        lines += [f"        {key!r}: {text}," for key, text in {**renamed, **links}.items()]
        return "\n".join([*lines, "    },", ")", ""])

    def session(self) -> str:
        future = self.pick(["", "", "", ", future=True"])
        options = self.pick(["", "", "", ", autoflush=False", ", expire_on_commit=False"])
        return (
            f'engine = create_engine("sqlite://"{future})\n'
            '@event.listens_for(engine, "connect")\n'
            "def keep_foreign_keys(connection, record):\n"
            '    connection.execute("PRAGMA foreign_keys = ON")\n'
            "Base.metadata.create_all(engine)\n"
            f"session = Session(engine{future}{options})\nother = Session(engine)\n"
        )

    # objects

    def new(self, kind: Kind) -> str:
        self.count += 1
        given = [f"name='n{self.count % 7}'"]
        for key in kind.keys:
            if key.key != "id":
                given.append(
                    f"{key.key}={self.count if key.type == 'Integer' else repr(f'k{self.count}')}"
                )
        for column in kind.columns:
            if column.type in VALUES and "Key" not in column.rest + column.key and self.maybe(0.7):
                value = self.pick(VALUES[column.type])
                if column not in kind.keys and column.key != "name" and value != "None":
                    given.append(f"{column.key}={value}")
        for link in kind.links:
            known = [name for name, found in self.objects if found.name == link.target]
            if link.form == "one" and known and self.maybe(0.2):
                given.append(f"{link.key}={self.pick(known)}")
        return f"{kind.name}({', '.join(given)})"

    def make(self, kind: Kind) -> str:
        call, name = self.new(kind), self.fresh("v")
        self.objects.append((name, kind))
        return f"{name} = {call}\nshow(lambda: session.add({name}))"

    def change(self) -> str:
        name, kind = self.chance.choice(self.objects)
        column = self.chance.choice([found for found in kind.columns if found not in kind.keys])
        value = self.pick(VALUES.get(column.type, ["None"]))
        return f"show(lambda: setattr({name}, {column.key!r}, {value}))"

    def linked(self) -> tuple[str, Link, list[str]] | None:
        found = [
            (name, link, others)
            for name, kind in self.objects
            for link in kind.links
            if (others := [other for other, each in self.objects if each.name == link.target])
        ]
        return self.chance.choice(found) if found else None

    def attach(self) -> str:
        found = self.linked()
        if found is None:
            return self.change()
        name, link, others = found
        path, value = f"{name}.{link.key}", self.pick(others)
        several = ", ".join(dict.fromkeys(self.pick(others) for _ in range(2)))
        ways = {
            "one": f"={value} ={value} =None",
            "set": f"={{{several}}} .add({value}) .remove({value}) .discard({value}) .clear()",
            "dict": f".set({value}) .__setitem__({value}.name,{value}) .remove({value}) .clear()",
            "dynamic": f"=[{several}] .append({value}) .append({value}) .remove({value})",
            "list": f"=[{several}] .append({value}) .insert(0,{value}) .remove({value}) .pop()"
            f" .__setitem__(slice(0,1),[{several}]) .__delitem__(0) .clear() .reverse()",
        }
        way = self.pick(ways[link.form].replace(", ", ",").split())
        if way[0] == "=":
            return f"show(lambda: setattr({name}, {link.key!r}, {way[1:]}))"
        return f"show(lambda: {path}{way})"

    def step(self) -> str:
        name, kind = self.chance.choice(self.objects)
        keys = [each.key for each in [*kind.columns, *kind.links]]
        some = repr(self.chance.sample(keys, 2))
        calls = ["session.flush()", "session.commit()", "session.rollback()", "session.close()"]
        calls += [f"session.delete({name})", f"session.add({name})", f"session.expunge({name})"] * 2
        calls += [f"session.expire({name}, {some})", f"session.refresh({name})"]
        calls += [f"session.refresh({name}, {some})", "session.expire_all()", "session.commit()"]
        calls += [f"other.merge({name}).name", "other.commit()", f"session.merge({name})"]
        if self.maybe(0.2):
            end = self.pick(["commit", "rollback"])
            lines = ["show(lambda: session.begin_nested().is_active)", self.attach(), self.change()]
            return "\n".join([*lines, f"show(lambda: session.{end}())"])
        return f"show(lambda: {self.pick(calls)})"

    def look(self) -> str:
        name, kind = self.chance.choice(self.objects)
        calls = [f"facts({name})", f"state({name})"] * 2
        calls += ["sorted(map(str, map(tell, session.dirty)))", "len(session.new)"]
        for link in kind.links:
            end = ".all()" if link.form == "dynamic" else ""
            calls += [f"{name}.{link.key}{end}"] * 2
        key = ", ".join("1" if key.type == "Integer" else "'k1'" for key in kind.keys)
        calls.append(f"session.get({kind.name}, ({key},))")
        return f"show(lambda: {self.pick(calls)})"

    # queries

    def column(self, scope: Scope, types: Sequence[str]) -> str:
        name, kind = self.chance.choice(scope)
        return f"{name}.{self.pick(kind.of(types) or ['name'])}"

    def expression(self, scope: Scope) -> str:
        number, text = self.column(scope, NUMBERS), self.column(scope, ["String(30)"])
        drawn = [number, text, f"({number} + 1)", f"func.upper({text})", f"func.length({text})"]
        drawn.append(f"case(({self.condition(scope, 2)}, {number}), else_=0)")
        return self.pick(drawn)

    def condition(self, scope: Scope, depth: int = 0) -> str:
        name, kind = self.chance.choice(scope)
        if depth < 2 and self.maybe(0.25):
            one, two = self.condition(scope, depth + 1), self.condition(scope, depth + 1)
            return self.pick([f"and_({one}, {two})", f"or_({one}, {two})", f"~({one})"])
        if depth < 3 and kind.links and self.maybe(0.4):
            link = self.chance.choice(kind.links)
            inner = self.condition([(link.target, self.kinds[link.target])], depth + 1)
            test = "has" if link.form == "one" else "any"
            return f"{name}.{link.key}.{test}({self.pick(['', inner, inner])})"
        number, text = self.column(scope, NUMBERS), self.column(scope, ["String(30)"])
        other = self.any_kind().name
        inner = f"select({other}.name).where({other}.name != 'n4')"
        drawn = [f"{number} > 1", f"{number}.between(1, 5)", f"{number}.in_([1, 2])"]
        drawn += [f"{text} == 'n1'", f"{text}.like('n%')", f"{text}.in_([])", f"{text}.is_(None)"]
        return self.pick([*drawn, f"{text}.in_({inner})"])

    def scope(self) -> tuple[list[str], Scope, str]:
        """Return the lines that make aliases, what the query is about, and its joins."""
        kind = self.any_kind()
        lines, joins = [], ""
        scope: Scope = [(kind.name, kind)]
        for _ in range(self.chance.choice([0, 0, 1, 2])):
            name, owner = self.chance.choice(scope)
            alias, how = self.fresh("a"), self.pick(["join", "outerjoin"])
            if owner.links and self.maybe(0.8):
                link = self.chance.choice(owner.links)
                target, form = self.kinds[link.target], f"{alias}, {name}.{link.key}"
                form = self.pick([form, f"{name}.{link.key}.of_type({alias})"])
            else:
                target = self.any_kind()
                form = f"{alias}, {name}.name == {alias}.name"
            lines.append(f"{alias} = aliased({target.name})")
            joins += f".{how}({form})"
            scope.append((alias, target))
        return lines, scope, joins

    def option(self, kind: Kind, depth: int = 0) -> str:
        links = [link for link in kind.links if link.form != "dynamic"]
        if not links or self.maybe(0.25):
            how = self.pick(["defer", "load_only", "undefer"])
            return f"{how}({kind.name}.{self.pick(kind.of(NUMBERS) or ['name'])})"
        link = self.chance.choice(links)
        text = f"{self.pick(LOADERS)}({kind.name}.{link.key})"
        if depth < 2 and self.maybe(0.45):
            text += f".{self.option(self.kinds[link.target], depth + 1)}"
        return text

    def query(self) -> str:
        lines, scope, joins = self.scope()
        first, kind = scope[0]
        legacy = self.maybe(0.6)
        more = [
            f"{self.expression(scope)}.label('l{n}')" for n in range(self.chance.choice([0, 0, 1]))
        ]
        query = f"{'session.query' if legacy else 'select'}({', '.join([first, *more])}){joins}"
        query += "".join(
            f".filter({self.condition(scope)})" for _ in range(self.chance.randint(0, 2))
        )
        order = [f"{name}.{key.key}" for name, found in scope for key in found.keys]
        query += f".order_by({', '.join([self.expression(scope), *order])})"
        query += self.pick(["", "", "", ".distinct()", ".limit(2)", ".offset(1)"])
        options = [self.option(kind) for _ in range(self.chance.choice([0, 0, 1, 1, 2]))]
        query += f".options({', '.join(options)})" if options else ""
        if not legacy:
            read = self.pick(["scalars().all()", "all()", "first()", "mappings().all()"])
            return "\n".join([*lines, f"show(lambda: session.execute({query}).unique().{read})"])
        entities = f"{query}.with_entities({self.column(scope, NUMBERS)}).all()"
        ends = [
            ".all()",
            ".first()",
            ".count()",
            "[1:3]",
            ".one_or_none()",
            ".populate_existing()[:1]",
        ]
        asked = [f"[facts(one) for one in {query}]", entities, f"str({query})"]
        asked += [f"session.query({query}.exists()).scalar()", *[f"{query}{end}" for end in ends]]
        return "\n".join([*lines, f"show(lambda: {self.pick(asked)})"])
