"""The schema as a picture, as sentences, as Mermaid."""

from __future__ import annotations

from typing import Any

from ormtutor.repl import schema
from tests.repl.shelf import texts


def column(name: str, kind: str = "INTEGER", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "key": False, "required": False, "refers": [], **more}


def end(place: str, target: str, kind: str, back: str = "", secondary: str = "") -> dict[str, Any]:
    cls, _, name = place.partition(".")
    return {"class": cls, "name": name, "target": target, "kind": kind, "back": back,
            "secondary": secondary}  # fmt: skip


CONTENT: dict[str, Any] = {
    "tables": [
        {"name": "books", "class": "Book",
         "columns": [column("id", key=True), column("title", "VARCHAR(60)", required=True)]},
        {"name": "notes", "class": "Note",
         "columns": [column("id", key=True), column("book_id", "", refers=["books.id"])]},
        {"name": "odd pairs", "class": "",
         "columns": [column("a", "NUMERIC(10, 2)", key=True, refers=["books.id"])]},
    ],
    "relationships": [
        end("Note.book", "Book", "many-to-one", "notes"),
        end("Book.notes", "Note", "one-to-many", "book"),
        end("Book.tags", "Book", "many-to-many", "", "odd pairs"),
        end("Note.later", "", "", ""),
    ],
}  # fmt: skip
EMPTY: dict[str, Any] = {"tables": [], "relationships": []}


def test_boxes_stand_side_by_side_as_room_allows() -> None:
    assert texts(schema.picture(CONTENT, 70))[:7] == [
        "┌──────────────────────────────┐   ┌───────────────────────────────┐",
        "│ books  class Book            │   │ notes  class Note             │",
        "├──────────────────────────────┤   ├───────────────────────────────┤",
        "│ id     INTEGER      key      │   │ id       INTEGER  key         │",
        "│ title  VARCHAR(60)  not null │   │ book_id           -> books.id │",
        "└──────────────────────────────┘   └───────────────────────────────┘",
        "┌─────────────────────────────────────┐",
    ]


def test_on_a_narrow_screen_they_stand_below_each_other() -> None:
    shown = texts(schema.picture(CONTENT, 40))
    assert [line.count("┌") for line in shown if "┌" in line] == [1, 1, 1]
    assert max(map(len, shown)) <= 40


def test_each_relationship_is_a_line_with_both_ends() -> None:
    assert texts(schema.picture(CONTENT, 80))[-3:] == [
        "Book.notes  ──<   Note.book             one-to-many",
        "Book.tags   >──<  Book                  many-to-many through odd pairs",
        "Note.later  ──>   (not worked out yet)",
    ]


def test_line_mode_has_sentences() -> None:
    assert schema.words(CONTENT) == [
        "Table books, class Book: id INTEGER primary key; title VARCHAR(60) not null.",
        "Table notes, class Note: id INTEGER primary key; book_id refers to books.id.",
        "Table odd pairs, no class: a NUMERIC(10, 2) primary key refers to books.id.",
        "Book.notes and Note.book: one-to-many.",
        "Book.tags and Book: many-to-many, through the table odd pairs.",
        "Note.later and (not worked out yet): not worked out yet.",
    ]


def test_a_page_gets_an_er_diagram() -> None:
    assert schema.mermaid(CONTENT) == [
        "erDiagram",
        "    books {",
        "        INTEGER id PK",
        "        VARCHAR(60) title",
        "    }",
        "    notes {",
        "        INTEGER id PK",
        "        any book_id FK",
        "    }",
        '    "odd pairs" {',
        "        NUMERIC(10_2) a PK, FK",
        "    }",
        '    books ||--o{ notes : "notes / book"',
        '    books }o--o{ books : "tags"',
    ]


def test_without_classes_it_says_so() -> None:
    assert texts(schema.picture(EMPTY, 80)) == [schema.NO_CLASSES]
    assert schema.words(EMPTY) == [schema.NO_CLASSES]
