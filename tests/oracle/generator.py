"""Random programs: the same seed makes the same program, to be run on two engines and compared.

A program is a list of blocks of plain SQLAlchemy code. The first one has the models, drawn for each
seed: one-to-many, many-to-one, many-to-many, one-to-one and self-referential relationships with
random cascades, loading strategies and back references. The others change objects, write, and
query; each prints what came of it, also errors, which are compared like results. Blocks are
independent, so that a program on which the engines differ can be shrunk by leaving blocks out.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

OPENING = '''\
import gc
gc.disable()  # objects that refer to each other go when the program ends, on both engines
from sqlalchemy import *
from sqlalchemy import event
from sqlalchemy.orm import *
from sqlalchemy.orm import exc as orm_exc

engine = create_engine("sqlite://")

@event.listens_for(engine, "connect")
def keep_foreign_keys(connection, record):
    connection.execute("PRAGMA foreign_keys = ON")

def words(value):
    """The value in words that are the same on both engines."""
    if isinstance(value, Base):
        keys = inspect(value).identity
        return f"{type(value).__name__}#{keys}" if keys else f"new {type(value).__name__}"
    if isinstance(value, dict):
        return {key: words(found) for key, found in value.items()}
    if isinstance(value, (list, tuple)) or hasattr(value, "_fields"):
        return [words(found) for found in value]
    return value

def show(call):
    try:
        print(words(call()))
    except Exception as error:
        print(type(error).__name__, str(error).partition("\\n")[0])
        if HEAL and not session.is_active:
            session.rollback()

def state(value):
    found = inspect(value)
    names = ["transient", "pending", "persistent", "deleted", "detached"]
    return [name for name in names if getattr(found, name)]
'''


@dataclass
class Program:
    """Blocks of source: `opening` is always needed, each of `body` may be left out."""

    seed: int
    opening: list[str]
    body: list[str] = field(default_factory=list)

    @property
    def source(self) -> str:
        """The whole program."""
        return "\n".join([*self.opening, *self.body]) + "\n"


@dataclass(frozen=True)
class Link:
    """A relationship as the generator sees it."""

    owner: str
    name: str
    target: str
    many: bool


COLUMNS = {
    "Author": {"name": "text", "rank": "number"},
    "Book": {"title": "text", "pages": "number"},
    "Tag": {"word": "text"},
    "Node": {"label": "text", "weight": "number"},
    "Card": {"code": "text"},
}
LINKS = [
    Link("Author", "books", "Book", True),
    Link("Book", "author", "Author", False),
    Link("Book", "tags", "Tag", True),
    Link("Tag", "books", "Book", True),
    Link("Node", "children", "Node", True),
    Link("Node", "parent", "Node", False),
    Link("Author", "card", "Card", False),
    Link("Card", "author", "Author", False),
]
CASCADES = [
    "",
    "",
    ', cascade="all"',
    ', cascade="all, delete-orphan"',
    ', cascade="save-update, merge, delete"',
    ', cascade="all, delete-orphan", passive_deletes=True',
]
LAZY = ["", "", "", ', lazy="joined"', ', lazy="subquery"', ', lazy="selectin"']
ENDS = [".all()", ".all()", ".all()", ".first()", ".count()", ".one_or_none()", "[0:2]", "[1:3]"]
ENDS += [".limit(2).all()", ".offset(1).all()", ".limit(3).offset(1).all()"]
TEXTS = ["ash", "birch", "cedar", "elm", "o'ak", "50%", "fir_x", ""]


def generate(seed: int, blocks: int = 40) -> Program:
    """Return the program of a seed."""
    return Generator(random.Random(seed), seed).program(blocks)


class Generator:
    """Draws one program; it keeps the names that exist, to use them later.

    links: the relationships with which objects are made and changed.
    """

    links: Sequence[Link] = LINKS

    def __init__(self, chance: random.Random, seed: int) -> None:
        self.chance = chance
        self.seed = seed
        self.names: dict[str, list[str]] = {name: [] for name in COLUMNS}
        self.count = 0

    def program(self, blocks: int) -> Program:
        opening = [OPENING, self.models(), self.session()]
        program = Program(self.seed, opening)
        program.body += [self.make(kind) for kind in COLUMNS for _ in range(2)]
        program.body.append("show(lambda: session.commit())")
        actions: Sequence[tuple[Callable[[], str], int]] = [
            (self.change, 5),
            (self.link, 6),
            (self.unlink, 4),
            (self.make_any, 4),
            (self.delete, 2),
            (self.write, 6),
            (self.forget, 3),
            (self.look, 5),
            (self.ask, 12),
            (self.get, 2),
            (self.bulk, 1),
            (self.savepoint, 1),
        ]
        draw = [action for action, weight in actions for _ in range(weight)]
        program.body += [self.chance.choice(draw)() for _ in range(blocks)]
        program.body += ["show(lambda: session.commit())", *self.dump()]
        return program

    # the models

    def models(self) -> str:
        pick = self.chance.choice
        lazy = [pick(LAZY) for _ in range(6)]
        if any("joined" in found for found in lazy[:2]):  # two eager ends would meet in a circle
            lazy[1] = ""
        nullable = pick(["", "", ", nullable=False"])
        ondelete = ', ondelete="CASCADE"'
        books_cascade = pick(CASCADES)
        passive = "passive_deletes" in books_cascade
        order = pick(["", ', order_by="Book.id"', ', order_by="Book.title, Book.id"'])
        both = pick([True, False])
        author_end = ', back_populates="books"' if both else ""
        books_end = ', back_populates="author"' if both else ', backref="author"'
        author = f'    author = relationship("Author"{author_end}{lazy[1]})\n' if both else ""
        children_cascade = pick(CASCADES[:5])
        children_lazy = pick(["", "", ', lazy="selectin"', ', lazy="joined", join_depth=2'])
        card_cascade = pick(["", ', cascade="all, delete-orphan"'])
        collection = pick(["", "", ", collection_class=set"]) if not order else ""
        return f"""
