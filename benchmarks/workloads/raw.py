"""The limit: sqlite3 by hand, and plain objects with `__slots__`."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

SCHEMA = """
CREATE TABLE person
    (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR, email VARCHAR, age INTEGER, city VARCHAR);
CREATE TABLE parent (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR);
CREATE TABLE child
    (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR, parent_id INTEGER REFERENCES parent (id));
CREATE TABLE tag (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR);
CREATE TABLE parent_tag
    (parent_id INTEGER REFERENCES parent (id), tag_id INTEGER REFERENCES tag (id));
CREATE INDEX ix_child_parent_id ON child (parent_id);
CREATE INDEX ix_parent_tag_parent_id ON parent_tag (parent_id);
"""
COLUMNS = "id, name, email, age, city"


class Person:
    """A row of person."""

    __slots__ = ("age", "city", "email", "id", "name")

    def __init__(self, id: int | None, name: str, email: str, age: int, city: str) -> None:
        self.id = id
        self.name = name
        self.email = email
        self.age = age
        self.city = city


class Parent:
    """A row of parent, with its children and tags."""

    __slots__ = ("children", "id", "name", "tags")

    def __init__(self, id: int | None, name: str) -> None:
        self.id = id
        self.name = name
        self.children: list[Child] = []
        self.tags: list[Any] = []


class Child:
    """A row of child."""

    __slots__ = ("id", "name", "parent_id")

    def __init__(self, id: int | None, name: str, parent_id: int | None) -> None:
        self.id = id
        self.name = name
        self.parent_id = parent_id


def connect() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.executescript(SCHEMA)
    return connection


def people(count: int) -> list[tuple[str, str, int, str]]:
    return [(f"name {n}", f"n{n}@mill.example", n % 90, f"city {n % 50}") for n in range(count)]


def with_people(count: int) -> sqlite3.Connection:
    connection = connect()
    connection.executemany(
        "INSERT INTO person (name, email, age, city) VALUES (?, ?, ?, ?)", people(count)
    )
    connection.commit()
    return connection


def with_families(parents: int = 1000, children: int = 10) -> sqlite3.Connection:
    connection = connect()
    connection.executemany(
        "INSERT INTO parent (name) VALUES (?)", [(f"parent {n}",) for n in range(parents)]
    )
    rows = [(f"child {n}", n // children + 1) for n in range(parents * children)]
    connection.executemany("INSERT INTO child (name, parent_id) VALUES (?, ?)", rows)
    connection.commit()
    return connection


def insert_10k() -> Callable[[], Any]:
    connection = connect()

    def run() -> int:
        made = [Person(None, *row) for row in people(10_000)]
        for person in made:
            cursor = connection.execute(
                "INSERT INTO person (name, email, age, city) VALUES (?, ?, ?, ?)",
                (person.name, person.email, person.age, person.city),
            )
            person.id = cursor.lastrowid
        connection.commit()
        return sum(person.id or 0 for person in made)

    return run


def load_10k(keep: bool = False) -> Callable[[], Any]:
    connection = with_people(10_000)

    def run() -> Any:
        known: dict[int, Person] = {}
        for row in connection.execute(f"SELECT {COLUMNS} FROM person"):
            known[row[0]] = Person(*row)
        return list(known.values()) if keep else sum(person.age for person in known.values())

    return run


def rows_10k() -> Callable[[], Any]:
    connection = with_people(10_000)

    def run() -> int:
        return sum(row[0] for row in connection.execute("SELECT id, name FROM person").fetchall())

    return run


def gets_warm() -> Callable[[], Any]:
    connection = with_people(2000)
    known = {row[0]: Person(*row) for row in connection.execute(f"SELECT {COLUMNS} FROM person")}

    def run() -> int:
        get = known.get
        return sum(get(n).age for n in range(1, 2001))  # type: ignore[union-attr]

    return run


def gets_cold() -> Callable[[], Any]:
    connection = with_people(2000)

    def run() -> int:
        known: dict[int, Person] = {}
        for n in range(1, 2001):
            row = connection.execute(f"SELECT {COLUMNS} FROM person WHERE id = ?", (n,)).fetchone()
            known[n] = Person(*row)
        return sum(person.age for person in known.values())

    return run


def filter_by_first() -> Callable[[], Any]:
    connection = with_people(2000)
    connection.execute("CREATE INDEX ix_person_name ON person (name)")

    def run() -> int:
        total = 0
        for n in range(2000):
            sql = f"SELECT {COLUMNS} FROM person WHERE name = ? LIMIT 1 OFFSET 0"
            total += Person(*connection.execute(sql, (f"name {n}",)).fetchone()).age
        return total

    return run


def lazy() -> Callable[[], Any]:
    connection = with_families()

    def run() -> int:
        count = 0
        for row in connection.execute("SELECT id, name FROM parent").fetchall():
            parent = Parent(*row)
            sql = "SELECT id, name, parent_id FROM child WHERE parent_id = ?"
            parent.children = [Child(*found) for found in connection.execute(sql, (parent.id,))]
            count += len(parent.children)
        return count

    return run


def joined() -> Callable[[], Any]:
    connection = with_families()

    def run() -> int:
        parents: dict[int, Parent] = {}
        sql = (
            "SELECT p.id, p.name, c.id, c.name, c.parent_id FROM parent p "
            "LEFT OUTER JOIN child c ON p.id = c.parent_id"
        )
        for parent_id, name, *child in connection.execute(sql):
            parent = parents.get(parent_id)
            if parent is None:
                parent = parents[parent_id] = Parent(parent_id, name)
            parent.children.append(Child(*child))
        return sum(len(parent.children) for parent in parents.values())

    return run


def selectin() -> Callable[[], Any]:
    connection = with_families()

    def run() -> int:
        parents = {
            row[0]: Parent(*row) for row in connection.execute("SELECT id, name FROM parent")
        }
        keys = list(parents)
        for begin in range(0, len(keys), 500):
            chunk = keys[begin : begin + 500]
            marks = ", ".join("?" * len(chunk))
            sql = f"SELECT id, name, parent_id FROM child WHERE parent_id IN ({marks})"
            for row in connection.execute(sql, chunk):
                parents[row[2]].children.append(Child(*row))
        return sum(len(parent.children) for parent in parents.values())

    return run


def update_5k() -> Callable[[], Any]:
    connection = with_people(5000)
    known = [Person(*row) for row in connection.execute(f"SELECT {COLUMNS} FROM person")]

    def run() -> int:
        for person in known:
            person.age += 1
        rows = [(person.age, person.id) for person in known]
        connection.executemany("UPDATE person SET age=? WHERE id = ?", rows)
        connection.commit()
        total: int = connection.execute("SELECT sum(age) FROM person").fetchone()[0]
        return total

    return run


def delete_cascade() -> Callable[[], Any]:
    connection = with_families()
    parents = [Parent(*row) for row in connection.execute("SELECT id, name FROM parent")]

    def run() -> int:
        doomed: list[tuple[int]] = []
        for parent in parents:
            sql = "SELECT id, name, parent_id FROM child WHERE parent_id = ?"
            children = [Child(*row) for row in connection.execute(sql, (parent.id,))]
            doomed.extend((child.id,) for child in children)  # type: ignore[misc]
        connection.executemany("DELETE FROM child WHERE id = ?", doomed)
        connection.executemany("DELETE FROM parent WHERE id = ?", [(p.id,) for p in parents])
        connection.commit()
        left: int = connection.execute("SELECT count(*) FROM child").fetchone()[0]
        return left

    return run


def many_to_many() -> Callable[[], Any]:
    connection = connect()

    def run() -> int:
        parents = [Parent(None, f"parent {n}") for n in range(1000)]
        tags = [
            connection.execute("INSERT INTO tag (name) VALUES (?)", (f"tag {n}",)).lastrowid
            for n in range(50)
        ]
        for parent in parents:
            parent.id = connection.execute(
                "INSERT INTO parent (name) VALUES (?)", (parent.name,)
            ).lastrowid
        rows = [(p.id, tags[(n + k) % 50]) for n, p in enumerate(parents) for k in range(5)]
        connection.executemany("INSERT INTO parent_tag (parent_id, tag_id) VALUES (?, ?)", rows)
        connection.commit()
        known = {row[0]: row for row in connection.execute("SELECT id, name FROM tag")}
        count = 0
        for parent_id, name in connection.execute("SELECT id, name FROM parent").fetchall():
            parent = Parent(parent_id, name)
            sql = "SELECT tag.id, tag.name FROM tag, parent_tag WHERE ? = parent_id AND id = tag_id"
            parent.tags = [known[row[0]] for row in connection.execute(sql, (parent_id,))]
            count += len(parent.tags)
        return count

    return run


def build_and_render() -> Callable[[], Any]:
    def run() -> int:
        count = 0
        for n in range(2000):
            sql = (
                "SELECT parent.id, parent.name FROM parent "
                "JOIN child ON parent.id = child.parent_id "
                "JOIN parent_tag ON parent.id = parent_tag.parent_id "
                "WHERE parent.name = ? AND child.name = ? AND parent.id > ?"
            )
            parameters = (f"parent {n}", f"child {n}", n)
            count += bool(sql) + len(parameters)
        return count

    return run
