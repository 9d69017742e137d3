"""Asked: what a Query or a select() asks, in one form.

Before: orm/query.py (Query) or Session.execute(select(...)) says what is wanted.
Here:   what it selects, as entities: a mapped class as a whole, or an expression; Asked, everything
        that it says; whether a select() needs the ORM at all.
After:  orm/planner.py decides what each entity needs; orm/context.py makes a Core select.

Query and select() are two faces of one statement; they differ in labels, in what they do with
repeated rows, and in a few old spellings (`Said._legacy`).

Follows: SQLAlchemy 1.4, "ORM Querying Guide".
"""

from __future__ import annotations

from functools import partial

from ormtutor.miniorm import exc as sa_exc
from ormtutor.miniorm.orm.attributes import QueryableAttribute
from ormtutor.miniorm.orm.entities import AliasedClass
from ormtutor.miniorm.orm.mapper import Mapper
from ormtutor.miniorm.sql.naming import AnonymousName
from ormtutor.miniorm.sql.select import SAID, Exists, Said, Select
from ormtutor.miniorm.sql.selectable import LABEL_STYLE_TABLENAME_PLUS_COL, AliasedReturnsRows
from ormtutor.miniorm.sql.traversal import adapt_to, iterate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any, NoReturn, TypeAlias

    from ormtutor.miniorm.orm.entities import AliasedInsp
    from ormtutor.miniorm.orm.execute import StatementOfEntities
    from ormtutor.miniorm.orm.query import Query
    from ormtutor.miniorm.sql.elements import ClauseElement, ColumnElement
    from ormtutor.miniorm.sql.selectable import FromClause
    from ormtutor.miniorm.sql.type_api import TypeEngine

    Entity: TypeAlias = "MapperEntity | ColumnEntity"
    # From a value of a row to what tells it from others; None: the value itself.
    UniqueKey = Callable[[Any], Any] | None


# What is selected -----------------------------------------------------------------------------


class MapperEntity:
    """A mapped class, or an alias of one, selected as a whole.

    entity, origin: the Mapper or AliasedInsp. element: its FROM element. thing, found_by: the class
    or alias itself. type: the class of the objects.
    """

    __slots__ = ("element", "entity", "found_by", "mapper", "name", "origin", "thing", "type")

    is_expression = is_star = False

    def __init__(self, entity: Mapper | AliasedInsp) -> None:
        self.entity = self.origin = entity
        self.element = entity.selectable
        self.thing = self.found_by = entity.entity
        self.mapper: Mapper = entity.mapper
        self.mapper.check_configured_once()
        self.type = entity.class_
        # Without a name, the alias cannot be told from the class: it has no name in a row.
        self.name = entity.class_.__name__ if isinstance(entity, Mapper) else entity.name

    @property
    def subject(self) -> str:
        """What the cause of a statement calls it."""
        return self.type.__name__

    def unique_key(self, legacy: bool) -> UniqueKey:
        """What tells two of its values apart."""
        return id


class ColumnEntity:
    """A selected expression.

    element: the expression; a mapped attribute carries its entity. name: what the row calls it.
    """

    __slots__ = ("element", "entity", "name")

    def __init__(self, element: ColumnElement) -> None:
        self.element = element
        parent = element._annotations.get("parententity")
        self.entity = parent or entity_in(element)
        proxy_key = element._annotations.get("proxy_key") if parent else None
        self.name = proxy_key or getattr(element, "key", None)

    @property
    def origin(self) -> Any:
        """Where it comes from: a mapped entity, or else a FROM element; None: a plain value."""
        return self.entity or next(iter(self.element._from_objects), None)

    @property
    def is_expression(self) -> bool:
        """Whether it is selected by itself, and not as an attribute of a class."""
        return "parententity" not in self.element._annotations

    @property
    def is_star(self) -> bool:
        """Whether it is `*`: nobody knows how many columns that is."""
        element: Any = self.element
        return (element.name if element.is_literal else getattr(element, "text", None)) == "*"

    @property
    def thing(self) -> Any:
        """What was selected: the expression; for a mapped column, the attribute of its class."""
        key = self.element._annotations.get("proxy_key")
        is_attribute = key is not None and not self.is_expression
        return getattr(self.entity.entity, key) if is_attribute else self.element

    @property
    def found_by(self) -> Any:
        """What a row finds its value by, beside the name."""
        return self.element._deannotated

    @property
    def type(self) -> TypeEngine:
        """The type of the expression."""
        return self.element.type

    @property
    def subject(self) -> str:
        """What the cause of a statement calls it."""
        if not self.name or isinstance(self.name, AnonymousName):
            return "expression"
        mapper = getattr(self.entity, "mapper", None)
        return str(self.name) if mapper is None else f"{mapper.class_.__name__}.{self.name}"

    def unique_key(self, legacy: bool) -> UniqueKey:
        """What tells two of its values apart; those without a hash all differ for a Query."""
        type_ = getattr(self.element, "type", None)
        if type_ is None or type_.hashable:
            return None
        if legacy:
            return id
        return None if type_._is_null else partial(_refuse_without_hash, type_)


def _refuse_without_hash(type_: TypeEngine, value: Any) -> NoReturn:
    raise sa_exc.InvalidRequestError(
        "Can't apply uniqueness to row tuple containing value of type "
        f"{type_!r}; this datatype produces non-hashable values"
    )


