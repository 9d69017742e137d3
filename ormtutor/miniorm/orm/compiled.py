"""Compiled: an ORM select with its text, kept by structure.

Before: orm/context.py has made a Core select of what was asked.
Here:   CompiledQuery: the text, where values go, what rows become. Asking the same again with other
        values costs a dictionary read. StatementQuery: the same for a learner's own text.
After:  orm/loading.py sends it; sql/compiler.py wrote the text.

Follows: SQLAlchemy 1.4, "SQL Compilation Caching".
"""

from __future__ import annotations

from collections import deque, namedtuple
from contextlib import suppress
from functools import partial

from ormtutor.miniorm import exc as sa_exc
from ormtutor.miniorm.engine.cause import QUERY, Cause
from ormtutor.miniorm.engine.execution import NO_OPTIONS, metadata_of
from ormtutor.miniorm.engine.result import ChunkedIteratorResult
from ormtutor.miniorm.engine.row import ResultMetaData
from ormtutor.miniorm.orm.asked import Asked, MapperEntity, entities_of_all
from ormtutor.miniorm.orm.context import Compilation
from ormtutor.miniorm.orm.entities import unchanged
from ormtutor.miniorm.orm.rowloader import make_loader
from ormtutor.miniorm.sql.elements import and_, clause_of
from ormtutor.miniorm.sql.labels import KeyNamer
from ormtutor.miniorm.sql.select import TextualSelect
from ormtutor.miniorm.sql.traversal import Binds, adapt_to, cache_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence
    from typing import Any, Literal, NoReturn

    from ormtutor.miniorm.engine.execution import ExecutionContext
    from ormtutor.miniorm.orm.asked import Entity, UniqueKey
    from ormtutor.miniorm.orm.planner import Adapt
    from ormtutor.miniorm.orm.query import Query
    from ormtutor.miniorm.orm.rowloader import Purpose, RowLoader, RowPlan
    from ormtutor.miniorm.orm.session import Session
    from ormtutor.miniorm.sql.dialect import DefaultDialect
    from ormtutor.miniorm.sql.elements import BindParameter, ClauseElement
    from ormtutor.miniorm.sql.naming import symbol
    from ormtutor.miniorm.sql.select import Select