Base = declarative_base()
book_tags = Table(
    "book_tags",
    Base.metadata,
    Column("book_id", ForeignKey("books.id"), primary_key=True),
    Column("tag_id", ForeignKey("tags.id"), primary_key=True),
)

class Author(Base):
    __tablename__ = "authors"
    id = Column(Integer, primary_key=True)
    name = Column(String(30))
    rank = Column(Integer{pick(["", ", default=3", ', server_default="7"'])})
    books = relationship("Book"{books_end}{books_cascade}{order}{lazy[0]}{collection})
    card = relationship("Card", back_populates="author", uselist=False{card_cascade}{lazy[2]})

class Book(Base):
    __tablename__ = "books"
    id = Column(Integer, primary_key=True)
    title = Column(String(30){pick(["", ", unique=True", ""])})
    pages = Column(Integer)
    author_id = Column(ForeignKey("authors.id"{ondelete if passive else ""}){nullable})
{author}    tags = relationship("Tag", secondary=book_tags, back_populates="books"{lazy[3]})

class Tag(Base):
    __tablename__ = "tags"
    id = Column(Integer, primary_key=True)
    word = Column(String(30), nullable=False)
    books = relationship("Book", secondary=book_tags, back_populates="tags", order_by="Book.id")

class Node(Base):
    __tablename__ = "nodes"
    id = Column(Integer, primary_key=True)
    label = Column(String(30))
    weight = Column(Integer)
    parent_id = Column(ForeignKey("nodes.id"))
    children = relationship("Node", back_populates="parent"{children_cascade}{children_lazy})
    parent = relationship("Node", back_populates="children", remote_side=[id])

class Card(Base):
    __tablename__ = "cards"
    id = Column(Integer, primary_key=True)
    code = Column(String(30))
    author_id = Column(ForeignKey("authors.id"))
    author = relationship("Author", back_populates="card"{lazy[4] if not lazy[2] else ""})

