"""Query: what it makes of what it is told."""

from __future__ import annotations

from ormtutor.miniorm.orm.session import Session
from tests.miniorm.orm.gardens import Gardens


def test_a_string_to_sort_by_is_a_column_or_else_sql_text(
    session: Session, gardens: Gardens
) -> None:
    query = session.query(gardens.Tool.id).order_by("id", "name DESC")
    assert str(query) == ("SELECT tools.id AS tools_id \nFROM tools ORDER BY tools.id, name DESC")


def test_it_is_text_inside_a_subquery_too(session: Session, gardens: Gardens) -> None:
    query = session.query(gardens.Tool.id).order_by("name DESC").limit(1)
    assert str(session.query(query.subquery())) == (
        "SELECT anon_1.id AS anon_1_id \n"
        "FROM (SELECT tools.id AS id \nFROM tools ORDER BY name DESC\n LIMIT ? OFFSET ?) AS anon_1"
    )
