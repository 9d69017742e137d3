"""Join condition: which columns of a relationship refer to which.

Before: orm/relationships.py gives two tables, perhaps a third between them, perhaps conditions.
Here:   the condition that the foreign keys make; which columns in it are foreign, remote, local;
        the direction; the pairs to copy in a flush; the condition with values for one side, or with
        aliases for tables.
After:  orm/dependency.py copies along the pairs; orm/strategies.py and orm/context.py use the
        adapted conditions.

The role of a column is kept in its annotations, `foreign`, `remote` and `local`, since one column
may occur twice in different roles: in a self-referential table.

Follows: SQLAlchemy 1.4, "Configuring how Relationship Joins".
"""

from __future__ import annotations

from collections import namedtuple
from itertools import product
from operator import attrgetter

from ormtutor.miniorm.exc import AmbiguousForeignKeysError, ArgumentError, NoForeignKeysError, warn
from ormtutor.miniorm.sql import operators
from ormtutor.miniorm.sql.elements import ClauseList, and_, as_condition, bindparam
from ormtutor.miniorm.sql.naming import symbol
from ormtutor.miniorm.sql.schema import Column
from ormtutor.miniorm.sql.selectable import Join, join_condition
from ormtutor.miniorm.sql.traversal import adapt, clone, iterate, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from ormtutor.miniorm.sql.elements import ColumnElement
    from ormtutor.miniorm.sql.selectable import FromClause

    Pair = tuple[Any, Any]

ONETOMANY = symbol("ONETOMANY")
MANYTOONE = symbol("MANYTOONE")
MANYTOMANY = symbol("MANYTOMANY")

_ROLES = {"foreign": "foreign", "remote": "remote", "local": "local"}

_is_column = attrgetter("_is_column_clause")


# What is wrong, what to do about it, and the end of that without and with a secondary table.
_UNDETERMINED = {
    NoForeignKeysError: (
        "no foreign keys linking these tables",
        "Ensure that referencing columns are associated with a ForeignKey or ForeignKeyConstraint, "
        "or specify",
        "a 'primaryjoin' expression.",
        "'primaryjoin' and 'secondaryjoin' expressions.",
    ),
    AmbiguousForeignKeysError: (
        "multiple foreign key paths linking the tables",
        "Specify the 'foreign_keys' argument, providing a list of those columns which should be "
        "counted as containing a foreign key reference",
        "to the parent table.",
        "from the secondary table to each of the parent and child tables.",
    ),
}


# Marking columns ------------------------------------------------------------------------------


def foreign(expr: Any) -> Any:
    """Mark the columns of an expression as foreign keys, in a primaryjoin."""
    return _mark_columns(as_condition(expr), "foreign", lambda column: True)


def remote(expr: Any) -> Any:
    """Mark the columns of an expression as those of the related side, in a primaryjoin."""
    return _mark_columns(as_condition(expr), "remote", lambda column: True)


def _mark_columns(expr: Any, role: str, chosen: Callable[[Any], bool]) -> Any:
    def mark(element: Any) -> Any:
        if element._is_column_clause and role not in element._annotations and chosen(element):
            return element._annotate({role: True})
        return None

    return replace(expr, mark)


def _with_roles(expr: Any, roles: dict[str, str]) -> Any:
    """The expression with its columns' roles renamed, and without other annotations.

    Columns are marked anew, since in a class body they are marked before they have their names.
    """

    def exchange(element: Any) -> Any:
        old = element._annotations
        kept = {new: True for role, new in roles.items() if role in old}
        return element._with_annotations(kept) if old else None

    return replace(expr, exchange)


def _columns_with(expr: Any, role: str) -> list[Any]:
    return [each for each in iterate(expr) if _is_column(each) and role in each._annotations]


def _binaries(expr: Any) -> list[Any]:
    """The comparisons (and other operators with two sides) in an expression."""
    return [element for element in iterate(expr) if element.__visit_name__ == "binary"]


def _mark_sides(expr: Any, role: str, chosen: Callable[[Any, Any], tuple[bool, bool]]) -> Any:
    """The expression with a role on those sides of each comparison that `chosen` picks."""

    def mark(element: Any) -> Any:
        if element.__visit_name__ != "binary":
            return None
        left, right = chosen(element.left, element.right)
        if not (left or right):
            return None
        copy = clone(element)
        if left:
            copy.left = element.left._annotate({role: True})
        if right:
            copy.right = element.right._annotate({role: True})
        return copy

    return replace(expr, mark)