def entity_among(elements: Iterable[ClauseElement]) -> Any:
    """The first mapped entity that one of these elements belongs to, or None."""
    entities = (element._annotations.get("parententity") for element in elements)
    return next(filter(None, entities), None)


def entity_in(element: ClauseElement) -> Any:
    """The first mapped entity that an expression mentions, or None."""
    return entity_among(iterate(element, closed="is_select"))


def entities_of(element: ClauseElement) -> Sequence[Entity]:
    """What an element selects that stands between SELECT and FROM."""
    entity = element._annotations.get("parententity")
    if element._is_from_clause and entity is not None:
        return [MapperEntity(entity)]
    return list(map(ColumnEntity, element._select_iterable))


def entities_of_all(elements: Iterable[ClauseElement]) -> list[Entity]:
    """What all elements together select."""
    return [entity for element in elements for entity in entities_of(element)]


def mapper_entities(entities: Iterable[Entity]) -> list[Mapper | AliasedInsp]:
    """The mappers and aliases among what is selected."""
    return [entity.entity for entity in entities if isinstance(entity, MapperEntity)]


# What is asked --------------------------------------------------------------------------------


class Asked(Said):
    """Everything that a Query or a select() says, in one form.

    The engine's own loads ask as a Query does. toplevel: it is not part of another statement.
    _all_columns: select what such a part would. shows_deferred: a part has the deferred columns
    too. textual: the learner wrote the SQL, so that nothing can be joined to it. keeps_keys:
    load_only() still loads primary keys. keeps_order: a subquery load keeps the ORDER BY of its
    inner SELECT. entity_criteria: (mapper, criteria for all rows of its table), which joined eager
    loads obey too.
    """

    _legacy = _of_query = True
    _label_style: Any = LABEL_STYLE_TABLENAME_PLUS_COL
    keeps_order = False
    entity_criteria: tuple[Any, tuple[Any, ...]] = (None, ())
    toplevel = True
    _all_columns = False
    shows_deferred = True
    textual = False
    keeps_keys = True

    def __init__(self, entities: Iterable[Entity], **said: Any) -> None:
        self.entities = list(entities)
        self.__dict__.update(said)

    @property
    def subject(self) -> Mapper | None:
        """The first mapper that it mentions, even if only in a subquery or EXISTS; or None."""
        base = () if self._base is None else self._base.element._raw_columns
        parts = [*base, *self._from_obj]
        named = [each.entity for each in self.entities]
        entity = next(filter(None, [*named, *map(entity_in, parts)]), None)
        if entity is not None:
            return entity.mapper
        parts += [each.element for each in self.entities]
        inside = [each for part in parts for each in iterate(part, closed="_hides_entities")]
        sources = {id(each): each for each in map(_source_of, inside) if each is not None}
        mappers = (Asked.of(each).subject for each in sources.values())
        return next(filter(None, mappers), None)

    def adapt_to_base(self, expression: Any) -> Any:
        """An expression as the union sees it that entities are read from, if there is one."""
        return expression if self._base is None else adapt_to(self._base, expression)

    def in_base(self, selectable: FromClause) -> FromClause:
        """The union that entities are read from, if it has columns of `selectable`; else that."""
        base = self._base
        if base is None or all(base.corresponding_column(each) is None for each in selectable.c):
            return selectable
        return base

    @classmethod
    def of(cls, said: Query | Select | StatementOfEntities, **more: Any) -> Asked:
        """What a Query or a select() of mapped things says: their attributes are alike."""
        given = {name: value for name, value in said.__dict__.items() if name in SAID}
        usual = {name: getattr(said, name) for name in ("_legacy", "_of_query", "_label_style")}
        return cls(entities_of_all(said._raw_columns), **{**usual, **given, **more})


def is_orm_select(statement: Select) -> bool:
    """Whether only the ORM understands a select(): it has mapped columns, or joins along them.

    So it is when a subquery has them, and for what was a Query, whatever it selects.
    """
    selects = [statement]  # and those that it reads, each once
    for each in selects:
        if each._of_query or (each is not statement and "_is_plain" in each.__dict__):
            return True
        for part in _parts_of(each):
            is_mapped = isinstance(part, (QueryableAttribute, AliasedClass, type))
            if is_mapped or "parententity" in getattr(part, "_annotations", ()):
                return True
            source = _source_of(part)
            if source is not None and all(source is not known for known in selects):
                selects.append(source)
    return False


def _parts_of(statement: Select) -> Iterator[Any]:
    """The parts of a select(): those of its columns, what it selects from, what it joins."""
    replaced = [(each.columns, each.joins) for each in statement._replaced]
    stages = [(statement._raw_columns, statement._setup_joins), *replaced]
    for column in [column for columns, _ in stages for column in columns]:
        if column._is_column_element and not column._is_column_clause:
            yield from iterate(column, closed="_hides_entities")
        else:
            yield column
    yield from statement._from_obj
    for _, joins in stages:
        for step in joins:
            yield from step[:2]


def _source_of(part: Any) -> Select | None:
    """The SELECT inside a subquery, a subquery's column, or an EXISTS; None for anything else."""
    source: Any = part.element.element if isinstance(part, Exists) else getattr(part, "table", part)
    while isinstance(source, AliasedReturnsRows):
        source = source.element
    return source if source is not part and isinstance(source, Select) else None
