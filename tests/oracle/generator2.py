"""Random programs of another kind: a grammar of expressions over a graph of five classes.

generator.py changes objects by name and queries one class; this one walks chains of attributes,
moves slices of collections, nests savepoints, copies objects between sessions, and queries scopes
of several classes and aliases: correlated subqueries in columns, unions, CTEs, window functions,
select() and every way to read a Result, Core statements, and the reprs of all parts.
The models have what the others lack: an association object with a composite key and a composite
foreign key to it, dynamic, viewonly and custom joins, synonyms, column_property, validates,
deferred columns, ON DELETE.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.oracle.generator import OPENING, Program

NUMBER, TEXT = "number", "text"
COLUMNS = {
    "Person": {"name": TEXT, "age": NUMBER, "nick": TEXT},
    "Team": {"title": TEXT, "size": NUMBER},
    "Member": {"role": TEXT, "team_id": NUMBER, "person_id": NUMBER},
    "Pass": {"code": TEXT, "person_id": NUMBER},
    "Note": {"body": TEXT, "stars": NUMBER, "person_id": NUMBER},
    "Task": {"what": TEXT, "hours": NUMBER, "team_id": NUMBER},
}
DERIVED = {"Person": {"double_age": NUMBER, "called": TEXT}, "Team": {"heads": NUMBER}}
KEYS = {"Member": ["team_id", "person_id"]}
TABLES = {
    "Person": "people",
    "Team": "teams",
    "Member": "members",
    "Pass": "passes",
    "Note": "notes",
    "Task": "tasks",
}
WORDS = ["ann", "bob", "cy", "d'or", "e%e", "f_f", "Zoe", ""]


@dataclass(frozen=True)
class Link:
    """A relationship; plain: it may be loaded eagerly and joined."""

    owner: str
    name: str
    target: str
    many: bool
    kind: str = "plain"


LINKS = [
    Link("Person", "reports", "Person", True),
    Link("Person", "boss", "Person", False),
    Link("Person", "members", "Member", True),
    Link("Member", "person", "Person", False),
    Link("Team", "members", "Member", True),
    Link("Member", "team", "Team", False),
    Link("Person", "passport", "Pass", False),
    Link("Pass", "person", "Person", False),
    Link("Person", "notes", "Note", True, "dynamic"),
    Link("Note", "person", "Person", False),
    Link("Person", "teams", "Team", True, "viewonly"),
    Link("Person", "old_notes", "Note", True, "viewonly"),
    Link("Member", "tasks", "Task", True),
    Link("Task", "member", "Member", False),
]
ENDS = [".all()"] * 6 + [".first()", ".count()", "[1:3]", "[:2]", ".limit(2).all()"]
ENDS += [".offset(1).all()", ".one_or_none()", ".slice(1, 4).all()"]
READS = [".all()"] * 4 + [".first()", ".scalars().all()", ".unique().all()", ".mappings().all()"]
READS += [".scalar()", ".fetchmany(2)", ".keys()", ".one_or_none()"]
READS += [".scalars().unique().all()", ".scalars().first()", ".fetchone()", ".scalar_one_or_none()"]
READS += [".partitions(2).__next__()", ".yield_per(1).all()"]


def generate(seed: int, blocks: int = 36) -> Program:
    """Return the program of a seed."""
    return Generator(random.Random(seed), seed).program(blocks)


class Generator:
    """Draws one program."""

    def __init__(self, chance: random.Random, seed: int) -> None:
        self.chance = chance
        self.seed = seed
        self.names: dict[str, list[str]] = {kind: [] for kind in COLUMNS}
        self.count = 0
        self.aliases = 0

    def pick(self, choices: Sequence[str]) -> str:
        return self.chance.choice(choices)

    def maybe(self, share: float) -> bool:
        return self.chance.random() < share

    def program(self, blocks: int) -> Program:
        program = Program(self.seed, [OPENING, self.models(), self.session()])
        for kind in ("Person", "Person", "Person", "Team", "Team", "Note", "Pass"):
            program.body.append(self.make(kind))
        for number in range(3):
            teams, people = self.names["Team"], self.names["Person"]
            program.body.append(self.join_team(teams[number % 2], people[number]))
        program.body += [
            f"show(lambda: {people[0]}.notes.append({self.new('Note')}))",
            f"show(lambda: setattr({people[0]}, 'reports', [{people[1]}]))",
            f"show(lambda: setattr({people[1]}, 'passport', {self.names['Pass'][0]}))",
            f"show(lambda: session.add(Task(hours=3, member={self.names['Member'][0]})))",
        ]
        program.body.append("show(lambda: session.commit())")
        weighted: list[tuple[Callable[[], str], int]] = [
            (self.graph, 12),
            (self.session_step, 8),
            (self.look, 7),
            (self.legacy_query, 10),
            (self.modern_select, 8),
            (self.grouped, 4),
            (self.compound, 4),
            (self.correlated, 4),
            (self.core, 5),
            (self.bulk, 2),
            (self.introspect, 3),
            (self.savepoints, 3),
            (self.merge, 3),
        ]
        actions = [action for action, weight in weighted for _ in range(weight)]
        program.body += [self.chance.choice(actions)() for _ in range(blocks)]
        program.body.append("show(lambda: session.commit())")
        program.body += [
            f"show(lambda: session.execute(text('SELECT * FROM {table} ORDER BY 1, 2')).all())"
            for table in TABLES.values()
        ]
        return program

    # the models

    def models(self) -> str:
        pick = self.pick
        lazy = ["", "", "", ', lazy="joined"', ', lazy="selectin"', ', lazy="subquery"']
        cascade = pick(
            ["", ', cascade="all, delete-orphan"', ', cascade="all"', ', cascade="save-update"']
        )
        orphan = pick(["", ', cascade="all, delete-orphan"', ", single_parent=True"])
        passive = pick(["", ", passive_deletes=True", ", passive_deletes='all'"])
        ondelete = pick(["CASCADE", "SET NULL"])
        reports = pick(["", ', order_by="Person.age"', ', order_by="desc(Person.id)"'])
        reports_cascade = pick(["", "", ', cascade="all"', ', cascade="all, delete-orphan"'])
        collection = pick(["", "", ", collection_class=set"])
        order = "" if collection else pick(["", ', order_by="Task.hours, Task.id"'])
        return f"""