class EntityQuery:
    """What the rows of a statement become, whoever wrote its text.

    scalar: a row is one object, not a tuple of one. repeats_parents: a collection is filled from
    several rows. wants_unique: so that the caller must call unique(). metadata: what the values of
    a row are called. plan: there once row_loader() was called. sent: the learner's own statement,
    which Core compiles. warnings: to be given when ours is sent.
    """

    plan: RowPlan
    sent: ClauseElement | None = None

    def __init__(self, compilation: Compilation) -> None:
        entities = compilation.asked.entities
        self.statement: Any = compilation.statement
        # Until the row loader is made.
        self._compilation: Compilation | None = compilation
        self.scalar = compilation.gives_entities
        self.repeats_parents = self.wants_unique = compilation.planner.repeats_parents
        asked = compilation.asked
        self.metadata = NamedColumns(
            names_of(entities, asked._of_query, asked._label_style),
            [[entity.found_by] for entity in entities],
        )
        self._has_expressions = any(entity.is_expression for entity in entities)
        self.unique_keys = _unique_keys(entities, asked._legacy)
        self.warnings: list[str] = []
        # From an expression that was asked for to the statement's own.
        self._adapt: Adapt = unchanged
        self._loader: RowLoader | Literal[False] = False
        joined = ", ".join(f"{load.prop} (joined)" for load in compilation.planner.joins)
        self.cause = Cause("query", _subjects(entities), joined)

    def unique(self, results: list[Any]) -> list[Any]:
        """The results without repetitions, as Query has always given them."""
        if len(results) < 2:
            return results
        if self.scalar:
            if len(set(map(id, results))) == len(results):
                return results
            return list({id(result): result for result in results}.values())
        if self.unique_keys is None:
            return results
        columns = [
            values if key is None else tuple(map(key, values))
            for key, values in zip(self.unique_keys, zip(*results, strict=True), strict=True)
        ]
        if any(len(set(column)) == len(results) for column in columns):
            return results
        first: dict[Any, Any] = {}
        for known, result in zip(zip(*columns, strict=True), results, strict=True):
            first.setdefault(known, result)
        return list(first.values())

    def recognize(self, selected: Iterable[ClauseElement]) -> None:
        """Let the expressions of another query of this structure find their values in our rows."""
        if self._has_expressions:
            self.metadata.selected.append(selected)

    def row_loader(self, execution: ExecutionContext) -> RowLoader | Literal[False]:
        """The function that makes objects of rows, made once; false: the rows are the result.

        Raises: NoSuchColumnError: what identifies an object is not selected. InvalidRequestError:
        two columns have one name.
        """
        if self._compilation is not None:
            description = execution.cursor.description
            metadata, _ = metadata_of(execution.compiled, description, legacy=False)
            self.plan = plan = self._compilation.row_plan(metadata, self._adapt)
            as_read = tuple(range(metadata.width))
            self._loader = plan.outputs not in ((), as_read) and make_loader(plan)
            self._compilation = None
        return self._loader

    def check_yield_per(self) -> None:
        """Refuse to read in parts what belongs together.

        Raises: InvalidRequestError: a joined collection, or a subquery load.
        """
        at_once = [each for plan in self.plan.entities() for _, each in plan.at_once]
        if self.repeats_parents or any(each.always for each in at_once):
            raise sa_exc.InvalidRequestError(NOT_IN_CHUNKS)

    def rows(self, results: list[Any]) -> list[Any]:
        """The results as learners get them from a Query: objects, or Rows."""
        return results if self.scalar else self.metadata.rows(results)

    def result(self, parts: Callable[[Any], Iterable[Any]], size: int | None = None) -> Any:
        """The results as Session.execute() returns them; size: read in parts of so many rows.

        parts: takes how many rows to read at a time (None: all), and yields their results.
        """
        if size:
            refusals = [_refuse_unique] * self.metadata.width
            return ChunkedIteratorResult(self.metadata, parts, refusals).yield_per(size)
        return ChunkedIteratorResult(
            self.metadata, parts, self.unique_keys, require_unique=self.wants_unique
        )


class CompiledQuery(EntityQuery):
    """A compiled ORM select: its text, what its rows become, and how values get into it.

    slots: by the name of a bind parameter in the text, the place of its value among those of a
    query of this structure. fixed: parameters whose values are always the same; their slots are
    negative, counted from the end. places: the slots in the order of the text. simple: no value is
    converted.
    """

    def __init__(
        self, compilation: Compilation, dialect: DefaultDialect, warnings: list[str]
    ) -> None:
        super().__init__(compilation)
        self.warnings = warnings
        tell = warnings.append if dialect.enable_from_linting else None
        self.compiled = compiled = self.statement.compile(dialect=dialect, linting=tell)
        # A parameter that the learner named goes by its name: operators may have copied it.
        places = {_identity(bind): place for place, bind in enumerate(compilation.binds)}
        self.fixed = [bind for bind in compiled.binds.values() if _identity(bind) not in places]
        for place, bind in enumerate(self.fixed, start=-len(self.fixed)):
            places[_identity(bind)] = place
        self.slots = {name: places[_identity(bind)] for name, bind in compiled.binds.items()}
        self.places = [self.slots[name] for name in compiled.positiontup]
        self.simple = not compiled.has_expanding and not any(
            name in compiled._processors or compiled.binds[name].required
            for name in compiled.positiontup
        )

    def ready(
        self, given: Sequence[Any], params: dict[str, Any] | None
    ) -> tuple[str | None, tuple[Any, ...]]:
        """The text, if these values need one of their own, and the parameters for the cursor.

        given: values, or the bind parameters of a query of this structure.
        Raises: InvalidRequestError: a value is missing. Whatever a parameter's callable raises.
        """
        if given.__class__ is Binds:
            given = [bind.effective_value for bind in given]
        if self.fixed:
            given = [*given, *[bind.effective_value for bind in self.fixed]]
        if self.simple and not params:
            return None, tuple([given[place] for place in self.places])
        values: dict[str, Any] = {}
        for name, bind in self.compiled.binds.items():
            values[name] = given[self.slots[name]]
            if params and (bind.key in params or name in params):
                values[name] = params[bind.key if bind.key in params else name]
            elif bind.required and values[name] is None:
                raise sa_exc.InvalidRequestError(
                    f"A value is required for bind parameter '{bind.key}'", code="cd3x"
                )
        return self.compiled.ready(values)


