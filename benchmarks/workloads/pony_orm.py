"""The workloads in Pony's words: an identity map in each `db_session`, flushed at its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pony import orm

from benchmarks.workloads import raw

database = orm.Database()


class Person(database.Entity):  # type: ignore[misc, name-defined]
    """Five columns."""

    name = orm.Optional(str)
    email = orm.Optional(str)
    age = orm.Optional(int)
    city = orm.Optional(str)


class Parent(database.Entity):  # type: ignore[misc, name-defined]
    """The one side."""

    name = orm.Optional(str)
    children = orm.Set("Child", cascade_delete=True)
    tags = orm.Set("Tag")


class Child(database.Entity):  # type: ignore[misc, name-defined]
    """The many side."""

    name = orm.Optional(str)
    parent = orm.Optional(Parent)


class Tag(database.Entity):  # type: ignore[misc, name-defined]
    """Many to many."""

    name = orm.Optional(str)
    parents = orm.Set(Parent)


database.bind("sqlite", ":memory:")
database.generate_mapping(create_tables=True)


def empty() -> None:
    while finish:
        finish.pop()()
    database.drop_all_tables(with_all_data=True)
    database.create_tables()


def with_people(count: int) -> None:
    empty()
    with orm.db_session:
        database.get_connection().executemany(
            'INSERT INTO "Person" ("name", "email", "age", "city") VALUES (?, ?, ?, ?)',
            raw.people(count),
        )
        orm.commit()


def with_families(parents: int = 1000, children: int = 10) -> None:
    empty()
    with orm.db_session:
        connection = database.get_connection()
        connection.executemany(
            'INSERT INTO "Parent" ("name") VALUES (?)', [(f"parent {n}",) for n in range(parents)]
        )
        connection.executemany(
            'INSERT INTO "Child" ("name", "parent") VALUES (?, ?)',
            [(f"child {n}", n // children + 1) for n in range(parents * children)],
        )
        orm.commit()


def in_session(run: Callable[[], Any]) -> Callable[[], Any]:
    """Return a workload that opens its session as part of what is timed."""

    def whole() -> Any:
        with orm.db_session:
            return run()

    return whole


def insert_10k() -> Callable[[], Any]:
    empty()
    keys = ("name", "email", "age", "city")
    rows = [dict(zip(keys, row, strict=True)) for row in raw.people(10_000)]

    def run() -> int:
        made = [Person(**row) for row in rows]
        orm.commit()
        return sum(person.id for person in made)

    return in_session(run)


def load_10k(keep: bool = False) -> Callable[[], Any]:
    with_people(10_000)

    def run() -> int:
        return sum(person.age for person in Person.select()[:])

    def in_open_session() -> Any:
        """Keep the session open: when it ends, identity map and committed values are dropped."""
        session = orm.db_session()
        session.__enter__()
        found = list(Person.select()[:])
        finish.append(lambda: session.__exit__(None, None, None))
        return found

    return in_open_session if keep else in_session(run)


finish: list[Callable[[], None]] = []
"""What ends the sessions that `load_10k(keep=True)` has left open."""


def rows_10k() -> Callable[[], Any]:
    with_people(10_000)

    def run() -> int:
        return sum(row[0] for row in orm.select((p.id, p.name) for p in Person)[:])

    return in_session(run)


def gets_warm() -> Callable[[], Any]:
    with_people(2000)

    def run() -> int:
        return sum(Person[n].age for n in range(1, 2001))

    def with_all_known() -> Callable[[], Any]:
        session = orm.db_session()
        session.__enter__()
        kept.extend(Person.select()[:])

        def timed() -> int:
            try:
                return run()
            finally:
                session.__exit__()

        return timed

    kept: list[Any] = []
    return with_all_known()


def gets_cold() -> Callable[[], Any]:
    with_people(2000)
    return in_session(lambda: sum(Person[n].age for n in range(1, 2001)))


def filter_by_first() -> Callable[[], Any]:
    with_people(2000)
    with orm.db_session:
        database.execute('CREATE INDEX IF NOT EXISTS ix_person_name ON "Person" ("name")')

    def run() -> int:
        total = 0
        for n in range(2000):
            total += first(f"name {n}").age
        return total

    def first(name: str) -> Any:
        return Person.select(lambda p: p.name == name).first()

    return in_session(run)


def lazy() -> Callable[[], Any]:
    with_families()
    return in_session(lambda: sum(len(parent.children) for parent in Parent.select()[:]))


def joined() -> Callable[[], Any]:
    """Pony has no joined loading of collections: its prefetch stands in."""
    return selectin()


def selectin() -> Callable[[], Any]:
    with_families()
    return in_session(
        lambda: sum(len(p.children) for p in Parent.select().prefetch(Parent.children)[:])
    )


def update_5k() -> Callable[[], Any]:
    with_people(5000)
    session = orm.db_session()
    session.__enter__()
    known = list(Person.select()[:])

    def run() -> int:
        try:
            for person in known:
                person.age += 1
            orm.flush()
            total: int = database.select('SELECT sum("age") FROM "Person"')[0]
            orm.commit()
            return total
        finally:
            session.__exit__()

    return run


def delete_cascade() -> Callable[[], Any]:
    with_families()
    session = orm.db_session()
    session.__enter__()
    parents = list(Parent.select()[:])

    def run() -> int:
        try:
            for parent in parents:
                parent.delete()
            orm.commit()
            left: int = database.select('SELECT count(*) FROM "Child"')[0]
            return left
        finally:
            session.__exit__()

    return run


def many_to_many() -> Callable[[], Any]:
    empty()

    def run() -> int:
        with orm.db_session:
            tags = [Tag(name=f"tag {n}") for n in range(50)]
            for n in range(1000):
                parent = Parent(name=f"parent {n}")
                for k in range(5):
                    parent.tags.add(tags[(n + k) % 50])
        with orm.db_session:
            return sum(len(parent.tags) for parent in Parent.select()[:])

    return run


def build_and_render() -> Callable[[], Any]:
    empty()

    def run() -> int:
        count = 0
        for n in range(2000):
            name, child = f"parent {n}", f"child {n}"
            query = orm.select(
                p
                for p in Parent
                for c in p.children
                for t in p.tags
                if p.name == name and c.name == child and p.id > n
            )
            count += bool(query.get_sql()) + 3
        return count

    return in_session(run)