Base = declarative_base()

class Person(Base):
    __tablename__ = "people"
    id = Column(Integer, primary_key=True)
    name = Column(String(20){pick(["", "", "", "", ", unique=True", ", default='nobody'"])})
    age = Column("years", Integer{pick(["", ", default=30", ", onupdate=99"])})
    nick = {pick(["Column(String)", "deferred(Column(String))"])}
    boss_id = Column(ForeignKey("people.id"))
    reports = relationship(
        "Person",
        backref=backref("boss", remote_side=[id]{pick(lazy[:4])}){reports}{reports_cascade},
    )
    members = relationship("Member", back_populates="person"{cascade}{pick(lazy)})
    passport = relationship("Pass", uselist=False, back_populates="person"{orphan}{pick(lazy)})
    notes = relationship("Note", lazy="dynamic", back_populates="person"{passive})
    teams = relationship("Team", secondary="members", viewonly=True, order_by="Team.title")
    old_notes = relationship(
        "Note",
        primaryjoin="and_(Person.id == Note.person_id, Note.stars > 3)",
        viewonly=True,
        order_by="Note.id",
    )
    called = synonym("name")
    double_age = column_property(age * 2)

    @validates("name")
    def check_name(self, key, value):
        if value == "Zoe":
            raise ValueError(f"no {{value}} as {{key}}")
        return value

class Team(Base):
    __tablename__ = "teams"
    id = Column(Integer, primary_key=True)
    title = Column(String(20){pick(["", ", nullable=False"])})
    size = Column(Integer{pick(["", ", server_default='4'"])})
    members = relationship(
        "Member", back_populates="team"{pick(lazy)}, cascade="all, delete-orphan"
    )

class Member(Base):
    __tablename__ = "members"
    team_id = Column(ForeignKey("teams.id"), primary_key=True)
    person_id = Column(ForeignKey("people.id"), primary_key=True)
    role = Column(String)
    team = relationship("Team", back_populates="members"{pick(["", ', lazy="joined"'])})
    person = relationship("Person", back_populates="members")
    tasks = relationship("Task", back_populates="member"{order}{collection})

class Pass(Base):
    __tablename__ = "passes"
    id = Column(Integer, primary_key=True)
    code = Column(String)
    person_id = Column(ForeignKey("people.id"))
    person = relationship("Person", back_populates="passport")

class Note(Base):
    __tablename__ = "notes"
    id = Column(Integer, primary_key=True)
    body = Column(String)
    stars = Column(Integer)
    person_id = Column(ForeignKey("people.id", ondelete="{ondelete}"))
    person = relationship("Person", back_populates="notes")

class Task(Base):
    __tablename__ = "tasks"
    id = Column(Integer, primary_key=True)
    what = Column(String)
    hours = Column(Integer)
    team_id = Column(Integer)
    person_id = Column(Integer)
    member = relationship("Member", back_populates="tasks")
    __table_args__ = (
        ForeignKeyConstraint(["team_id", "person_id"], ["members.team_id", "members.person_id"]),
    )