Base.metadata.create_all(engine)
"""

    def session(self) -> str:
        options = self.chance.choice(["", "", "", ", autoflush=False", ", expire_on_commit=False"])
        heal = self.chance.random() < 0.8  # otherwise what follows a failed flush fails, too
        aliases = "\n".join(f"Other{kind} = aliased({kind})" for kind in COLUMNS)
        return f"session = Session(engine{options})\nHEAL = {heal}\n{aliases}"

    # objects

    def value(self, kind: str) -> str:
        if self.chance.random() < 0.12:
            return "None"
        if kind == "number":
            return str(self.chance.randint(0, 9))
        return repr(self.chance.choice(TEXTS))

    def make(self, kind: str) -> str:
        self.count += 1
        name = f"{kind.lower()}{self.count}"
        fields = [f"{key}={self.value(what)}" for key, what in COLUMNS[kind].items()]
        for link in self.links:
            if link.owner == kind and self.names[link.target] and self.chance.random() < 0.35:
                target = self.chance.choice(self.names[link.target])
                fields.append(f"{link.name}={'[' + target + ']' if link.many else target}")
        self.names[kind].append(name)
        # A set accepts no list: the block prints the error, and makes the object without it.
        plain = [found for found in fields if "[" not in found]
        return (
            f"try:\n    {name} = {kind}({', '.join(fields)})\n"
            f"except Exception as error:\n    print(type(error).__name__, error)\n"
            f"    {name} = {kind}({', '.join(plain)})\n"
            f"show(lambda: session.add({name}))"
        )

    def make_any(self) -> str:
        return self.make(self.chance.choice(list(COLUMNS)))

    def any_name(self, kind: str | None = None) -> tuple[str, str]:
        kind = kind or self.chance.choice(list(COLUMNS))
        return kind, self.chance.choice(self.names[kind])

    def change(self) -> str:
        kind, name = self.any_name()
        key, what = self.chance.choice(list(COLUMNS[kind].items()))
        return f"show(lambda: setattr({name}, {key!r}, {self.value(what)}))"

    def link(self) -> str:
        link = self.chance.choice(self.links)
        _, owner = self.any_name(link.owner)
        _, target = self.any_name(link.target)
        if not link.many:
            return f"show(lambda: setattr({owner}, {link.name!r}, {target}))"
        whole = f"type({owner}.{link.name})([{target}])"
        return self.chance.choice(
            [
                f"show(lambda: getattr({owner}.{link.name}, "
                f"'append' if isinstance({owner}.{link.name}, list) else 'add')({target}))",
                f"show(lambda: setattr({owner}, {link.name!r}, {whole}))",
                f"show(lambda: {owner}.{link.name}.append({target}))",
            ]
        )

    def unlink(self) -> str:
        link = self.chance.choice(self.links)
        _, owner = self.any_name(link.owner)
        _, target = self.any_name(link.target)
        if not link.many:
            return f"show(lambda: setattr({owner}, {link.name!r}, None))"
        return self.chance.choice(
            [
                f"show(lambda: {owner}.{link.name}.remove({target}))",
                f"show(lambda: {owner}.{link.name}.clear())",
                f"show(lambda: {owner}.{link.name}.pop())",
                f"show(lambda: {owner}.{link.name}.__delitem__(0))",
            ]
        )

    def delete(self) -> str:
        _, name = self.any_name()
        return f"show(lambda: session.delete({name}))"

    # the session

    def write(self) -> str:
        return self.chance.choice(
            [
                "show(lambda: session.flush())",
                "show(lambda: session.commit())",
                "show(lambda: session.commit())",
                "show(lambda: session.rollback())",
            ]
        )

    def savepoint(self) -> str:
        _, name = self.any_name()
        end = self.chance.choice(["commit", "rollback"])
        return (
            "def nested():\n    savepoint = session.begin_nested()\n"
            f"    session.add({name})\n    session.flush()\n    savepoint.{end}()\nshow(nested)"
        )

    def forget(self) -> str:
        kind, name = self.any_name()
        key = self.chance.choice(list(COLUMNS[kind]))
        return self.chance.choice(
            [
                f"show(lambda: session.expire({name}))",
                f"show(lambda: session.expire({name}, [{key!r}]))",
                f"show(lambda: session.refresh({name}))",
                f"show(lambda: session.expunge({name}))",
                "show(lambda: session.expire_all())",
                f"show(lambda: session.add({name}))",
                f"show(lambda: session.merge({name}))",
            ]
        )

    def look(self) -> str:
        kind, name = self.any_name()
        links = [link for link in LINKS if link.owner == kind]
        key = self.chance.choice(list(COLUMNS[kind]))
        choices = [
            f"show(lambda: {name}.{key})",
            f"show(lambda: state({name}))",
            f"show(lambda: {name} in session)",
            f"show(lambda: session.is_modified({name}))",
            f"show(lambda: list(inspect({name}).attrs.{key}.history))",
            "show(lambda: (len(session.new), len(session.dirty), len(session.deleted)))",
        ]
        for link in links:
            read = f"{name}.{link.name}"
            choices.append(f"show(lambda: {f'sorted({read}, key=id_of)' if link.many else read})")
        return self.chance.choice(choices).replace(
            "key=id_of", "key=lambda found: (found.id is None, found.id)"
        )

    def get(self) -> str:
        kind = self.chance.choice(list(COLUMNS))
        how = self.chance.choice(["session.get({0}, {1})", "session.query({0}).get({1})"])
        return f"show(lambda: {how.format(kind, self.chance.randint(1, 6))})"

    def bulk(self) -> str:
        kind = self.chance.choice(list(COLUMNS))
        key, what = self.chance.choice(list(COLUMNS[kind].items()))
        where = f"session.query({kind}).filter({self.condition(kind, kind)})"
        keep = self.chance.choice(["'evaluate'", "'fetch'", "False"])
        if self.chance.random() < 0.6:
            call = f"{where}.update({{{key!r}: {self.value(what)}}}, synchronize_session={keep})"
        else:
            call = f"{where}.delete(synchronize_session={keep})"
        return f"show(lambda: {call})"

    # queries

    def condition(self, kind: str, name: str, depth: int = 0) -> str:
        """Return a condition on `name`, which is the class `kind` or an alias of it."""
        key, what = self.chance.choice(list(COLUMNS[kind].items()))
        column = f"{name}.{key}"
        value = self.value(what)
        choices = [
            f"{column} == {value}",
            f"{column} != {value}",
            f"{column}.is_(None)",
            f"{column}.in_([{value}, {self.value(what)}])",
            f"{column}.notin_([{value}])",
            f"{column}.in_([])",
            f"{name}.id.between({self.chance.randint(0, 3)}, {self.chance.randint(3, 9)})",
            f"{name}.id > {self.chance.randint(0, 4)}",
        ]
        if what == "text":
            choices += [
                f"{column}.like('%{self.chance.choice('aei')}%')",
                f"{column}.ilike('{self.chance.choice('ABC')}%')",
                f"{column}.startswith({self.chance.choice(TEXTS)!r})",
                f"{column}.contains({self.chance.choice(TEXTS)!r}, autoescape=True)",
                f"func.lower({column}) == 'elm'",
                f"({column} + 'x') == 'elmx'",
                f"func.length({column}) > 3",
            ]
        else:
            choices += [
                f"{column} * 2 >= {self.chance.randint(0, 9)} - {name}.id",
                f"case([({column} > 4, 'big')], else_='small') == 'big'",
                f"func.coalesce({column}, 0) < 5",
                f"~({column} < 5)",
            ]
        if depth < 2:
            inner = [self.condition(kind, name, depth + 1) for _ in range(2)]
            choices += [
                f"or_({inner[0]}, {inner[1]})",
                f"and_({inner[0]}, {inner[1]})",
                f"not_({inner[0]})",
                f"({inner[0]}) & ~({inner[1]})",
            ]
            for link in (found for found in LINKS if found.owner == kind):
                test = "any" if link.many else "has"
                target = link.target
                attribute = f"{name}.{link.name}"
                if target != kind or name == kind:
                    nested = self.condition(target, target, depth + 1)
                    plain = target != kind
                    choices.append(f"{attribute}.{test}({nested if plain else ''})")
                choices.append(f"~{attribute}.{test}()")
                if self.names[target]:
                    found = self.chance.choice(self.names[target])
                    choices.append(
                        f"{attribute}.contains({found})"
                        if link.many
                        else f"{attribute} {self.chance.choice(['==', '!='])} {found}"
                    )
                if not link.many:
                    choices.append(f"{attribute} == None")
        return self.chance.choice(choices)

    def option(self, kind: str, depth: int = 0) -> str:
        """Return a loading option that starts at a class."""
        links = [link for link in LINKS if link.owner == kind]
        if not links or (not depth and self.chance.random() < 0.15):
            key = self.chance.choice(list(COLUMNS[kind]))
            how = self.chance.choice(["defer", "load_only", "undefer"])
            return f"{how}({kind}.{key})"
        link = self.chance.choice(links)
        how = self.chance.choice(
            ["joinedload", "joinedload", "subqueryload", "selectinload", "selectinload", "lazyload"]
        )
        text = f"{how}({kind}.{link.name})"
        if depth < 1 and self.chance.random() < 0.35:
            text += f".{self.option(link.target, depth + 1)}"
        return text

    def ask(self) -> str:
        return f"show(lambda: {self.chance.choice([self.entities, self.columns, self.groups])()})"

    def entities(self) -> str:
        kind = self.chance.choice(list(COLUMNS))
        links = [link for link in LINKS if link.owner == kind]
        query = f"session.query({kind})"
        if links and self.chance.random() < 0.5:
            link = self.chance.choice(links)
            join = self.chance.choice(["join", "outerjoin"])
            if link.target == kind or self.chance.random() < 0.3:
                alias = f"Other{link.target}"
                query += f".{join}({kind}.{link.name}.of_type({alias}))"
                query += f".filter({self.condition(link.target, alias, 2)})"
            else:
                query += f".{join}({kind}.{link.name})"
                if self.chance.random() < 0.7:
                    query += f".filter({self.condition(link.target, link.target, 2)})"
                if self.chance.random() < 0.2:
                    query += f".options(contains_eager({kind}.{link.name}))"
        for _ in range(self.chance.choice([0, 1, 1, 2])):
            query += f".filter({self.condition(kind, kind)})"
        for _ in range(self.chance.choice([0, 0, 1, 1, 2])):
            query += f".options({self.option(kind)})"
        if self.chance.random() < 0.15:
            query += ".distinct()"
        if self.chance.random() < 0.1:
            query += ".populate_existing()"
        key = self.chance.choice([*COLUMNS[kind], "id"])
        direction = self.chance.choice(["", ".desc()", ".asc()"])
        query += f".order_by({kind}.{key}{direction}, {kind}.id)"
        end = self.chance.choice(ENDS)
        if not links or end in (".count()",) or self.chance.random() < 0.4:
            return query + end
        link = self.chance.choice(links)
        read = f"found.{link.name}"
        read = f"sorted({read}, key=lambda o: (o.id is None, o.id))" if link.many else read
        return f"[(found, {read}) for found in {query}]"

    def columns(self) -> str:
        kind = self.chance.choice(list(COLUMNS))
        keys = [f"{kind}.{key}" for key in COLUMNS[kind]]
        wanted = [self.chance.choice([*keys, f"{kind}.id", kind]), self.chance.choice(keys)]
        wanted.append(f"({kind}.id + {self.chance.randint(1, 5)}).label('more')")
        links = [link for link in LINKS if link.owner == kind and link.target != kind]
        if links and self.chance.random() < 0.5:
            link = self.chance.choice(links)
            wanted.append(f"{link.target}.{next(iter(COLUMNS[link.target]))}")
            query = f"session.query({', '.join(wanted)}).join({kind}.{link.name})"
            tail = f", {link.target}.id"
        else:
            query = f"session.query({', '.join(wanted)})"
            tail = ""
        query += f".filter({self.condition(kind, kind)})"
        if self.chance.random() < 0.25:
            inner = f"session.query({kind}.id).filter({self.condition(kind, kind, 1)})"
            query += f".filter({kind}.id.in_({inner}))"
        if self.chance.random() < 0.2:
            query += ".distinct()"
        return (
            f"{query}.order_by({kind}.id{tail}){self.chance.choice(['.all()', '.first()', '[:2]'])}"
        )

    def groups(self) -> str:
        link = self.chance.choice([found for found in LINKS if found.target != found.owner])
        kind = link.owner
        count = f"func.count({link.target}.id)"
        if self.chance.random() < 0.4:
            inner = (
                f"session.query({link.owner}.id.label('key'), {count}.label('many'))"
                f".join({kind}.{link.name}).group_by({kind}.id).subquery()"
            )
            return (
                f"(lambda part: session.query({kind}, part.c.many)"
                f".outerjoin(part, {kind}.id == part.c.key)"
                f".order_by({kind}.id).all())({inner})"
            )
        having = (
            f".having({count} > {self.chance.randint(0, 2)})" if self.chance.random() < 0.5 else ""
        )
        return (
            f"session.query({kind}.id, {count}.label('many')).outerjoin({kind}.{link.name})"
            f".group_by({kind}.id){having}.order_by(desc('many'), {kind}.id).all()"
        )

    def dump(self) -> list[str]:
        tables = ["authors", "books", "tags", "nodes", "cards", "book_tags"]
        return [
            f"show(lambda: session.execute(text('SELECT * FROM {table} ORDER BY 1, 2')).all())"
            for table in tables
        ]
