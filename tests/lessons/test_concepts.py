"""The course teaches every concept and every name of the classic tutorials."""

from __future__ import annotations

from pathlib import Path

from ormtutor.course.lesson import Lesson
from ormtutor.course.library import find, parse
from tests.concepts import CONCEPTS, Concept, stands_in, uncovered

TAUGHT = [concept for concepts in CONCEPTS.values() for concept in concepts]

# The names that a reader of the classic ORM tutorial meets.
NAMES = """
    __version__ create_engine echo connect execute text declarative_base __tablename__ Column
    Integer String Text Sequence primary_key Table MetaData create_all ForeignKey mapper
    registry map_imperatively clear_mappers __table__ __mapper__ InstrumentedAttribute __init__
    __repr__ sessionmaker configure bind Session add add_all new dirty deleted flush commit rollback
    refresh get delete merge close inspect query filter filter_by order_by limit offset label
    aliased like ilike in_ notin_ is_ isnot and_ or_ match tuple_ all first one one_or_none scalar
    NoResultFound MultipleResultsFound params from_statement columns statement count func group_by
    select_from relationship back_populates backref uselist collection_class
    attribute_mapped_collection join outerjoin of_type subquery c distinct exists any has contains
    with_parent options selectinload subqueryload joinedload lazyload contains_eager
    populate_existing lazy cascade passive_deletes ondelete secondary
"""

SMALL = """```toml lesson
format = 1
id = "small"
title = "Small"
needs = []
```

# Small

Text.

## One {#one}

A **new thing** stands
here, in context.

```pycon
>>> word = "context"

```

```python mistake
#: No.
text = "wrong"
```
"""


def small(folder: Path) -> Lesson:
    path = folder / "01-small.md"
    path.write_text(SMALL, encoding="utf-8")
    return parse(path)


def test_each_concept_is_taught_where_the_table_says() -> None:
    assert uncovered(TAUGHT, find().lessons) == []


def test_each_name_of_the_classic_tutorial_stands_in_the_table() -> None:
    spelled = "\n".join(spelling for concept in TAUGHT for spelling in concept.code)
    assert [name for name in NAMES.split() if not stands_in(name, spelled)] == []


def test_no_concept_stands_in_the_table_twice() -> None:
    names = [concept.name for concept in TAUGHT]
    assert sorted(set(names)) == sorted(names)


def test_what_a_step_says_and_shows_is_covered(tmp_path: Path) -> None:
    taught = [
        Concept("told", "small/one", says="a new thing stands here"),
        Concept("shown", "small/one", code=("word",)),
    ]
    assert uncovered(taught, [small(tmp_path)]) == []


def test_what_a_step_lacks_is_told_by_name_and_place(tmp_path: Path) -> None:
    wanted = [
        Concept("no step", "small/two", code=("word",)),
        Concept("half a word, and a mistake's", "small/one", code=("text", "context")),
        Concept("not told", "small/one", says="an old thing"),
    ]
    assert uncovered(wanted, [small(tmp_path)]) == [
        "no step: there is no step small/two",
        "half a word, and a mistake's: small/one does not show text",
        "not told: small/one does not say 'an old thing'",
    ]