def _identity(bind: BindParameter) -> Hashable:
    return id(bind) if bind.unique else bind.key


def _subjects(entities: Iterable[Entity]) -> str:
    return ", ".join(dict.fromkeys(entity.subject for entity in entities))


# What the values of a row are called, and what makes it a repetition ------------------------------


#: How many queries of one structure have their selected expressions remembered.
LATELY = 50


class NamedColumns(ResultMetaData):
    """Names of a row's values; an attribute is also found by its column, an alias by its entity.

    selected: what the latest queries of this structure selected, each with its own expressions.
    """

    __slots__ = ("selected",)
    __module__ = "sqlalchemy.engine.result"

    def _index_all(self, objects: Sequence[Iterable[Any]]) -> dict[Any, int]:
        self.selected: deque[Iterable[ClauseElement]] = deque(maxlen=LATELY)
        return super()._index_all(objects)

    def position(self, number: int) -> int:
        """As in 1.4, the last of those that share a name, or have none."""
        name = self._names[number]
        return max(n for n, other in enumerate(self._names) if other == name)

    def _find(self, key: Any) -> int | None:
        element = None if isinstance(key, str) else clause_of(key)
        if element is None:
            return None
        found = element._deannotated
        if found in self._positions:
            return self._positions[found]
        for selected in reversed(self.selected):
            for position, entity in enumerate(entities_of_all(selected)):
                if entity.is_expression and entity.found_by is found:
                    return position
        return None


def names_of(entities: Iterable[Entity], of_query: bool, style: symbol) -> list[str | None]:
    """What the values of a row are called; select() tells equal names apart, a Query does not.

    style: the label style of a select().
    """
    if of_query:
        return [entity.name for entity in entities]
    name_of = KeyNamer(style)
    return [
        entity.name if isinstance(entity, MapperEntity) else name_of(entity.element)
        for entity in entities
    ]


def _unique_keys(entities: Sequence[Entity], legacy: bool) -> list[UniqueKey] | None:
    """For each value of a row, what tells two of them apart; None: a row is never a repetition.

    The rows of a Query without objects are all kept.
    """
    if legacy and not any(isinstance(entity, MapperEntity) for entity in entities):
        return None
    keys = [entity.unique_key(legacy) for entity in entities]
    return keys if any(keys) else None


def _refuse_unique(value: Any) -> NoReturn:
    raise sa_exc.InvalidRequestError(
        "Can't use the ORM yield_per feature in conjunction with unique()"
    )


NOT_IN_CHUNKS = (
    "Can't use yield_per with eager loaders that require uniquing or row buffering, e.g. "
    "joinedload() against collections or subqueryload().  Consider the selectinload() strategy for "
    "better flexibility in loading objects."
)


# Finding or making them -----------------------------------------------------------------------


# A compiled query that a session is about to send: where, why, and whether to autoflush before.
Sending = namedtuple("Sending", "session bind query cause autoflush")


def shape_of(
    said: Query | Select, purpose: Purpose
) -> tuple[Hashable, Callable[[], Compilation], Binds]:
    """The key of the compiled form, a function that makes it, and the parameters for it."""
    key, binds = cache_key(said)

    def make() -> Compilation:
        return Compilation(Asked.of(said), purpose=purpose, binds=binds)

    return key and (key, purpose), make, binds


