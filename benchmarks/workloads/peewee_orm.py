"""The workloads in peewee's words: it has no identity map, and `save` writes at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import peewee

from benchmarks.workloads import raw

database = peewee.SqliteDatabase(None)


class Table(peewee.Model):
    """What all have in common."""

    class Meta:
        """On one database."""

        database = database


class Person(Table):
    """Five columns."""

    name = peewee.CharField(null=True)
    email = peewee.CharField(null=True)
    age = peewee.IntegerField(null=True)
    city = peewee.CharField(null=True)


class Parent(Table):
    """The one side."""

    name = peewee.CharField(null=True)


class Child(Table):
    """The many side."""

    name = peewee.CharField(null=True)
    parent = peewee.ForeignKeyField(Parent, backref="children", null=True)


class Tag(Table):
    """Many to many."""

    name = peewee.CharField(null=True)
    parents = peewee.ManyToManyField(Parent, backref="tags")


ParentTag = Tag.parents.get_through_model()
TABLES = [Person, Parent, Child, Tag, ParentTag]


def empty() -> None:
    if not database.is_closed():
        database.close()
    database.init(":memory:")
    database.connect()
    database.create_tables(TABLES)


def with_people(count: int) -> None:
    empty()
    keys = ("name", "email", "age", "city")
    with database.atomic():
        for batch in peewee.chunked(raw.people(count), 200):
            Person.insert_many(batch, fields=[getattr(Person, key) for key in keys]).execute()


def with_families(parents: int = 1000, children: int = 10) -> None:
    empty()
    with database.atomic():
        rows = [(f"parent {n}",) for n in range(parents)]
        for batch in peewee.chunked(rows, 200):
            Parent.insert_many(batch, fields=[Parent.name]).execute()
        children_rows = [(f"child {n}", n // children + 1) for n in range(parents * children)]
        for batch in peewee.chunked(children_rows, 200):
            Child.insert_many(batch, fields=[Child.name, Child.parent]).execute()


def insert_10k() -> Callable[[], Any]:
    empty()
    keys = ("name", "email", "age", "city")
    rows = [dict(zip(keys, row, strict=True)) for row in raw.people(10_000)]

    def run() -> int:
        made = [Person(**row) for row in rows]
        with database.atomic():
            for person in made:
                person.save(force_insert=True)
        return sum(person.id for person in made)

    return run


def load_10k(keep: bool = False) -> Callable[[], Any]:
    with_people(10_000)

    def run() -> Any:
        found = list(Person.select())
        return found if keep else sum(person.age for person in found)

    return run


def rows_10k() -> Callable[[], Any]:
    with_people(10_000)

    def run() -> int:
        return sum(row[0] for row in Person.select(Person.id, Person.name).tuples())

    return run


def gets_cold() -> Callable[[], Any]:
    with_people(2000)

    def run() -> int:
        return sum(Person.get_by_id(n).age for n in range(1, 2001))

    return run


gets_warm = gets_cold
"""Without an identity map a known object is asked for again."""


def filter_by_first() -> Callable[[], Any]:
    with_people(2000)
    database.execute_sql("CREATE INDEX ix_person_name ON person (name)")

    def run() -> int:
        return sum(
            Person.select().where(Person.name == f"name {n}").first().age for n in range(2000)
        )

    return run


def lazy() -> Callable[[], Any]:
    with_families()

    def run() -> int:
        return sum(len(list(parent.children)) for parent in Parent.select())

    return run


def joined() -> Callable[[], Any]:
    with_families()

    def run() -> int:
        query = (
            Child.select(Child, Parent).join(Parent, peewee.JOIN.RIGHT_OUTER).order_by(Parent.id)
        )
        families: dict[int, list[Any]] = {}
        for child in query:
            families.setdefault(child.parent.id, []).append(child)
        return sum(map(len, families.values()))

    return run


def selectin() -> Callable[[], Any]:
    with_families()

    def run() -> int:
        found = peewee.prefetch(Parent.select(), Child.select())
        return sum(len(parent.children) for parent in found)

    return run


def update_5k() -> Callable[[], Any]:
    with_people(5000)
    known = list(Person.select())

    def run() -> int:
        with database.atomic():
            for person in known:
                person.age += 1
                person.save(only=[Person.age])
        total: int = Person.select(peewee.fn.SUM(Person.age)).scalar()
        return total

    return run


def delete_cascade() -> Callable[[], Any]:
    with_families()
    parents = list(Parent.select())

    def run() -> int:
        with database.atomic():
            for parent in parents:
                parent.delete_instance(recursive=True, delete_nullable=True)
        return Child.select().count()

    return run


def many_to_many() -> Callable[[], Any]:
    empty()

    def run() -> int:
        with database.atomic():
            tags = [Tag.create(name=f"tag {n}") for n in range(50)]
            for n in range(1000):
                parent = Parent.create(name=f"parent {n}")
                parent.tags.add([tags[(n + k) % 50] for k in range(5)])
        return sum(len(list(parent.tags)) for parent in Parent.select())

    return run


def build_and_render() -> Callable[[], Any]:
    empty()

    def run() -> int:
        count = 0
        for n in range(2000):
            query = (
                Parent.select()
                .join(Child)
                .switch(Parent)
                .join(ParentTag)
                .where(Parent.name == f"parent {n}", Child.name == f"child {n}", Parent.id > n)
            )
            sql, parameters = query.sql()
            count += bool(sql) + len(parameters)
        return count

    return run
