"""Join condition: which columns of a relationship refer to which.

Before: orm/relationships.py gives two tables, perhaps a third between them, perhaps conditions.
Here:   the condition that the foreign keys make; which columns in it are foreign, remote, local;
        the direction; pairs to copy in a flush; the condition with one side's values put in, or
        with aliases in the place of tables.
After:  orm/dependency.py copies along the pairs; orm/strategies.py and orm/context.py use the
        adapted conditions.

What a column is in a condition stands in its annotations, `foreign`, `remote` and `local`, since
one column may occur twice in different parts: in a self-referential table.

Follows: SQLAlchemy 1.4, "Configuring how Relationship Joins".
"""

from __future__ import annotations

from ormtutor.miniorm.exc import (
    AmbiguousForeignKeysError,
    ArgumentError,
    NoForeignKeysError,
    warn,
)
from ormtutor.miniorm.orm.state import symbol
from ormtutor.miniorm.sql import operators
from ormtutor.miniorm.sql.elements import and_, as_condition, bindparam
from ormtutor.miniorm.sql.schema import Column
from ormtutor.miniorm.sql.selectable import join_condition
from ormtutor.miniorm.sql.traversal import adapt, clone, iterate, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    Pair = tuple[Any, Any]

ONETOMANY = symbol("ONETOMANY")
MANYTOONE = symbol("MANYTOONE")
MANYTOMANY = symbol("MANYTOMANY")

_ROLES = ("foreign", "remote", "local")


# Marking columns ------------------------------------------------------------------------------


def foreign(expr: Any) -> Any:
    """Mark the columns of an expression as those that refer, in a primaryjoin."""
    return _mark(expr, "foreign")


def remote(expr: Any) -> Any:
    """Mark the columns of an expression as those of the related side, in a primaryjoin."""
    return _mark(expr, "remote")


def _mark(expr: Any, role: str) -> Any:
    return _mark_columns(as_condition(expr), role, lambda column: True)


def _mark_columns(expr: Any, role: str, chosen: Callable[[Any], bool]) -> Any:
    def mark(element: Any) -> Any:
        if element._is_column_clause and role not in element._annotations and chosen(element):
            return element._annotate({role: True})
        return None

    return replace(expr, mark)


def _only_roles(expr: Any) -> Any:
    """The expression without what the ORM knows about its columns, but with their roles.

    Columns are marked anew, for in a class body they are marked before they have their names.
    """

    def strip(element: Any) -> Any:
        annotations = element._annotations
        if not annotations:
            return None
        return element._with_annotations({role: True for role in _ROLES if role in annotations})

    return replace(expr, strip)


def _has(expr: Any, role: str) -> bool:
    return any(role in element._annotations for element in iterate(expr))


def _columns_with(expr: Any, *roles: str) -> list[Any]:
    """The columns in an expression that have all these roles."""
    return [
        element
        for element in iterate(expr)
        if element._is_column_clause and all(role in element._annotations for role in roles)
    ]


def _is_column(element: Any) -> bool:
    return bool(element._is_column_clause)


def _binaries(expr: Any) -> Iterator[Any]:
    """The comparisons (and other operators with two sides) in an expression."""
    for element in iterate(expr):
        if element.__visit_name__ == "binary":
            yield element


def _mark_sides(expr: Any, mark: Callable[[Any, Any], Pair]) -> Any:
    """The expression with each comparison's two sides put through `mark(left, right)`."""

    def fn(element: Any) -> Any:
        if element.__visit_name__ != "binary":
            return None
        left, right = mark(element.left, element.right)
        if left is element.left and right is element.right:
            return None
        copy = clone(element)
        copy.left, copy.right = left, right
        return copy

    return replace(expr, fn)