Team.heads = column_property(
    select(func.count(Member.person_id))
    .where(Member.team_id == Team.id)
    .correlate_except(Member)
    .scalar_subquery(){pick(["", ", deferred=True"])}
)
Base.metadata.create_all(engine)
configure_mappers()
"""

    def session(self) -> str:
        options = self.pick(["", "", "", ", autoflush=False", ", expire_on_commit=False"])
        return (
            f"session = Session(engine{options})\nHEAL = {self.maybe(0.85)}\n"
            "def by_key(found):\n"
            "    return sorted(found, key=lambda one: str(inspect(one).identity))"
            f"\n{LISTENERS if self.maybe(0.3) else ''}"
        )

    # objects

    def value(self, kind: str) -> str:
        if self.maybe(0.1):
            return "None"
        return str(self.chance.randint(0, 9)) if kind == NUMBER else repr(self.pick(WORDS))

    def new(self, kind: str) -> str:
        own = {key: what for key, what in COLUMNS[kind].items() if not key.endswith("_id")}
        fields = [f"{key}={self.value(what)}" for key, what in own.items() if self.maybe(0.8)]
        return f"{kind}({', '.join(fields)})"

    def make(self, kind: str) -> str:
        self.count += 1
        name = f"{kind.lower()}{self.count}"
        self.names[kind].append(name)
        add = f"show(lambda: session.add({name}))" if self.maybe(0.85) else ""
        return (
            f"try:\n    {name} = {self.new(kind)}\nexcept ValueError as error:\n"
            f"    print(error)\n    {name} = {kind}()\n{add}"
        )

    def join_team(self, team: str = "", person: str = "") -> str:
        self.count += 1
        name = f"member{self.count}"
        self.names["Member"].append(name)
        team = team or self.pick(self.names["Team"])
        person = person or self.pick(self.names["Person"])
        return (
            f"{name} = Member(role={self.value(TEXT)})\n"
            f"show(lambda: setattr({name}, 'team', {team}))\n"
            f"show(lambda: setattr({name}, 'person', {person}))"
        )

    def target(self, kind: str) -> str:
        """Return an object of a class: a name, a new one, or one that is queried."""
        known = self.names[kind]
        if known and self.maybe(0.75):
            return self.pick(known)
        if self.maybe(0.6):
            return self.new(kind)
        key = "(1, 1)" if kind == "Member" else str(self.chance.randint(1, 4))
        return f"session.get({kind}, {key})"

    def owner(self, kind: str, depth: int = 0) -> str:
        """Return an object, by a chain of attributes."""
        links = [
            link for link in LINKS if link.target == kind and link.kind == "plain" and not link.many
        ]
        if depth < 2 and links and self.maybe(0.3):
            link = self.chance.choice(links)
            return f"{self.owner(link.owner, depth + 1)}.{link.name}"
        return self.pick(self.names[kind]) if self.names[kind] else self.target(kind)

    def graph(self) -> str:
        if self.maybe(0.15):
            kind = self.pick(list(COLUMNS))
            return self.make(kind) if kind != "Member" else self.join_team()
        if self.maybe(0.1):
            return self.join_team()
        if self.maybe(0.25):
            kind = self.pick([kind for kind in COLUMNS if self.names[kind]])
            key, what = self.chance.choice(list(COLUMNS[kind].items()))
            return (
                f"show(lambda: setattr({self.owner(kind)}, {key!r}, {self.new_value(kind, what)}))"
            )
        link = self.chance.choice(LINKS)
        owner, target = self.owner(link.owner), self.target(link.target)
        if not link.many:
            target = self.pick([target, target, "None", f"{self.owner(link.owner)}.{link.name}"])
            if self.maybe(0.1):
                return f"show(lambda: delattr({owner}, {link.name!r}))"
            return f"show(lambda: setattr({owner}, {link.name!r}, {target}))"
        read = f"{owner}.{link.name}"
        other = f"{self.owner(link.owner)}.{link.name}"
        low = self.chance.randint(0, 2)
        calls = [
            f"{read}.append({target})",
            f"{read}.append({target})",
            f"{read}.insert({low}, {target})",
            f"{read}.extend([{target}, {self.target(link.target)}])",
            f"{read}.remove({target})",
            f"{read}.pop()",
            f"{read}.pop({low})",
            f"{read}.clear()",
            f"{read}.__delitem__(slice({low}, None))",
            f"{read}.__setitem__(slice({low}, {low + 1}), [{target}])",
            f"{read}.__setitem__({low}, {target})",
            f"{read}.__iadd__([{target}])",
            f"{read}.reverse()",
            f"{read}.add({target})",
            f"{read}.discard({target})",
            f"{read}.update([{target}])",
            f"setattr({owner}, {link.name!r}, [{target}])",
            f"setattr({owner}, {link.name!r}, list({other}))",
            f"setattr({owner}, {link.name!r}, {other})",
            f"setattr({owner}, {link.name!r}, [])",
            f"setattr({owner}, {link.name!r}, [found for found in {other}][:1])",
        ]
        return f"show(lambda: {self.pick(calls)})"

    def new_value(self, kind: str, what: str) -> str:
        if self.maybe(0.08):
            column = self.pick([key for key, found in COLUMNS[kind].items() if found == what])
            return f"{kind}.{column} + {self.value(what)}"
        return self.value(what)

    # the session

    def session_step(self) -> str:
        kind = self.pick([kind for kind in COLUMNS if self.names[kind]])
        name = self.pick(self.names[kind])
        keys = [*COLUMNS[kind], *(link.name for link in LINKS if link.owner == kind)]
        some = ", ".join(repr(key) for key in self.chance.sample(keys, 2))
        return (
            "show(lambda: "
            + self.pick(
                [
                    "session.flush()",
                    "session.flush()",
                    "session.commit()",
                    "session.commit()",
                    "session.rollback()",
                    "session.rollback()",
                    f"session.delete({name})",
                    f"session.delete({self.owner(kind)})",
                    f"session.add({name})",
                    f"session.add_all([{name}, {self.target(kind)}])",
                    f"session.expunge({name})",
                    f"session.expire({name})",
                    f"session.expire({name}, [{some}])",
                    f"session.refresh({name})",
                    f"session.refresh({name}, [{some}])",
                    f"make_transient({name})",
                    f"session.is_modified({name})",
                    "session.expire_all()",
                    "session.expunge_all()" if self.maybe(0.3) else "session.flush()",
                    "session.close()" if self.maybe(0.3) else "session.commit()",
                ]
            )
            + ")"
        )

    def savepoints(self) -> str:
        lines = ["def nested():"]
        for level in range(self.chance.randint(1, 3)):
            lines.append(f"    point{level} = session.begin_nested()")
            for _ in range(self.chance.randint(1, 2)):
                step = self.pick([self.graph(), self.session_step()])
                lines += [f"    {line}" for line in step.splitlines() if line.startswith("show")]
            if self.maybe(0.6):
                end = self.pick(["commit", "rollback", "rollback"])
                lines.append(f"    show(lambda: point{level}.{end}())")
        return "\n".join([*lines, "show(nested)"])

    def merge(self) -> str:
        kind = self.pick(["Person", "Team", "Note", "Pass"])
        key = self.chance.randint(1, 4)
        fields = self.new(kind)[len(kind) + 1 : -1]
        made = f"{kind}(id={key}{', ' if fields else ''}{fields}"
        if kind == "Person" and self.maybe(0.5):
            made += f", {self.pick(['reports', 'members'])}=[]"
        if kind == "Person" and self.maybe(0.4):
            made += f", passport={self.new('Pass')}"
        if kind == "Team" and self.maybe(0.5):
            made += f", members=[Member(person_id={key}, role='merged')]"
        given = f"{made})" if self.maybe(0.7) else self.target(kind)
        return (
            f"show(lambda: session.merge({given}))\n"
            "show(lambda: (len(session.new), len(session.dirty)))"
        )

    def look(self) -> str:
        kind = self.pick([kind for kind in COLUMNS if self.names[kind]])
        name = self.owner(kind)
        links = [link for link in LINKS if link.owner == kind]
        columns = [*COLUMNS[kind], *DERIVED.get(kind, {})]
        key = self.pick([*columns, *(link.name for link in links if link.kind != "dynamic")])
        choices = [
            f"{name}.{self.pick(columns)}",
            f"state({name})",
            f"{name} in session",
            f"[words(list(part)) for part in inspect({name}).attrs.{key}.history]",
            f"sorted(inspect({name}).unloaded)",
            f"inspect({name}).modified",
            f"sorted(map(str, inspect({name}).committed_state))",
            "(len(session.new), len(session.dirty), len(session.deleted))",
            f"inspect({name}).key",
        ]
        for link in links:
            read = f"{name}.{link.name}"
            if link.kind == "dynamic":
                choices += [
                    f"{read}.count()",
                    f"{read}.order_by(Note.id).all()",
                    f"{read}.filter({self.cond([('Note', 'Note')], 2)}).all()",
                    f"{read}[0:2]",
                ]
            else:
                choices.append(f"by_key({read})" if link.many else read)
        return f"show(lambda: {self.pick(choices)})"

    # expressions; a scope is a list of (name, class)

    def column(self, scope: Sequence[tuple[str, str]], what: str, plain: bool = False) -> str:
        found = []
        for name, kind in scope:
            columns = {**COLUMNS[kind], **({} if plain else DERIVED.get(kind, {}))}
            found += [f"{name}.{key}" for key, given in columns.items() if given == what]
            if what == NUMBER and kind != "Member":
                found.append(f"{name}.id")
        return self.pick(found) if found else ("literal(3)" if what == NUMBER else "literal('x')")

    def number(self, scope: Sequence[tuple[str, str]], depth: int = 0) -> str:
        column = self.column(scope, NUMBER)
        if depth > 1 or self.maybe(0.4):
            return column
        inner = self.number(scope, depth + 1)
        return self.pick(
            [
                f"({column} + {inner})",
                f"({inner} * {self.chance.randint(1, 4)})",
                f"({column} - {inner})",
                f"(-{column})",
                f"({column} % 3)",
                f"func.abs({inner})",
                f"func.coalesce({inner}, {self.value(NUMBER)})",
                f"func.length({self.text(scope, depth + 1)})",
                f"cast({inner}, Integer)",
                f"case([({self.cond(scope, 2)}, {inner})], else_={self.chance.randint(0, 9)})",
                f"case(({self.cond(scope, 2)}, 1), ({self.cond(scope, 2)}, 2))",
                f"func.nullif({column}, {self.chance.randint(0, 5)})",
            ]
        )

    def text(self, scope: Sequence[tuple[str, str]], depth: int = 0) -> str:
        column = self.column(scope, TEXT)
        if depth > 1 or self.maybe(0.45):
            return column
        inner = self.text(scope, depth + 1)
        return self.pick(
            [
                f"func.upper({inner})",
                f"({column} + {self.pick(WORDS)!r})",
                f"({inner} + '-' + {column})",
                f"cast({self.number(scope, depth + 1)}, String)",
                f"func.substr({inner}, 1, 2)",
                f"func.coalesce({inner}, 'none')",
                f"{column}.concat({inner})",
                f"type_coerce({inner}, String)",
            ]
        )

    def cond(self, scope: Sequence[tuple[str, str]], depth: int = 0) -> str:
        number, text = self.column(scope, NUMBER), self.column(scope, TEXT)
        value = self.chance.randint(0, 9)
        choices = [
            f"{number} {self.pick(['==', '!=', '<', '>=', '>'])} {value}",
            f"{number}.between({value - 4}, {value + 2})",
            f"{number}.in_([{value}, {value + 1}])",
            f"{number}.is_(None)",
            f"{number}.isnot(None)",
            f"{text} == {self.value(TEXT)}",
            f"{text}.like('%{self.pick('abe')}%')",
            f"{text}.contains({self.pick(WORDS)!r}, autoescape=True)",
            f"{text}.in_([])",
            f"~{text}.startswith({self.pick('abz')!r})",
            f"{text}.endswith({self.column(scope, TEXT)})",
            f"tuple_({number}, {self.column(scope, NUMBER)}).in_([({value}, 1), (1, {value})])",
        ]
        if depth < 2:
            left, right = self.cond(scope, depth + 1), self.cond(scope, depth + 1)
            choices += [
                f"or_({left}, {right})",
                f"and_({left}, {right})",
                f"not_({left})",
                f"({left}) | ~({right})",
                f"{self.number(scope)} > {self.number(scope)}",
                f"{self.text(scope)} != {self.text(scope)}",
            ]
            choices += [self.related(scope, depth) for _ in range(4)]
        return self.pick(choices)

    def related(self, scope: Sequence[tuple[str, str]], depth: int) -> str:
        name, kind = self.chance.choice(list(scope))
        links = [link for link in LINKS if link.owner == kind]
        link = self.chance.choice(links)
        attribute, target = f"{name}.{link.name}", link.target
        test = "any" if link.many else "has"
        # 1.4 takes an EXISTS inside an alias's EXISTS for one of the alias.
        inner = self.cond([(target, target)], depth + 1 if name == kind else 2)
        key, what = self.chance.choice(list(COLUMNS[target].items()))
        choices = [
            f"{attribute}.{test}()",
            f"~{attribute}.{test}({inner})",
            f"{attribute}.{test}({inner})",
            f"{attribute}.{test}({key}={self.value(what)})",
        ]
        if self.names[target]:
            found = self.pick(self.names[target])
            if link.many:
                choices.append(f"{attribute}.contains({found})")
            else:
                choices += [f"{attribute} == {found}", f"{attribute} != {found}"]
        if not link.many:
            choices += [f"{attribute} == None", f"{attribute} != None"]
        numbers = self.column([(target, target)], NUMBER, plain=True)
        choices.append(
            f"{self.column([(name, kind)], NUMBER, plain=True)}.in_(select({numbers})"
            f".where({inner}))"
        )
        choices.append(
            f"exists().where({numbers} == {self.column([(name, kind)], NUMBER, plain=True)})"
        )
        return self.pick(choices)

    # queries

    def alias(self, kind: str) -> tuple[str, str]:
        """Return a line that makes an alias, and its name."""
        self.aliases += 1
        name = f"alias{self.aliases}"
        told = f", name={name!r}" if self.maybe(0.3) else ""
        return f"{name} = aliased({kind}{told})", name

    def joined(self) -> tuple[list[str], list[tuple[str, str]], str, list[str]]:
        """Return lines of aliases, a scope, the calls that join it, and options that fit."""
        lines, calls, options = [], "", []
        kind = self.pick(list(COLUMNS))
        root = kind
        if self.maybe(0.25):
            line, root = self.alias(kind)
            lines.append(line)
        scope = [(root, kind)]
        for _ in range(self.chance.choice([0, 0, 1, 1, 2])):
            name, owner = self.chance.choice(scope)
            link = self.chance.choice([link for link in LINKS if link.owner == owner])
            join = self.pick(["join", "join", "outerjoin"])
            taken = {given for _, given in scope}
            if link.target in taken or self.maybe(0.3):
                line, alias = self.alias(link.target)
                lines.append(line)
                how = self.pick(
                    [
                        f"{name}.{link.name}.of_type({alias})",
                        f"{alias}, {name}.{link.name}",
                    ]
                )
                calls += f".{join}({how})"
                scope.append((alias, link.target))
                if link.kind == "plain" and link.target not in DERIVED and self.maybe(0.2):
                    options.append(f"contains_eager({name}.{link.name}.of_type({alias}))")
            else:
                how = self.pick([f"{name}.{link.name}", f"{link.target}, {name}.{link.name}"])
                calls += f".{join}({how})"
                scope.append((link.target, link.target))
                if link.kind == "plain" and link.target not in DERIVED and self.maybe(0.3):
                    options.append(f"contains_eager({name}.{link.name})")
        return lines, scope, calls, options

    def option(self, name: str, kind: str, depth: int = 0) -> str:
        links = [link for link in LINKS if link.owner == kind and link.kind != "dynamic"]
        if not links or self.maybe(0.2):
            key = self.pick([key for key in COLUMNS[kind] if key not in KEYS.get(kind, ())])
            how = self.pick(["defer", "load_only", "undefer"])
            if depth:
                return f"{how}({kind}.{key})"
            return f"{how}({name}.{key})"
        link = self.chance.choice(links)
        how = self.pick(
            ["joinedload"] * 3
            + ["subqueryload"] * 2
            + ["selectinload"] * 3
            + ["lazyload", "noload", "raiseload", "defaultload"]
        )
        text = f"{how}({name}.{link.name})"
        if depth < 2 and self.maybe(0.4):
            text += f".{self.option(link.target, link.target, depth + 1)}"
        return text

    def ordering(self, scope: Sequence[tuple[str, str]]) -> str:
        terms = []
        if self.maybe(0.4):
            expression = self.pick([self.number(scope), self.text(scope)])
            terms.append(expression + self.pick(["", ".desc()", ".asc()", ".desc().nullslast()"]))
        for name, kind in scope:
            terms += [f"{name}.{key}" for key in KEYS.get(kind, ["id"])]
        return f".order_by({', '.join(terms)})"

    def selected(self, scope: Sequence[tuple[str, str]]) -> list[str]:
        wanted = []
        for name, _ in scope:
            if self.maybe(0.5):
                wanted.append(name)
        for number in range(self.chance.choice([0, 0, 1, 2])):
            expression = self.pick([self.number(scope), self.text(scope)])
            # 1.4 does not find the cast or the negative of a selected column again in its rows.
            named = self.maybe(0.5) or "cast(" in expression or "type_coerce(" in expression
            named = named or expression.startswith(("-", "(-"))
            wanted.append(f"{expression}.label('c{number}')" if named else expression)
        return wanted or [scope[0][0]]

    def tail(self, scope: Sequence[tuple[str, str]], method: str = "filter") -> str:
        text = "".join(
            f".{method}({self.cond(scope)})" for _ in range(self.chance.choice([0, 1, 1, 2]))
        )
        if self.maybe(0.1):
            text += ".distinct()"
        return text + self.ordering(scope)

    def shown(self, lines: list[str], call: str) -> str:
        return "\n".join([*lines, f"show(lambda: {call})"])

    def legacy_query(self) -> str:
        lines, scope, calls, options = self.joined()
        wanted = [scope[0][0]] if self.maybe(0.5) else self.selected(scope)
        query = f"session.query({', '.join(wanted)})"
        if scope[0][0] not in wanted[:1]:
            query += f".select_from({scope[0][0]})"
        query += calls + self.tail(scope)
        roots = [(name, kind) for name, kind in scope if name in wanted]
        for name, kind in roots[:1]:
            options += [self.option(name, kind) for _ in range(self.chance.choice([0, 0, 1, 2]))]
        options = one_each(options)
        if roots and options:
            query += f".options({', '.join(options)})"
        if self.maybe(0.08):
            query += ".populate_existing()"
        if self.maybe(0.08):
            return self.shown(lines, f"str({query})")
        if self.maybe(0.06):
            return self.shown(lines, f"session.query({query}.exists()).scalar()")
        end = self.pick(ENDS)
        if end == ".all()" and len(wanted) == 1 and roots:
            links = [link for link in LINKS if link.owner == roots[0][1] and link.kind != "dynamic"]
            if links and self.maybe(0.5):
                link = self.chance.choice(links)
                read = f"found.{link.name}"
                read = f"by_key({read})" if link.many else read
                return self.shown(lines, f"[(found, {read}) for found in {query}]")
        return self.shown(lines, query + end)

    def modern_select(self) -> str:
        lines, scope, calls, options = self.joined()
        wanted = [scope[0][0]] if self.maybe(0.4) else self.selected(scope)
        statement = f"select({', '.join(wanted)})"
        if scope[0][0] not in wanted[:1]:
            statement += f".select_from({scope[0][0]})"
        statement += calls + self.tail(scope, "where")
        if scope[0][0] in wanted:
            options += [self.option(*scope[0]) for _ in range(self.chance.choice([0, 0, 1]))]
            options = one_each(options)
            if options:
                statement += f".options({', '.join(options)})"
        if self.maybe(0.25):
            statement += self.pick([".limit(2)", ".limit(2).offset(1)", ".offset(2)"])
        if self.maybe(0.1):
            return self.shown(lines, f"str({statement})")
        if self.maybe(0.15):
            return self.shown(lines, f"session.scalars({statement}).all()")
        return self.shown(lines, f"session.execute({statement}){self.pick(READS)}")

    def grouped(self) -> str:
        lines, scope, calls, _ = self.joined()
        key = self.pick([self.column(scope, NUMBER), self.column(scope, TEXT), self.text(scope)])
        number = self.number(scope)
        total = self.pick(
            [
                "func.count()",
                f"func.sum({number})",
                f"func.max({number})",
                f"func.count({self.column(scope, TEXT)}.distinct())",
                f"func.avg({number})",
                f"func.count({number}).filter({self.cond(scope, 2)})",
            ]
        )
        style = self.pick(["session.query", "select"])
        query = f"{style}({key}.label('part'), {total}.label('total')).select_from({scope[0][0]})"
        query += calls
        if self.maybe(0.4):
            query += f".{'filter' if style != 'select' else 'where'}({self.cond(scope, 1)})"
        query += f".group_by({self.pick([key, repr('part')])})"
        if self.maybe(0.4):
            query += f".having({total} > {self.chance.randint(0, 2)})"
        query += self.pick([".order_by('total', 'part')", ".order_by(desc('part'))"])
        end = ".all()" if style != "select" else None
        return self.shown(lines, query + end if end else f"session.execute({query}).all()")

    def compound(self) -> str:
        kind = self.pick(list(COLUMNS))
        scope = [(kind, kind)]
        how = self.pick(["union", "union_all", "except_", "intersect"])
        if self.maybe(0.5):
            wanted = kind if self.maybe(0.6) else self.column(scope, TEXT, plain=True)
            parts = [f"session.query({wanted}).filter({self.cond(scope, 1)})" for _ in range(2)]
            query = f"{parts[0]}.{how}({parts[1]})"
            if self.maybe(0.3):
                query = f"{query}.{self.pick(['union', 'union_all'])}({parts[0]})"
            if wanted == kind:
                if self.maybe(0.4):
                    query += f".filter({self.cond(scope, 2)})"
                query += self.ordering(scope)
                if self.maybe(0.3):
                    query += f".options({self.option(kind, kind)})"
            else:
                query += f".order_by({wanted})"
            return self.shown([], query + self.pick(ENDS))
        key, _ = self.chance.choice(list(COLUMNS[kind].items()))
        columns = f"{kind}.{key}, {self.number(scope)}.label('n')"
        parts = [f"select({columns}).where({self.cond(scope, 1)})" for _ in range(2)]
        statement = f"{how}({parts[0]}, {parts[1]})"
        choice = self.chance.randint(0, 3)
        if choice == 0:
            return self.shown(
                [], f"session.execute({statement}.order_by('n', {key!r}).limit(3)).all()"
            )
        if choice == 1:
            return self.shown(
                [f"part = {statement}.subquery()"],
                "session.execute(select(part.c.n, func.count()).group_by(part.c.n)"
                ".order_by(part.c.n)).all()",
            )
        if choice == 2:
            return self.shown(
                [f"part = {statement}.cte({self.pick(['', repr('part')])})"],
                f"session.query({kind}, part.c.n)"
                f".join(part, part.c.n == {self.column(scope, NUMBER)})"
                f"{self.ordering(scope)}.all()",
            )
        return self.shown([], f"str({statement}.order_by('n'))")

    def correlated(self) -> str:
        kind = self.pick(list(COLUMNS))
        links = [link for link in LINKS if link.owner == kind and link.target != kind]
        link = self.chance.choice(links)
        scope, inner = [(kind, kind)], [(link.target, link.target)]
        choice = self.chance.randint(0, 4)
        if choice == 0:
            sub = (
                f"select(func.count()).select_from({link.target})"
                f".where({self.column(inner, NUMBER, plain=True)} == "
                f"{self.column(scope, NUMBER, plain=True)}){self.pick(['', f'.correlate({kind})'])}"
                f".scalar_subquery()"
            )
            query = f"session.query({kind}, {sub}.label('many')).order_by({sub})"
            return self.shown([], f"{query}{self.ordering(scope)}.all()")
        if choice == 1:
            over = self.pick(
                [
                    f"func.row_number().over(order_by={self.number(scope)})",
                    f"func.sum({self.number(scope)}).over(partition_by={self.text(scope)})",
                    f"func.rank().over(partition_by=[{self.column(scope, TEXT)}], "
                    f"order_by={self.column(scope, NUMBER)}.desc())",
                ]
            )
            query = f"session.query({self.column(scope, TEXT)}, {over}.label('place'))"
            return self.shown([], f"{query}{self.ordering(scope)}{self.pick(ENDS)}")
        if choice == 2:
            lines = [
                f"part = session.query({kind}).filter({self.cond(scope, 1)})"
                f"{self.pick(['', self.ordering(scope) + '.limit(3)'])}.subquery()",
                f"picked = aliased({kind}, part)",
            ]
            option = f".options({self.option('picked', kind)})" if self.maybe(0.3) else ""
            return self.shown(
                lines,
                f"session.query(picked).filter({self.cond([('picked', kind)], 2)})"
                f"{self.ordering([('picked', kind)])}{option}.all()",
            )
        if choice == 3 and self.names[kind] and link.kind != "dynamic":
            found = self.pick(self.names[kind])
            return self.shown(
                [],
                f"session.query({link.target}).filter(with_parent({found}, {kind}.{link.name}))"
                f"{self.ordering(inner)}.all()",
            )
        if kind == "Person":  # 1.4 counts the parameter of double_age as one of the text
            return self.legacy_query()
        table = TABLES[kind]
        value = self.chance.randint(0, 9)
        option = f".options({self.option(kind, kind)})" if self.maybe(0.4) else ""
        return self.shown(
            [],
            f"session.query({kind}).from_statement(text('SELECT * FROM {table} WHERE :x < 9 "
            f"ORDER BY 1, 2')).params(x={value}){option}.all()",
        )

    def core(self) -> str:
        kind = self.pick(list(COLUMNS))
        scope = [(kind, kind)]
        key, what = self.chance.choice(
            [(key, what) for key, what in COLUMNS[kind].items() if not key.endswith("_id")]
        )
        column = "years" if key == "age" else key
        made = self.number(scope) if what == NUMBER else self.text(scope)
        plain = self.value(what)
        other = self.chance.choice([found for found in COLUMNS if found != kind])
        otherwise = self.column([(other, other)], what, plain=True)
        where = self.cond(scope, 2)
        execute = self.pick(["session.execute", "session.connection().execute"])
        statements = [
            f"update({kind}.__table__).where({where}).values({{{column!r}: {made}}})",
            f"update({kind}.__table__).values({column}=select(func.max({otherwise}))"
            ".scalar_subquery())",
            f"delete({kind}.__table__).where({where}).where({self.cond(scope, 2)})",
            f"{kind}.__table__.update().where({kind}.__table__.c.{column} == bindparam('old'))"
            f".values({column}=bindparam('new'))",
        ]
        if kind not in ("Member", "Task"):
            statements += [
                f"insert({kind}.__table__).values({column}={plain})",
                f"insert({kind}.__table__).values([{{{column!r}: {plain}}}, {{{column!r}: None}}])",
                f"{kind}.__table__.insert().from_select([{column!r}], select({otherwise})"
                f".where({self.cond([(other, other)], 2)}))",
                f"insert({kind}.__table__)",
            ]
        statement = self.pick(statements)
        if self.maybe(0.25):
            return self.shown([], f"str({statement})")
        given = ""
        if "bindparam" in statement:
            sets = f"{{'old': {self.value(what)}, 'new': {self.value(what)}}}"
            given = f", [{sets}, {{'old': {self.value(what)}, 'new': {self.value(what)}}}]"
            given = given if self.maybe(0.5) else f", {sets}"
        elif statement.endswith("__table__)"):
            given = f", [{{{column!r}: {plain}}}, {{{column!r}: {self.value(what)}}}]"
        read = self.pick([".rowcount", ".rowcount", ".inserted_primary_key", ".lastrowid"])
        if statement.startswith(("update", "delete")) or "update()" in statement:
            read = ".rowcount"
        return self.shown([], f"{execute}({statement}{given}){read}")

    def bulk(self) -> str:
        kind = self.pick([kind for kind in COLUMNS if kind != "Member"])
        scope = [(kind, kind)]
        keys = {key: what for key, what in COLUMNS[kind].items() if not key.endswith("_id")}
        key, what = self.chance.choice(list(keys.items()))
        made = self.number(scope, 1) if what == NUMBER else self.text(scope, 1)
        value = made if self.maybe(0.4) else self.value(what)
        keep = self.pick(["'evaluate'", "'fetch'", "False"])
        if self.maybe(0.5):
            where = f"session.query({kind}).filter({self.cond(scope, 1)})"
            call = self.pick(
                [
                    f"{where}.update({{{key!r}: {value}}}, {keep})",
                    f"{where}.update({{{kind}.{key}: {value}}}, synchronize_session={keep})",
                    f"{where}.delete({keep})",
                ]
            )
        else:
            statement = self.pick([f"update({kind}).values({key}={value})", f"delete({kind})"])
            call = (
                f"session.execute({statement}.where({self.cond(scope, 1)})"
                f".execution_options(synchronize_session={keep})).rowcount"
            )
        return self.shown([], call)

    def introspect(self) -> str:
        kind = self.pick(list(COLUMNS))
        link = self.chance.choice([link for link in LINKS if link.owner == kind])
        scope = [(kind, kind)]
        return self.shown(
            [],
            self.pick(
                [
                    f"str({self.cond(scope)})",
                    f"str({self.number(scope)})",
                    f"str({self.text(scope)})",
                    f"str(select({self.text(scope)}))",
                    f"repr(inspect({kind}).relationships.{link.name})",
                    f"str({kind}.{link.name}.property.primaryjoin)",
                    f"str({kind}.{link.name}.property.direction)",
                    f"repr({kind}.{link.name}.property.cascade)",
                    f"sorted(inspect({kind}).attrs.keys())",
                    f"repr({kind}.__table__)",
                    f"{self.number(scope)}.type",
                    f"{self.text(scope)}.type",
                    f"select({self.number(scope)}, {self.text(scope)}).subquery().c.keys()",
                    f"session.query({kind}, {self.number(scope)}).column_descriptions[1]['name']",
                    f"str(({self.cond(scope)}).compile(compile_kwargs={{'literal_binds': True}}))",
                    f"sorted(({self.cond(scope)}).compile().params.items(), key=str)",
                ]
            ),
        )


def one_each(options: Sequence[str]) -> list[str]:
    """Return at most one option for each attribute, since two may contradict each other."""
    found: dict[str, str] = {}
    for option in options:
        attribute = option.partition("(")[2].partition(")")[0].partition(".of_type")[0]
        found.setdefault(attribute.partition(".")[2], option)
    return list(found.values())


LISTENERS = """
@event.listens_for(session, "before_flush")
def before(session, context, instances):
    print("flush", len(session.new), len(session.dirty), len(session.deleted))

@event.listens_for(session, "transient_to_pending")
def pending(session, one):
    print("pending", type(one).__name__)
"""