def _among(columns: list[Any]) -> Callable[[Any], bool]:
    """A test of whether a column, whatever its role, is one of these."""
    known = {column._deannotated for column in columns}
    return lambda column: column._deannotated in known


def _with_own_literals(expr: Any) -> Any:
    """The condition, if there is one, with literals whose names no other use shares."""
    if expr is None:
        return None
    return replace(expr, lambda part: clone(part) if part._is_bind_parameter else None)


def _tables_aliased(selectable: Any) -> Any:
    """A FROM element under another name; of a join, each table."""
    if not selectable._is_join:
        return selectable.alias()
    left, right = _tables_aliased(selectable.left), _tables_aliased(selectable.right)
    onclause = adapt(selectable.onclause, (left, ""), (right, ""))
    return Join(left, right, onclause, selectable.isouter, selectable.full)


# columns: by the key of each bind parameter in the criterion, the column whose value it takes.
LazyClause = namedtuple("LazyClause", "criterion columns")


class AdaptedJoin(namedtuple("AdaptedJoin", "primaryjoin secondaryjoin secondary target places")):
    """A relationship's condition for the FROM objects of one query.

    places: where adapt() looks for columns.
    """

    __slots__ = ()

    @property
    def condition(self) -> Any:
        """The whole condition, as one."""
        if self.secondaryjoin is None:
            return self.primaryjoin
        return self.primaryjoin & self.secondaryjoin

    def aliased(self, source: FromClause | None) -> AdaptedJoin:
        """The same for tables that have other names; the association table gets one here."""
        primaryjoin, secondaryjoin = map(_with_own_literals, self[:2])
        to_dest, secondary = (self.target, ""), self.secondary
        if secondary is None:
            places = to_dest, (source, "")
            primaryjoin = adapt(primaryjoin, (self.target, "local"), (source, "remote"))
        else:
            secondary = _tables_aliased(secondary)
            places = to_dest, (secondary, "local")
            secondaryjoin = adapt(secondaryjoin, *places)
            primaryjoin = adapt(primaryjoin, places[1], (source, ""))
        return AdaptedJoin(primaryjoin, secondaryjoin, secondary, self.target, places)

    def adapt(self, criterion: Any) -> Any:
        """A criterion for the destination, with the names that the tables have in the query."""
        # FASTPATH: any() and has() seldom need an alias.
        return adapt(criterion, *self.places) if self.places else criterion

    def with_criteria(self, criteria: Iterable[ColumnElement]) -> AdaptedJoin:
        """The same with further criteria for the destination."""
        last = "primaryjoin" if self.secondaryjoin is None else "secondaryjoin"
        return self._replace(**{last: and_(getattr(self, last), *map(self.adapt, criteria))})

    def steps(self, isouter: bool) -> list[Pair]:
        """The joins, (right, ON), that lead to the destination."""
        if self.secondaryjoin is None:
            return [(self.target, self.primaryjoin)]
        if isouter:
            # Association rows must not appear on their own: they are joined with the right first.
            return [(Join(self.secondary, self.target, self.secondaryjoin), self.primaryjoin)]
        return [(self.secondary, self.primaryjoin), (self.target, self.secondaryjoin)]