class JoinCondition:
    """How the rows of two tables belong together, for one relationship.

    `prop` is only named in messages. `can_be_synced`: says whether columns are those of the mapped
    tables, so that a flush may copy between them.
    """

    def __init__(
        self,
        parent_table: Any,
        child_table: Any,
        *,
        prop: Any,
        primaryjoin: Any = None,
        secondary: Any = None,
        secondaryjoin: Any = None,
        foreign_keys: Any = None,
        remote_side: Any = None,
        self_referential: bool = False,
        support_sync: bool = True,
        can_be_synced: Callable[..., bool],
    ) -> None:
        self.parent_table = parent_table
        self.child_table = child_table
        self.prop = prop
        self.primaryjoin = primaryjoin
        self.secondary = secondary
        self.secondaryjoin = secondaryjoin
        self.foreign_keys = foreign_keys
        self.remote_side_given = remote_side
        self.self_referential = self_referential
        self.support_sync = support_sync
        self.can_be_synced = can_be_synced
        self._determine_joins()
        self._annotate_foreign()
        self._annotate_remote()
        self._annotate_local()
        self._find_pairs()
        self._check_foreign_columns(self.primaryjoin, "primary", self.synchronize_pairs)
        if self.secondaryjoin is not None:
            self._check_foreign_columns(
                self.secondaryjoin, "secondary", self.secondary_synchronize_pairs
            )
        self._determine_direction()
        self._check_remote_side()

    # the conditions --------------------------------------------------------------------------

    def _determine_joins(self) -> None:
        if self.secondaryjoin is not None and self.secondary is None:
            raise ArgumentError(
                f"Property {self.prop} specified with secondary join condition but no secondary "
                "argument"
            )
        far_side = self.child_table if self.secondary is None else self.secondary
        try:
            if self.secondary is not None and self.secondaryjoin is None:
                self.secondaryjoin = self._by_foreign_keys(self.child_table, self.secondary)
            if self.primaryjoin is None:
                self.primaryjoin = self._by_foreign_keys(self.parent_table, far_side)
        except NoForeignKeysError as error:
            raise NoForeignKeysError(self._no_foreign_keys()) from error
        except AmbiguousForeignKeysError as error:
            raise AmbiguousForeignKeysError(self._ambiguous_foreign_keys()) from error
        self.primaryjoin = _only_roles(self.primaryjoin)
        if self.secondaryjoin is not None:
            self.secondaryjoin = _only_roles(self.secondaryjoin)

    def _by_foreign_keys(self, one: Any, other: Any) -> Any:
        return join_condition(one, other, a_subset=one, foreign_keys=self.foreign_keys or None)

    def _no_foreign_keys(self) -> str:
        start = (
            "Could not determine join condition between parent/child tables on relationship "
            f"{self.prop} - there are no foreign keys linking these tables"
        )
        if self.secondary is not None:
            return (
                f"{start} via secondary table '{self.secondary}'.  Ensure that referencing "
                "columns are associated with a ForeignKey or ForeignKeyConstraint, or specify "
                "'primaryjoin' and 'secondaryjoin' expressions."
            )
        return (
            f"{start}.  Ensure that referencing columns are associated with a ForeignKey or "
            "ForeignKeyConstraint, or specify a 'primaryjoin' expression."
        )

    def _ambiguous_foreign_keys(self) -> str:
        start = (
            "Could not determine join condition between parent/child tables on relationship "
            f"{self.prop} - there are multiple foreign key paths linking the tables"
        )
        if self.secondary is not None:
            return (
                f"{start} via secondary table '{self.secondary}'.  Specify the 'foreign_keys' "
                "argument, providing a list of those columns which should be counted as containing "
                "a foreign key reference from the secondary table to each of the parent and child "
                "tables."
            )
        return (
            f"{start}.  Specify the 'foreign_keys' argument, providing a list of those columns "
            "which should be counted as containing a foreign key reference to the parent table."
        )

    # foreign, remote, local ------------------------------------------------------------------

    def _annotate_both(self, annotate: Callable[[Any], Any]) -> None:
        self.primaryjoin = annotate(self.primaryjoin)
        if self.secondaryjoin is not None:
            self.secondaryjoin = annotate(self.secondaryjoin)

    def _annotate_foreign(self) -> None:
        if _has(self.primaryjoin, "foreign"):
            return
        if self.foreign_keys:
            given = {column._deannotated for column in self.foreign_keys}
            self._annotate_both(
                lambda expr: _mark_columns(
                    expr, "foreign", lambda column: column._deannotated in given
                )
            )
        else:
            self._annotate_both(lambda expr: _mark_sides(expr, self._mark_referring))

    def _mark_referring(self, left: Any, right: Any) -> Pair:
        if not (_is_column(left) and _is_column(right)):
            return left, right
        if "foreign" in left._annotations or "foreign" in right._annotations:
            return left, right
        referring = self._referring(left, right)
        if referring is left:
            left = left._annotate({"foreign": True})
        elif referring is right:
            right = right._annotate({"foreign": True})
        return left, right

    def _referring(self, left: Any, right: Any) -> Any:
        if isinstance(left, Column) and isinstance(right, Column):
            if left.references(right):
                return left
            if right.references(left):
                return right
        if self.secondary is not None:
            left_between = self.secondary.c.contains_column(left)
            right_between = self.secondary.c.contains_column(right)
            if left_between != right_between:
                return left if left_between else right
        return None

    def _annotate_remote(self) -> None:
        if _has(self.primaryjoin, "remote"):
            return
        if self.secondary is not None:
            between = self.secondary.c.contains_column
            self._annotate_both(lambda expr: _mark_columns(expr, "remote", between))
        elif self.remote_side_given:
            self._annotate_remote_as_given()
        elif self._refers_to_parent_table():
            self._annotate_self_reference(lambda column: "foreign" in column._annotations, False)
        else:
            child, parent = self.child_table.c, self.parent_table.c
            self.primaryjoin = _mark_columns(
                self.primaryjoin,
                "remote",
                lambda column: (
                    child.contains_column(column)
                    and (
                        not parent.contains_column(column) or self.child_table is self.parent_table
                    )
                ),
            )

    def _annotate_remote_as_given(self) -> None:
        given = {column._deannotated for column in self.remote_side_given}
        if self._refers_to_parent_table():
            self._annotate_self_reference(lambda column: column._deannotated in given, True)
        else:
            self.primaryjoin = _mark_columns(
                self.primaryjoin, "remote", lambda column: column._deannotated in given
            )

    def _refers_to_parent_table(self) -> bool:
        parent, child = self.parent_table, self.child_table
        for binary in _binaries(self.primaryjoin):
            left, right = binary.left, binary.right
            if (
                _is_column(left)
                and _is_column(right)
                and all(
                    table.is_derived_from(column.table)
                    for table in (parent, child)
                    for column in (left, right)
                )
            ):
                return True
        return False

    def _annotate_self_reference(
        self, is_remote: Callable[[Any], bool], remote_side_given: bool
    ) -> None:
        def mark(left: Any, right: Any) -> Pair:
            if not (_is_column(left) and _is_column(right)):
                if not remote_side_given:
                    self._warn_of_expression()
                return left, right
            same = left._deannotated is right._deannotated
            left_is, right_is = is_remote(left), is_remote(right) and not same
            return (
                left._annotate({"remote": True}) if left_is else left,
                right._annotate({"remote": True}) if right_is else right,
            )

        self.primaryjoin = _mark_sides(self.primaryjoin, mark)

    def _warn_of_expression(self) -> None:
        warn(
            f"Non-simple column elements in primary join condition for property {self.prop} - "
            "consider using remote() annotations to mark the remote side."
        )

    def _annotate_local(self) -> None:
        if _has(self.primaryjoin, "local"):
            return
        parent = self.parent_table.c
        self.primaryjoin = _mark_columns(
            self.primaryjoin,
            "local",
            lambda column: "remote" not in column._annotations and parent.contains_column(column),
        )

    # pairs -----------------------------------------------------------------------------------

    def _find_pairs(self) -> None:
        local_remote: dict[Pair, None] = {}
        self.synchronize_pairs = self._pairs_in(self.primaryjoin, local_remote)
        self.secondary_synchronize_pairs = (
            [] if self.secondaryjoin is None else self._pairs_in(self.secondaryjoin, local_remote)
        )
        self.local_remote_pairs: list[Pair] = list(local_remote)

    def _pairs_in(self, expr: Any, local_remote: dict[Pair, None]) -> list[Pair]:
        """The pairs (source, destination) that a flush copies between; fills local_remote too."""
        found: list[Pair] = []
        for binary in _binaries(expr):
            for left in filter(_is_column, iterate(binary.left)):
                for right in filter(_is_column, iterate(binary.right)):
                    self._take_pair(binary, left, right, found, local_remote)
        return found

    def _take_pair(
        self, binary: Any, left: Any, right: Any, found: list[Pair], local_remote: dict[Pair, None]
    ) -> None:
        plain = left._deannotated, right._deannotated
        left_is_remote = "remote" in left._annotations
        right_is_remote = "remote" in right._annotations
        if right_is_remote and not left_is_remote and self.can_be_synced(left):
            local_remote[plain] = None
        elif left_is_remote and not right_is_remote and self.can_be_synced(right):
            local_remote[plain[::-1]] = None
        if binary.operator is operators.eq and self.can_be_synced(left, right):
            if "foreign" in right._annotations:
                found.append(plain)
            elif "foreign" in left._annotations:
                found.append(plain[::-1])

    def _check_foreign_columns(self, expr: Any, which: str, pairs: list[Pair]) -> None:
        has_foreign = bool(_columns_with(expr, "foreign"))
        if pairs if self.support_sync else has_foreign:
            return
        mend = (
            "Ensure that referencing columns are associated with a ForeignKey or "
            "ForeignKeyConstraint, or are annotated in the join condition with the foreign() "
            "annotation."
        )
        if self.support_sync and has_foreign:
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
        foreign_columns = self.foreign_key_columns
        referring_child = foreign_columns & set(self.child_table.c)
        referring_parent = foreign_columns & set(self.parent_table.c)
        if referring_child and referring_parent:
            self.direction = self._direction_of_ambiguous()
        elif referring_child:
            self.direction = ONETOMANY
        elif referring_parent:
            self.direction = MANYTOONE
        else:
            raise ArgumentError(
                f"Can't determine relationship direction for relationship '{self.prop}' - foreign "
                "key columns are present in neither the parent nor the child's mapped tables"
            )

    def _direction_of_ambiguous(self) -> symbol:
        """Foreign keys on both sides: those that are remote decide."""
        to_many = {
            column._deannotated for column in _columns_with(self.primaryjoin, "remote", "foreign")
        }
        to_one = {
            column._deannotated
            for column in _columns_with(self.primaryjoin, "foreign")
            if "remote" not in column._annotations
        }
        if to_many and to_one:
            both = self.remote_columns & self.local_columns
            to_many -= both
            to_one -= both
        if to_many and not to_one:
            return ONETOMANY
        if to_one and not to_many:
            return MANYTOONE
        raise ArgumentError(
            f"Can't determine relationship direction for relationship '{self.prop}' - foreign key "
            "columns within the join condition are present in both the parent and the child's "
            "mapped tables.  Ensure that only those columns referring to a parent column are "
            "marked as foreign, either via the foreign() annotation or via the foreign_keys "
            "argument."
        )

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

    @property
    def remote_columns(self) -> set[Any]:
        """The columns of the related side."""
        return self._gather("remote")

    @property
    def local_columns(self) -> set[Any]:
        """The columns of the parent's side."""
        return self._gather("local")

    @property
    def foreign_key_columns(self) -> set[Any]:
        """The columns that refer."""
        return self._gather("foreign")

    # for the back reference ------------------------------------------------------------------

    @property
    def primaryjoin_reversed(self) -> Any:
        """The primaryjoin as the other side sees it: remote is local, local is remote."""

        def turn(element: Any) -> Any:
            annotations = dict(element._annotations)
            if annotations.pop("remote", None):
                annotations["local"] = True
            elif annotations.pop("local", None):
                annotations["remote"] = True
            else:
                return None
            return element._with_annotations(annotations)

        return replace(self.primaryjoin, turn)

    @staticmethod
    def without_local(expr: Any) -> Any:
        """A condition to be annotated anew."""

        def strip(element: Any) -> Any:
            if "local" not in element._annotations:
                return None
            return element._with_annotations(
                {key: value for key, value in element._annotations.items() if key != "local"}
            )

        return replace(expr, strip)

    # with values or aliases in it ------------------------------------------------------------

    def lazy_clause(self, reverse: bool = False) -> tuple[Any, dict[str, Any], dict[Any, Any]]:
        """The criterion that finds the related rows of one object (with `reverse`: the parents).

        Gives it with bind parameters in the place of the object's columns, the column for each
        bind parameter's key, and which columns are equal to which.
        """
        binds: dict[Any, Any] = {}
        through = self.secondaryjoin is not None
        if through or not reverse:
            equated = {right: left for left, right in self.local_remote_pairs}
        else:
            equated = dict(self.local_remote_pairs)
        known = {left for left, _ in self.local_remote_pairs}

        def is_value(column: Any) -> bool:
            if not reverse:
                return "local" in column._annotations
            if through:
                return column._deannotated in known
            return "remote" in column._annotations

        def to_bind(element: Any) -> Any:
            if not element._is_column_clause or not is_value(element):
                return None
            column = element._deannotated
            if column not in binds:
                binds[column] = bindparam(None, None, type_=column.type, unique=True)
            return binds[column]

        criterion = self.primaryjoin
        if not through or not reverse:
            criterion = replace(criterion, to_bind)
        if through:
            secondaryjoin = self.secondaryjoin
            if reverse:
                secondaryjoin = replace(secondaryjoin, to_bind)
            criterion = and_(criterion, secondaryjoin)
        by_key = {bind.key: column for column, bind in binds.items()}
        return criterion, by_key, equated

    def is_get_for(self, primary_key: tuple[Any, ...]) -> bool:
        """Whether the related object is found by its primary key alone."""
        if self.secondaryjoin is not None:
            return False
        clauses = [self.primaryjoin]
        if self.primaryjoin._is_clause_list:
            if self.primaryjoin.operator is not operators.and_:
                return False
            clauses = list(self.primaryjoin.clauses)
        found = set()
        for clause in clauses:
            if clause.__visit_name__ != "binary" or clause.operator is not operators.eq:
                return False
            sides = clause.left, clause.right
            if not all(map(_is_column, sides)):
                return False
            far = [side for side in sides if "local" not in side._annotations]
            if len(far) != 1:
                return False
            found.add(far[0]._deannotated)
        return len(clauses) == len(primary_key) and found == set(primary_key)

    def join_targets(
        self,
        source_selectable: Any,
        dest_selectable: Any,
        aliased: bool,
        extra_criteria: tuple[Any, ...] = (),
    ) -> tuple[Any, Any, Any, Callable[[Any], Any] | None, Any]:
        """The conditions with other FROM objects in the place of the tables.

        Gives primaryjoin, secondaryjoin, secondary, a function that adapts further criteria to
        `dest_selectable` (None when nothing is aliased), and `dest_selectable`.
        """
        primaryjoin, secondaryjoin, secondary = self.primaryjoin, self.secondaryjoin, self.secondary
        if extra_criteria:
            if secondaryjoin is not None:
                secondaryjoin = and_(secondaryjoin, *extra_criteria)
            else:
                primaryjoin = and_(primaryjoin, *extra_criteria)
        if not aliased:
            return primaryjoin, secondaryjoin, secondary, None, dest_selectable
        if secondary is not None:
            secondary = secondary._anonymous_fromclause()
            secondaryjoin = adapt_columns(secondaryjoin, dest_selectable)
            secondaryjoin = adapt_columns(secondaryjoin, secondary)
            primaryjoin = adapt_columns(primaryjoin, secondary, unless="local")
            if source_selectable is not None:
                primaryjoin = adapt_columns(primaryjoin, source_selectable)
        else:
            primaryjoin = adapt_columns(
                primaryjoin,
                dest_selectable,
                unless="local",
                otherwise=source_selectable,
                otherwise_unless="remote",
            )

        def to_destination(criterion: Any) -> Any:
            return adapt(criterion, dest_selectable)

        return primaryjoin, secondaryjoin, secondary, to_destination, dest_selectable


def adapt_columns(
    expr: Any,
    selectable: Any,
    unless: str | None = None,
    otherwise: Any = None,
    otherwise_unless: str | None = None,
) -> Any:
    """The expression with the columns of `selectable` where it has them.

    unless: leave columns with this role alone. otherwise: where the others are taken from.
    """

    def exchange(element: Any) -> Any:
        if not element._is_column_clause:
            return None
        found = None
        if unless is None or unless not in element._annotations:
            found = selectable.corresponding_column(element)
        if (
            found is None
            and otherwise is not None
            and (otherwise_unless is None or otherwise_unless not in element._annotations)
        ):
            found = otherwise.corresponding_column(element)
        return found

    return replace(expr, exchange)
