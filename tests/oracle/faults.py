"""Programs whose database fails once: at the nth statement of a flush, for every n.

A program makes objects and commits them, notes what they and the tables hold, does random work, and
writes it with a connection that raises at the nth statement; COMMIT and SAVEPOINT count. After
rollback() the objects and the tables must be as noted. Then the same work is done again, and the
tables must be those of a run without the fault. A last line says that this held for each n. Work
whose result differs the second time even if nothing was written the first time is left alone.

RELEASE SAVEPOINT does not fail here: after that, SQLAlchemy does not roll back to the savepoint.

The error is printed without its SQL: in SQLAlchemy, the order of a set decides which of two
independent tables comes first.
"""

from __future__ import annotations

import random
import textwrap

from tests.oracle.generator import COLUMNS, LINKS, OPENING, Generator, Program

HARNESS = '''\
import sqlite3

HEAL = False

class Fault:
    """left: at which statement from now on it strikes; 0: it does not."""
    left = 0

def arm(number):
    if number < 0:
        raise RuntimeError("before anything was written")
    Fault.left = number

def strike(statement):
    if Fault.left and not statement.startswith("RELEASE"):
        Fault.left -= 1
        if not Fault.left:
            raise sqlite3.OperationalError("disk I/O error")

class Cursor(sqlite3.Cursor):
    def execute(self, statement, *parameters):
        strike(statement)
        return super().execute(statement, *parameters)

    def executemany(self, statement, sets):
        sets = list(sets)
        try:
            strike(statement)
        except sqlite3.OperationalError:
            super().executemany(statement, sets[: len(sets) // 2])
            raise
        return super().executemany(statement, sets)

class FaultyConnection(sqlite3.Connection):
    def cursor(self, factory=None):
        return super().cursor(Cursor)

    def commit(self):
        strike("COMMIT")
        super().commit()

def told(value):
    if isinstance(value, (list, set)):
        return sorted(str(words(found)) for found in value)
    return words(value)

def value(obj, key):
    try:
        return told(getattr(obj, key))
    except Exception as error:
        return type(error).__name__

def values(objects):
    return [{key: value(obj, key) for key in inspect(obj).attrs.keys()} for obj in objects]

def rows(session):
    tables = ["authors", "books", "tags", "nodes", "cards", "book_tags"]
    return [list(map(tuple, session.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2"))))
            for table in tables]

def faulty_engine():
    engine = create_engine("sqlite://", connect_args={"factory": FaultyConnection})
    event.listen(engine, "connect", keep_foreign_keys)
    Base.metadata.create_all(engine)
    return engine
'''

SCENARIO = """
def scenario(number, expected):
    engine = faulty_engine()
    session = Session(engine, autoflush=False, expire_on_commit={expire})
{setup}
    session.commit()
    def first():
{first}
    def work():
{work}
        return [found for found in locals().values() if isinstance(found, Base)]
    def write(number):
{write}
    {first_call}
    objects = sorted(session, key=lambda obj: str(inspect(obj).identity_key))
    session.expire_all()
    before = values(objects), rows(session)
    {forget}
    made = []
    try:
        write(number)
    except Exception as error:
        print(number, type(error).__name__, str(error).partition("\\n")[0])
        if Fault.left or not number:
            return False
    if not number or Fault.left:
        Fault.left = 0
        session.commit()
        return rows(session)
    print([state(obj) for obj in made], session.is_active)
    show(lambda: session.execute(text("SELECT 1")).scalar())
    session.rollback()
    print([state(obj) for obj in made])
    print(len(session.new), len(session.dirty), len(session.deleted))
    after = values(objects), rows(session)
    write(0)
    session.commit()
    found = rows(session)
    if number < 0:
        return (after, found) == (before, expected)
    print("as before:", after == before or (before, after))
    print("as without:", found == expected or (expected, found))
    return True

def can_be_repeated():
    try:
        return scenario(-1, expected)
    except Exception as error:
        print(type(error).__name__, str(error).partition("\\n")[0])

try:
    expected = scenario(0, None)
except Exception as error:
    expected = False
print(expected)
for number in range(1, 60 if expected and can_be_repeated() else 1):
    done = scenario(number, expected)
    if done is not True:
        print("all of them:", done == expected)
        break
"""

WRITES = {
    "commit": "made[:] = work()\narm(number)\nsession.commit()",
    "flush": "made[:] = work()\narm(number)\nsession.flush()",
    "savepoint": (
        "savepoint = session.begin_nested()\nmade[:] = work()\narm(number)\n"
        "session.flush()\nsavepoint.commit()"
    ),
}


def generate_faults(seed: int) -> Program:
    """Return the program of a seed."""
    return FaultGenerator(random.Random(seed), seed).faults()


class FaultGenerator(Generator):
    """Draws one program; its work is in functions, so that it can be done more than once."""

    # A tree that is only told from below rarely becomes a ring.
    links = tuple(link for link in LINKS if link.name != "children")

    def faults(self) -> Program:
        chance = self.chance
        models = self.models()
        setup = [self.make(kind) for kind in COLUMNS for _ in range(2)]
        setup += self.draw(chance.randint(0, 3))
        inside = chance.random() < 0.4
        first = self.draw(chance.randint(1, 3)) if inside else []
        known = {kind: list(names) for kind, names in self.names.items()}
        work = self.draw(chance.randint(2, 8))
        self.names = known
        how = chance.choice(["commit", "flush", "savepoint"])
        scenario = SCENARIO.format(
            expire=chance.random() < 0.8,
            setup=textwrap.indent("\n".join(setup), " " * 4),
            first=textwrap.indent("\n".join([*first, "session.flush()"]), " " * 8),
            work=textwrap.indent("\n".join(work), " " * 8),
            write=textwrap.indent(WRITES[how], " " * 8),
            first_call="first()" if inside and how == "savepoint" else "",
            forget="session.expire_all()" if chance.random() < 0.5 else "",
        )
        return Program(self.seed, [OPENING, HARNESS, models, scenario])

    def draw(self, count: int) -> list[str]:
        """Return so many blocks that change objects."""
        actions = [self.change, self.change, self.link, self.link, self.unlink, self.delete]
        actions += [self.make_any, self.make_any]
        return [self.chance.choice(actions)() for _ in range(count)]