class JoinCondition:
    """How the rows of the two tables of one relationship belong together.

    foreign_keys, remote_side: the columns that the learner named, if any.
    """

    def __init__(self, prop: Any, foreign_keys: list[Any], remote_side: list[Any]) -> None:
        self.prop = prop
        self.parent_table = prop.parent.persist_selectable
        self.child_table = prop.mapper.persist_selectable
        self.primaryjoin = prop.primaryjoin
        self.secondary = prop.secondary
        self.secondaryjoin = prop.secondaryjoin
        self.foreign_keys = foreign_keys
        self.remote_side_given = remote_side
        self._determine_joins()
        self._marked = {
            role for role in ("foreign", "remote") if _columns_with(self.primaryjoin, role)
        }
        self._annotate_foreign()
        self._annotate_remote()
        self._annotate_local()
        local_remote: dict[Pair, None] = {}
        self.synchronize_pairs = self._pairs_in(self.primaryjoin, "primary", local_remote)
        self.secondary_synchronize_pairs: list[Pair] = []
        if self.secondaryjoin is not None:
            self.secondary_synchronize_pairs = self._pairs_in(
                self.secondaryjoin, "secondary", local_remote
            )
        self.local_remote_pairs = list(local_remote)
        self.remote_columns = self._gather("remote")
        self.local_columns = self._gather("local")
        self._determine_direction()
        self._check_remote_side()

    # the conditions --------------------------------------------------------------------------

    def _determine_joins(self) -> None:
        through = self.secondary is not None
        if self.secondaryjoin is not None and not through:
            raise ArgumentError(
                f"Property {self.prop} specified with secondary join condition but no secondary "
                "argument"
            )
        try:
            if through and self.secondaryjoin is None:
                self.secondaryjoin = self._by_foreign_keys(self.child_table, self.secondary)
            if self.primaryjoin is None:
                far_side = self.secondary if through else self.child_table
                self.primaryjoin = self._by_foreign_keys(self.parent_table, far_side)
        except (NoForeignKeysError, AmbiguousForeignKeysError) as error:
            what, mend, directly, by_secondary = _UNDETERMINED[type(error)]
            via = f" via secondary table '{self.secondary}'" if through else ""
            raise type(error)(
                "Could not determine join condition between parent/child tables on relationship "
                f"{self.prop} - there are {what}{via}.  "
                f"{mend} {by_secondary if through else directly}"
            ) from error
        self._annotate_both(lambda expr: _with_roles(expr, _ROLES))

    def _by_foreign_keys(self, one: Any, other: Any) -> Any:
        return join_condition(one, other, a_subset=one, foreign_keys=self.foreign_keys or None)

    def _annotate_both(self, annotate: Callable[[Any], Any]) -> None:
        self.primaryjoin = annotate(self.primaryjoin)
        if self.secondaryjoin is not None:
            self.secondaryjoin = annotate(self.secondaryjoin)

    def _mark_both(self, role: str, chosen: Callable[[Any], bool]) -> None:
        self._annotate_both(lambda expr: _mark_columns(expr, role, chosen))

    # foreign, remote, local ------------------------------------------------------------------

    def _annotate_foreign(self) -> None:
        if "foreign" in self._marked:
            return
        if self.foreign_keys:
            self._mark_both("foreign", _among(self.foreign_keys))
        else:
            self._annotate_both(lambda expr: _mark_sides(expr, "foreign", self._refers))

    def _refers(self, left: Any, right: Any) -> tuple[bool, bool]:
        """Which of the two sides, if any, is a column that refers to the other."""
        if not (_is_column(left) and _is_column(right)) or (
            "foreign" in left._annotations or "foreign" in right._annotations
        ):
            return False, False
        if isinstance(left, Column) and isinstance(right, Column):
            if left.references(right):
                return True, False
            if right.references(left):
                return False, True
        if self.secondary is not None:
            between = self.secondary.c.contains_column
            if between(left) != between(right):
                return between(left), between(right)
        return False, False

    def _annotate_remote(self) -> None:
        if "remote" in self._marked:
            return
        child, parent = self.child_table, self.parent_table
        if self.secondary is not None:
            self._mark_both("remote", self.secondary.c.contains_column)
        elif self._refers_to_parent_table():
            self._annotate_self_reference()
        else:
            near = set() if child is parent else set(parent.c)
            far = self.remote_side_given or [column for column in child.c if column not in near]
            self._mark_both("remote", _among(far))

    def _refers_to_parent_table(self) -> bool:
        tables = self.parent_table, self.child_table
        return any(
            all(
                _is_column(side) and table.is_derived_from(side.table)
                for side in (binary.left, binary.right)
                for table in tables
            )
            for binary in _binaries(self.primaryjoin)
        )

    def _annotate_self_reference(self) -> None:
        """In a self-reference, remote are the given columns, else those with a foreign key."""
        given = self.remote_side_given
        is_remote = _among(given) if given else lambda column: "foreign" in column._annotations

        def chosen(left: Any, right: Any) -> tuple[bool, bool]:
            if _is_column(left) and _is_column(right):
                same = left._deannotated is right._deannotated
                return is_remote(left), is_remote(right) and not same
            if not given:
                warn(
                    "Non-simple column elements in primary join condition for property "
                    f"{self.prop} - consider using remote() annotations to mark the remote side."
                )
            return False, False

        self.primaryjoin = _mark_sides(self.primaryjoin, "remote", chosen)

    def _annotate_local(self) -> None:
        if _columns_with(self.primaryjoin, "local"):
            return
        parent = self.parent_table.c
        self.primaryjoin = _mark_columns(
            self.primaryjoin,
            "local",
            lambda column: "remote" not in column._annotations and parent.contains_column(column),
        )

    # pairs -----------------------------------------------------------------------------------

    def _pairs_in(self, expr: Any, which: str, local_remote: dict[Pair, None]) -> list[Pair]:
        """The pairs (source, destination) that a flush copies between; fills local_remote too."""
        found: list[Pair] = []
        for binary in _binaries(expr):
            sides = [filter(_is_column, iterate(side)) for side in (binary.left, binary.right)]
            for left, right in product(*sides):
                plain = left._deannotated, right._deannotated
                left_is_remote = "remote" in left._annotations
                right_is_remote = "remote" in right._annotations
                if right_is_remote and not left_is_remote and self._is_mapped(left):
                    local_remote[plain] = None
                elif left_is_remote and not right_is_remote and self._is_mapped(right):
                    local_remote[plain[::-1]] = None
                if binary.operator is operators.eq and self._is_mapped(left, right):
                    if "foreign" in right._annotations:
                        found.append(plain)
                    elif "foreign" in left._annotations:
                        found.append(plain[::-1])
        self._check_foreign_columns(expr, which, found)
        return found

    def _is_mapped(self, *columns: Any) -> bool:
        """Whether all columns are the parent's, the related class's or the association table's."""
        tables = [self.parent_table, self.child_table]
        if self.secondary is not None:
            tables.append(self.secondary)
        return all(any(table.c.contains_column(column) for table in tables) for column in columns)

    def _check_foreign_columns(self, expr: Any, which: str, pairs: list[Pair]) -> None:
        has_foreign = bool(_columns_with(expr, "foreign"))
        if has_foreign if self.prop.viewonly else pairs:
            return
        mend = (
            "Ensure that referencing columns are associated with a ForeignKey or "
            "ForeignKeyConstraint, or are annotated in the join condition with the foreign() "
            "annotation."
        )
        if has_foreign:
            raise ArgumentError(
                "Could not locate any simple equality expressions involving locally mapped foreign "
                f"key columns for {which} join condition '{expr}' on relationship {self.prop}.  "
                f"{mend} To allow comparison operators other than '==', the relationship can be "
                "marked as viewonly=True."
            )
        raise ArgumentError(
            f"Could not locate any relevant foreign key columns for {which} join condition "
            f"'{expr}' on relationship {self.prop}.  {mend}"
        )

    # direction -------------------------------------------------------------------------------

    def _determine_direction(self) -> None:
        if self.secondaryjoin is not None:
            self.direction = MANYTOMANY
            return
        foreign_columns = self._gather("foreign")
        to_many = foreign_columns & set(self.child_table.c)
        to_one = foreign_columns & set(self.parent_table.c)
        if not to_many and not to_one:
            raise ArgumentError(
                f"Can't determine relationship direction for relationship '{self.prop}' - foreign "
                "key columns are present in neither the parent nor the child's mapped tables"
            )
        if to_many and to_one:
            # Foreign keys on both sides: those that are remote decide.
            referring = _columns_with(self.primaryjoin, "foreign")
            to_many = {each._deannotated for each in referring if "remote" in each._annotations}
            to_one = {each._deannotated for each in referring if "remote" not in each._annotations}
            if to_many and to_one:
                both = self.remote_columns & self.local_columns
                to_many -= both
                to_one -= both
        if bool(to_many) is bool(to_one):
            raise ArgumentError(
                f"Can't determine relationship direction for relationship '{self.prop}' - foreign "
                "key columns within the join condition are present in both the parent and the "
                "child's mapped tables.  Ensure that only those columns referring to a parent "
                "column are marked as foreign, either via the foreign() annotation or via the "
                "foreign_keys argument."
            )
        self.direction = ONETOMANY if to_many else MANYTOONE

    def _check_remote_side(self) -> None:
        if not self.local_remote_pairs:
            raise ArgumentError(
                f"Relationship {self.prop} could not determine any unambiguous local/remote column "
                "pairs based on join condition and remote_side arguments.  Consider using the "
                "remote() annotation to accurately mark those elements of the join condition that "
                "are on the remote side of the relationship."
            )
        only_parent = set(self.parent_table.c) - set(self.child_table.c)
        for _, remote_column in self.local_remote_pairs:
            if remote_column in only_parent:
                warn(
                    f"Expression {remote_column} is marked as 'remote', but these column(s) are "
                    "local to the local side.  The remote() annotation is needed only for a "
                    "self-referential relationship where both sides of the relationship refer to "
                    "the same tables."
                )

    def _gather(self, role: str) -> set[Any]:
        found = _columns_with(self.primaryjoin, role)
        if self.secondaryjoin is not None:
            found += _columns_with(self.secondaryjoin, role)
        return {column._deannotated for column in found}

    # for the back reference ------------------------------------------------------------------

    def seen_from_there(self) -> tuple[Any, Any]:
        """The conditions for the other side.

        Remote and local trade places if the learner has marked them; else they are found anew.
        """
        if self.secondary is not None:
            roles = {"foreign": "foreign", "remote": "remote"}
            return _with_roles(self.secondaryjoin, roles), _with_roles(self.primaryjoin, roles)
        roles = {"foreign": "foreign"} if self._marked else {}
        if "remote" in self._marked:
            roles = {**roles, "remote": "local", "local": "remote"}
        return _with_roles(self.primaryjoin, roles), None

    # with values or aliases in it ------------------------------------------------------------

    def lazy_clause(
        self, reverse: bool = False, value_of: Callable[[Any], Any] = lambda column: None
    ) -> LazyClause:
        """The criterion that finds the related rows of one object (with `reverse`: the parents).

        It has bind parameters for the object's columns. value_of: returns the callable_ of a
        column's bind parameter.
        """
        binds: dict[Any, Any] = {}
        primaryjoin, secondaryjoin = self.primaryjoin, self.secondaryjoin
        by_secondary = reverse and secondaryjoin is not None
        known = {left for left, _ in self.local_remote_pairs} if by_secondary else set()
        role = "remote" if reverse else "local"

        def to_bind(element: Any) -> Any:
            column = element._deannotated
            is_value = column in known if by_secondary else role in element._annotations
            if not element._is_column_clause or not is_value:
                return None
            if column not in binds:
                value, type_ = value_of(column), column.type
                binds[column] = bindparam(None, None, type_=type_, unique=True, callable_=value)
            return binds[column]

        if by_secondary:
            secondaryjoin = replace(secondaryjoin, to_bind)
        else:
            primaryjoin = replace(primaryjoin, to_bind)
        criterion = primaryjoin if secondaryjoin is None else and_(primaryjoin, secondaryjoin)
        return LazyClause(criterion, {bind.key: column for column, bind in binds.items()})

    def equated(self) -> list[Pair]:
        """The two sides of each `column = column`; empty if the condition has other parts."""
        condition = self.primaryjoin
        is_conjunction = isinstance(condition, ClauseList) and condition.operator is operators.and_
        clauses = list(condition.clauses) if is_conjunction else [condition]
        sides = [
            (clause.left, clause.right)
            for clause in clauses
            if clause.__visit_name__ == "binary"
            and clause.operator is operators.eq
            and _is_column(clause.left)
            and _is_column(clause.right)
        ]
        return sides if len(sides) == len(clauses) and self.secondaryjoin is None else []

    def is_get_for(self, primary_key: tuple[Any, ...]) -> bool:
        """Whether the condition finds the related object by its primary key, types included."""
        equated = self.equated()
        if any(one.type._type_affinity is not other.type._type_affinity for one, other in equated):
            return False
        far = [side for sides in equated for side in sides if "local" not in side._annotations]
        wanted = set(primary_key)
        whole = len(equated) == len(far) == len(wanted)
        return whole and {side._deannotated for side in far} == wanted

    def create_joins(
        self,
        source_selectable: FromClause | None = None,
        dest_selectable: FromClause | None = None,
        alias_secondary: bool = False,
        extra_criteria: Sequence[ColumnElement] = (),
    ) -> AdaptedJoin:
        """Everything needed to join along the relationship, with FROM objects for the tables."""
        is_self_referential, primaryjoin = self.prop._is_self_referential, self.primaryjoin
        if dest_selectable is None:
            dest_selectable = self.child_table
            if is_self_referential and source_selectable is None:
                dest_selectable = dest_selectable.alias()
        if self.secondaryjoin is None and is_self_referential:
            # Before they are adapted: in a self-reference, the parent's columns stay the parent's.
            primaryjoin, extra_criteria = and_(primaryjoin, *extra_criteria), ()
        joined = AdaptedJoin(primaryjoin, self.secondaryjoin, self.secondary, dest_selectable, ())
        if self._is_aliased(source_selectable, dest_selectable, alias_secondary):
            joined = joined.aliased(source_selectable)
        return joined.with_criteria(extra_criteria) if extra_criteria else joined

    def _is_aliased(self, source: FromClause | None, dest: FromClause, by_alias: bool) -> bool:
        """Whether any of the tables has another name in the query."""
        if by_alias and self.secondary is not None:
            return True
        is_other_source = source is not None and source._deannotated is not self.parent_table
        return is_other_source or dest._deannotated is not self.child_table