def compile_shape(
    session: Session,
    key: Hashable,
    make: Callable[[], Compilation],
    cause: Cause | None = None,
    autoflush: bool = True,
    bind_arguments: Any = NO_OPTIONS,
) -> Sending:
    """The compiled query kept under this key, ready to be sent; if there is none, make() it.

    key: None if the query is not to be kept. cause: if not the query's own. bind_arguments: those
    of Session.execute(), for get_bind().
    """
    bind = None if session._routes or bind_arguments else session.bind
    if bind is None:
        compilation = make()
        if autoflush:
            untold = Cause("query", _subjects(compilation.asked.entities))
            session._autoflush(cause if cause is not None and cause.subject else untold)
        bind = _bind_by_route(session, compilation, bind_arguments)
    try:
        query: CompiledQuery | None = bind._shapes.find(key)
    except AttributeError:
        session._connection_for_bind(bind)  # says why it is no engine
        raise
    if query is None:
        warnings: list[str] = []
        try:
            compilation = make()
            query = CompiledQuery(compilation, bind.dialect, warnings)
        except Exception:
            _do_what_comes_first(session, bind, cause, autoflush, warnings)
            raise
        criteria = compilation.asked._where_criteria
        if key is not None and criteria and cache_key(and_(*criteria))[0] is None:
            key = None  # a load by a value whose type forbids it
        if key is None:
            query.compiled.origin = "no key"
        bind._shapes.keep(key, query)
    return Sending(session, bind, query, cause or query.cause, autoflush)


def _bind_by_route(session: Session, compilation: Compilation, bind_arguments: Any) -> Any:
    """The bind that the session chooses for what is asked."""
    clause: Any = compilation.asked
    with suppress(Exception):  # raised again when it is compiled, once there is a bind
        clause = compilation.statement
    return bind_of(session, compilation.asked, clause, bind_arguments)


def _do_what_comes_first(
    session: Session, bind: Any, cause: Cause | None, autoflush: bool, warnings: Iterable[str]
) -> None:
    """Flush, connect and warn: the original has done so when it compiles, and a BEGIN is seen."""
    if autoflush:
        session._autoflush(cause or QUERY)
    session._connection_for_bind(bind)
    for warning in warnings:
        sa_exc.warn(warning)


def statement_sending(
    session: Session, query: StatementQuery, autoflush: bool, bind_arguments: Any = NO_OPTIONS
) -> Sending:
    """Autoflush, and make a learner's own statement ready to be sent."""
    if autoflush:
        session._autoflush(query.cause)
    bind = bind_of(session, query.asked, query.statement, bind_arguments)
    return Sending(session, bind, query, query.cause, False)


def bind_of(session: Session, asked: Asked, clause: Any, bind_arguments: Any = NO_OPTIONS) -> Any:
    """The bind that the session chooses: by the mapped class, if any, else by the arguments."""
    mapper = asked.subject or bind_arguments.get("mapper")
    return session.get_bind(**{**bind_arguments, "mapper": mapper, "clause": clause})


# Full statements ------------------------------------------------------------------------------


class StatementQuery(EntityQuery):
    """What the rows of a learner's own statement become: from_statement().

    The result itself tells the names and columns by which its rows are understood.
    """

    def __init__(self, asked: Asked, statement: Any, purpose: Purpose) -> None:
        asked.textual = True
        asked.keeps_keys = is_text = statement._is_text_clause
        compilation = Compilation(asked, purpose=purpose)
        super().__init__(compilation)
        self.asked, self.statement = asked, statement
        # As in the original, only text needs unique().
        self.wants_unique &= is_text
        # As in the original, text is taken to select what the entities ask for, by name; any other
        # statement has columns of its own, in which theirs are looked up.
        if is_text:
            self.sent = TextualSelect(statement, compilation.planner.primary)
        else:
            self.sent, self._adapt = statement, partial(adapt_to, statement, by_name=True)
