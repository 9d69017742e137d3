"""Query and select(): each spelling in the other."""

from __future__ import annotations

import pytest

from ormtutor.spelling import Spelling, Untranslatable, respelled

BOTH_WAYS = [
    ('session.query(Book).filter_by(title="Sea").all()',
     'session.scalars(select(Book).filter_by(title="Sea")).all()'),
    ("for b in session.query(Book).order_by(Book.title): print(b)",
     "for b in session.scalars(select(Book).order_by(Book.title)): print(b)"),
    ("s.query(Book).filter(Book.id == 1).one()",
     "s.scalars(select(Book).where(Book.id == 1)).one()"),
    ("session.query(Book.title, Note.text).join(Book.notes).all()",
     "session.execute(select(Book.title, Note.text).join(Book.notes)).all()"),
    ("[b.title for b in session.query(Book)]", "[b.title for b in session.scalars(select(Book))]"),
    ("session.query(Book).filter(Book.id.in_(session.query(Note.book_id))).all()",
     "session.scalars(select(Book).where(Book.id.in_(select(Note.book_id)))).all()"),
    ("é = session.query(Book).one_or_none(); r = session.query(Note).one()",
     "é = session.scalars(select(Book)).one_or_none(); r = session.scalars(select(Note)).one()"),
    ("q = session.query(Book).distinct()", "q = select(Book).distinct()"),
]  # fmt: skip
AS_SELECT = [
    ("session.query(Book).first()", "session.scalars(select(Book).limit(1)).first()"),
    ("session.query(Book).get(3)", "session.get(Book, 3)"),
    ("session.query(func.max(Book.id)).scalar()",
     "session.execute(select(func.max(Book.id))).scalar_one_or_none()"),
    ("session.query(Book).count()",
     "session.scalar(select(func.count()).select_from(select(Book).subquery()))"),
    ("session.query(Book).options(joinedload(Book.notes)).all()",
     "session.scalars(select(Book).options(joinedload(Book.notes))).unique().all()"),
    ("session.query(Book)[1:3]", "session.scalars(select(Book).slice(1, 3)).all()"),
    ("list(session.query(Book.id, Book.title))",
     "list(session.execute(select(Book.id, Book.title)))"),
    ("session.query(Book).populate_existing().all()",
     "session.scalars(select(Book).execution_options(populate_existing=True)).all()"),
    ("session.query(Book).with_entities(Book.id).all()",
     "session.execute(select(Book).with_only_columns(Book.id)).all()"),
    ('session.query(Book).filter(Book.id > 1).update({"title": "x"}, synchronize_session=False)',
     'session.execute(update(Book).where(Book.id > 1).values({"title": "x"})'
     ".execution_options(synchronize_session=False)).rowcount"),
    ("session.query(Book).delete()", "session.execute(delete(Book)).rowcount"),
]  # fmt: skip
AS_QUERY = [
    ("session.scalar(select(func.count()).select_from(Book))",
     "session.query(func.count()).select_from(Book).scalar()"),
    ("session.execute(select(Book)).scalars().unique().all()", "session.query(Book).all()"),
    ("session.execute(select(Book)).scalar_one()", "session.query(Book).one()"),
    ("session.execute(select(Book.title)).scalar_one()", "session.query(Book.title).scalar()"),
    ('session.execute(update(Book).where(Book.id == 1).values(title="x"))',
     'session.query(Book).filter(Book.id == 1).update(dict(title="x"))'),
    ("session.execute(delete(Book))", "session.query(Book).delete()"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "select"), BOTH_WAYS + AS_SELECT)
def test_a_query_as_select(query: str, select: str) -> None:
    found = respelled(query)
    assert (found.style, found.source) == ("select()", select)


@pytest.mark.parametrize(("query", "select"), BOTH_WAYS + [(q, s) for s, q in AS_QUERY])
def test_a_select_as_query(query: str, select: str) -> None:
    assert respelled(select) == Spelling("Query", query, ())


def test_what_is_to_be_imported_is_named() -> None:
    assert respelled("session.query(Book).count()").imports == ("func", "select")
    assert respelled("session.query(Book).delete()").imports == ("delete",)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("x = 1", "there is no query(...) and no select(...) in it"),
        ("session.query(", "it is no complete Python"),
        ("session.query(Book)[0]", "an index of a Query has no counterpart; `[0:1]` has one"),
        ("session.query(Book).with_for_update()",
         "select() has no with_for_update() that does the same"),
        ('session.query(Book).filter("id = 1")',
         "a string in filter() is a spelling of the oldest tutorials"),
        ("session.query(Book, Note).filter(x).delete()",
         "delete() here stands behind more than filters of one class"),
        ("session.execute(select(Book)).all()",
         "execute() gives rows of one object each, a Query the objects"),
        ("session.scalars(select(Book.title)).all()",
         "a Query of columns gives rows, and has no scalars()"),
        ("session.scalars(select(Book)).partitions()",
         "a Query has nothing that does what partitions() does"),
        ("session.scalars(select(Book).with_hint(x)).all()",
         "Query has no with_hint() that does the same"),
        ("session.execute(update(Book).returning(Book.id))",
         "a Query has no update() that does the same"),
    ],
)  # fmt: skip
def test_what_only_the_one_can_say_is_refused(source: str, reason: str) -> None:
    with pytest.raises(Untranslatable) as refused:
        respelled(source)
    assert str(refused.value) == reason
