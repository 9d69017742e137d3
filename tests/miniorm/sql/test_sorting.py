"""Sorting: each after those that it needs; circles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ormtutor.miniorm import exc
from ormtutor.miniorm.sql.constraints import ForeignKey
from ormtutor.miniorm.sql.schema import Column, MetaData, Table
from ormtutor.miniorm.sql.sorting import cycles, sort
from ormtutor.miniorm.sql.types import Integer


def table(metadata: MetaData, name: str, *referred: str) -> Table:
    keys = [Column(f"{other}_id", ForeignKey(f"{other}.id")) for other in referred]
    return Table(name, metadata, Column("id", Integer, primary_key=True), *keys)


class Node:
    def __init__(self, number: int) -> None:
        self.number = number


@given(
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)).map(sorted)),
    st.permutations(range(9)),
)
def test_every_node_comes_after_those_before_it(edges: list[list[int]], order: list[int]) -> None:
    nodes = [Node(number) for number in range(9)]
    pairs = [(nodes[first], nodes[second]) for first, second in edges if first != second]
    found = [node.number for node in sort(pairs, [nodes[number] for number in order])]
    assert all(found.index(one.number) < found.index(two.number) for one, two in pairs)


def test_without_edges_the_order_stays() -> None:
    nodes = [Node(number) for number in (3, 1, 2)]
    assert sort([], nodes) == nodes


def test_a_circle_is_an_error_that_names_its_nodes() -> None:
    one, two, three = nodes = [Node(number) for number in (1, 2, 3)]
    with pytest.raises(exc.CircularDependencyError) as caught:
        sort([(one, two), (two, one), (two, three)], nodes)
    assert caught.value.cycles == [one, two]


def test_a_node_behind_a_circle_is_not_in_it() -> None:
    one, two, three = nodes = [Node(number) for number in (1, 2, 3)]
    assert cycles([(one, two), (two, one), (two, three)], nodes) == [one, two]


def test_tables_stand_after_those_they_refer_to() -> None:
    metadata = MetaData()
    table(metadata, "letters", "users", "boxes")
    table(metadata, "boxes", "users")
    table(metadata, "users", "users")
    assert [found.name for found in metadata.sorted_tables] == ["users", "boxes", "letters"]


def test_tables_in_a_circle_are_sorted_by_name_with_a_warning() -> None:
    metadata = MetaData()
    table(metadata, "b", "a")
    table(metadata, "a", "b")
    with pytest.warns(exc.SAWarning) as heard:
        found = [each.name for each in metadata.sorted_tables]
    assert found == ["a", "b"]
    assert str(heard[0].message) == (
        'Cannot correctly sort tables; there are unresolvable cycles between tables "a, b", which '
        "is usually caused by mutually dependent foreign key constraints.  Foreign key constraints "
        "involving these tables will not be considered; this warning may raise an error in a "
        "future release."
    )
