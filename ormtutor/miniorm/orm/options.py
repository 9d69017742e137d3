"""Loading options: joinedload() and the like, as paths from an entity to an attribute.

Before: learners write `query.options(joinedload(User.addresses).defer(Address.email))`.
Here:   a chain of calls becomes Steps, each of which says how to load what its path leads to;
        resolve() turns the tokens of a path (attributes, names, '*') into mapped properties.
After:  orm/planner.py calls for_path() for each attribute; loaded objects keep the options that
        also concern later lazy loads.

Follows: SQLAlchemy 1.4, "Relationship Loading Techniques", "Loading Columns".
"""

from __future__ import annotations

from collections import namedtuple

from ormtutor.miniorm import exc as sa_exc
from ormtutor.miniorm.doors import known_as
from ormtutor.miniorm.inspection import inspect
from ormtutor.miniorm.leftout import refuse_arguments
from ormtutor.miniorm.orm import exc as orm_exc
from ormtutor.miniorm.sql.elements import Generative

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any, Self

# The strategies of columns and of relationships, and their names in messages.
STRATEGIES = {
    "column": {"column": "column loader", "deferred": "deferred column loader"},
    "relationship": {
        "select": "lazy loader",
        "raise": "lazy loader",
        "raise_on_sql": "lazy loader",
        "joined": "joined loader",
        "contains_eager": "joined loader",
        "subquery": "subquery loader",
        "selectin": "select in loader",
        "immediate": "immediate loader",
        "noload": "no loader",
    },
}
# '*' means every attribute of one entity; after EVERYWHERE, of every entity in the query.
RELATIONSHIP_WILDCARD = "relationship:*"
COLUMN_WILDCARD = "column:*"
EVERYWHERE = "*"

#: Later loads remember at most this much of the beginning of their path: ten relationships.
LONGEST = 21


class Step(namedtuple("Step", "tokens strategy settings propagates", defaults=((), True))):
    """One instruction: load what `tokens` lead to by this strategy; None: only follow the path."""

    __slots__ = ()

    @property
    def key(self) -> Any:
        """What tells it from others."""
        return tuple(map(_token_key, self.tokens)), self.strategy, self.settings


def _token_key(token: Any) -> Any:
    if isinstance(token, str) or not hasattr(token, "prop"):
        return token
    return (token.parent, token.prop, token._of_type, token._extra_criteria)


class Load(Generative):
    """Options that start at one entity: `Load(User).joinedload(User.addresses)`."""

    __module__ = "sqlalchemy.orm.strategy_options"

    _is_legacy_option = False
    entity: Any = None
    tokens: tuple[Any, ...] = ()
    steps: tuple[Step, ...] = ()
    # Whether it concerns later loads, too: decided by its last relationship.
    propagates = False

    def __init__(self, entity: Any) -> None:
        self.entity = inspect(entity)
        self.entity.mapper.check_configured_once()

    def __str__(self) -> str:
        return "Load(strategy=None)"  # as in the original, for any strategy

    @property
    def key(self) -> tuple[Any, ...]:
        """What tells this option from others: part of a query's structure."""
        return (self.entity, *[step.key for step in self.steps])

    def _continued(self, tokens: tuple[Any, ...], steps: Iterable[Step]) -> Self:
        new = self._with(tokens=tokens, steps=(*self.steps, *steps))
        if new.entity is not None:
            for step in steps:
                _resolve_tokens(new.entity, step)
        return new

    def _along(
        self, attr: Any, strategy: str | None, propagates: bool = True, **settings: Any
    ) -> Self:
        tokens = self.tokens + self._tokens_of(attr, RELATIONSHIP_WILDCARD)
        given = tuple((name, value) for name, value in settings.items() if value is not None)
        new = self._continued(tokens, [Step(tokens, strategy, given, propagates)])
        new.propagates = propagates and (not tokens or tokens[0] is not EVERYWHERE)
        return new

    def _columns(self, attrs: Iterable[Any], strategy: str) -> Self:
        steps = [
            Step(self.tokens + self._tokens_of(attr, COLUMN_WILDCARD), strategy) for attr in attrs
        ]
        return self._continued(self.tokens, steps)

    def _tokens_of(self, attr: Any, wildcard: str) -> tuple[Any, ...]:
        if isinstance(attr, str) and attr == "*":
            is_start = self.entity is None and not self.tokens
            return (EVERYWHERE, wildcard) if is_start else (wildcard,)
        is_given = bool(attr)  # TypeError: a column of a table, or another SQL element
        if self.entity is not None and not isinstance(attr, str):
            inspect(attr)
            attr.parent  # noqa: B018  raises for a class
        # As in the original, an empty value (User().addresses for User.addresses) is ignored.
        return (attr,) if is_given or self.entity is not None else ()

    def options(self, *opts: Load) -> Self:
        """Add several options for what the attribute at the end of this path leads to.

        Raises: ArgumentError: one is not an option. NotImplementedError: this or one of them
        begins with Load(...).
        """
        _check_unbound("The options() method is currently only supported for", self)
        for option in opts:
            if not isinstance(option, Load):
                raise sa_exc.ArgumentError(
                    f"Loader option {option} is not compatible with the Load.options() method."
                )
            _check_unbound("Only", option, " may be used with the Load.options() method")
        # A lone '*' then means the entity at the end of this path.
        steps = [
            step._replace(
                tokens=(*self.tokens, *[each for each in step.tokens if each is not EVERYWHERE])
            )
            for option in opts
            for step in option.steps
        ]
        return self._continued(self.tokens, steps)

    def contains_eager(self, attr: Any, alias: Any = None) -> Self:
        """Fill the attribute from columns that the query itself has joined.

        alias: the aliased() thing or selectable that was joined instead of the plain table.
        """
        alias = None if alias is None else inspect(alias)
        return self._along(attr, "contains_eager", propagates=False, alias=alias)

    def joinedload(self, attr: Any, innerjoin: Any = None) -> Self:
        """Load the attribute in the same SELECT, by a LEFT OUTER JOIN (innerjoin=True: JOIN)."""
        return self._along(attr, "joined", innerjoin=innerjoin)

    def subqueryload(self, attr: Any) -> Self:
        """Load the attribute by a second SELECT that embeds the first."""
        return self._along(attr, "subquery")

    def selectinload(self, attr: Any) -> Self:
        """Load the attribute by a second SELECT with the parents' keys in an IN."""
        return self._along(attr, "selectin")

    def lazyload(self, attr: Any) -> Self:
        """Load the attribute when it is first read."""
        return self._along(attr, "select")

    def immediateload(self, attr: Any) -> Self:
        """Load the attribute at once, by a SELECT for each parent."""
        return self._along(attr, "immediate")

    def noload(self, attr: Any) -> Self:
        """Do not load the attribute at all: it reads as empty."""
        return self._along(attr, "noload")

    def raiseload(self, attr: Any, sql_only: bool = False) -> Self:
        """Refuse to load the attribute when it is read (sql_only: if that needs a SELECT)."""
        return self._along(attr, "raise_on_sql" if sql_only else "raise")

    def defaultload(self, attr: Any) -> Self:
        """Step along the attribute without saying how it is loaded."""
        return self._along(attr, None)

    def defer(self, key: Any, **left_out: Any) -> Self:
        """Leave the column out until it is read."""
        refuse_arguments("Load.defer", left_out, "raiseload")
        return self._columns([key], "deferred")

    def undefer(self, key: Any) -> Self:
        """Load the deferred column with the rest."""
        return self._columns([key], "column")

    def undefer_group(self, name: str) -> Self:
        """Load the deferred columns of this group with the rest."""
        group = (undeferred(name), True)
        step = Step((*self.tokens, COLUMN_WILDCARD), "undefer_group", (group,))
        return self._continued(self.tokens, [step])

    @known_as("load_only")
    def load_only(self, *attrs: Any) -> Self:
        """Load these columns and the primary key; defer the others."""
        others = Step((*self.tokens, COLUMN_WILDCARD), "deferred", (("undefer_pks", True),))
        return self._columns(attrs, "column")._continued(self.tokens, [others])


def undeferred(group: str) -> str:
    """The name of the setting for a group that is loaded; a path may have several."""
    return f"undeferred {group}"


def _contains_eager_link(option: Load, attr: Any) -> Load:
    """contains_eager() along a key before the last: it yields to another option for that."""
    return option._along(attr, "contains_eager", propagates=False, is_link=True)


def _check_unbound(before: str, option: Load, after: str = "") -> None:
    if option.entity is not None:
        raise NotImplementedError(f"{before} 'unbound' loader options{after}")


class _UnboundLoad(Load):
    """Options whose entity is found when the query is compiled: `joinedload(User.addresses)`."""

    __module__ = "sqlalchemy.orm.strategy_options"

    def __init__(self) -> None:
        """An option whose entity is not known yet."""


def _starting(last: Any, before: Any = Load.defaultload) -> Callable[..., _UnboundLoad]:
    """A method of Load as a function: `last` for the last key, `before` for those before it."""

    def start(*keys: Any, **arguments: Any) -> _UnboundLoad:
        option = _UnboundLoad()
        way = [name for key in keys for name in (key.split(".") if isinstance(key, str) else [key])]
        end = way[-1]
        for key in way[:-1]:
            option = before(option, key)
        return last(option, end, **arguments)

    start.__name__ = start.__qualname__ = last.__qualname__ = last.__name__
    start.__doc__ = last.__doc__
    return start


joinedload = _starting(Load.joinedload)
contains_eager = _starting(Load.contains_eager, before=_contains_eager_link)
subqueryload = _starting(Load.subqueryload)
selectinload = _starting(Load.selectinload)
lazyload = _starting(Load.lazyload)
immediateload = _starting(Load.immediateload)
noload = _starting(Load.noload)
raiseload = _starting(Load.raiseload)
defaultload = _starting(Load.defaultload)
_defer = _starting(Load.defer)
_undefer = _starting(Load.undefer)


def defer(key: Any, *addl_attrs: Any, **arguments: Any) -> _UnboundLoad:
    """Leave the column out until it is read."""
    _warn_of_further_keys("defer", addl_attrs)
    return _defer(key, *addl_attrs, **arguments)


def undefer(key: Any, *addl_attrs: Any) -> _UnboundLoad:
    """Load the deferred column with the rest."""
    _warn_of_further_keys("undefer", addl_attrs)
    return _undefer(key, *addl_attrs)


def _warn_of_further_keys(option: str, keys: tuple[Any, ...]) -> None:
    if keys:
        sa_exc.warn_deprecated(
            f"The *addl_attrs on orm.{option} is deprecated.  Please use method chaining in "
            "conjunction with defaultload() to indicate a path."
        )


def undefer_group(name: str) -> _UnboundLoad:
    """Load the deferred columns of a group."""
    return _UnboundLoad().undefer_group(name)


def load_only(*attrs: Any) -> _UnboundLoad:
    """Load these columns and the primary key; defer the others."""
    return _UnboundLoad().load_only(*attrs)


# A step whose tokens have become a path: (entity, property, entity, property ...).
Resolved = namedtuple("Resolved", "path strategy settings propagates")
UNSAID = Resolved((), None, {}, False)


class LoaderOptions:
    """All resolved options of one query, by path.

    A path begins at an entity of this query, even for the SELECTs that follow from it.
    propagated: whether loaded objects keep the options that concern them. given: these without what
    with_lazy() added.
    """

    __slots__ = ("_by_path", "_kept", "given", "propagated", "resolved")

    def __init__(self, resolved: Iterable[Resolved]) -> None:
        self.resolved = tuple(resolved)
        self._by_path = {each.path: each for each in self.resolved if each.strategy is not None}
        self._kept: LoaderOptions | None = None
        self.given = self
        self.propagated = any(each.propagates for each in self.resolved)

    def for_path(self, path: tuple[Any, ...], prop: Any, wildcard: str) -> Resolved:
        """The option for `prop` at this path: its own, or its entity's or any '*'; else UNSAID."""
        by_path = self._by_path
        return (
            by_path.get((*path, prop))
            or by_path.get((*path, wildcard))
            or by_path.get((EVERYWHERE, wildcard))
            or UNSAID
        )

    def kept(self) -> LoaderOptions:
        """Those of the options that concern later loads.

        It is the same object each time, so that shapes compiled for it are found again.
        """
        if self._kept is None:
            kept = [each for each in self.resolved if each.propagates]
            self._kept = self if len(kept) == len(self.resolved) else LoaderOptions(kept)
        return self._kept

    def with_lazy(self, paths: Iterable[tuple[Any, ...]]) -> LoaderOptions:
        """These options, but with lazy loading for `paths`."""
        more = [Resolved(path, "select", {}, False) for path in paths]
        new = LoaderOptions([*self.resolved, *more])
        new.given, new._kept = self.given, self.kept()
        return new

    def starts_with(self, path: tuple[Any, ...]) -> bool:
        """Whether any option's path starts with this one."""
        return any(each.path[: len(path)] == path for each in self.resolved)


NO_LOADER_OPTIONS = LoaderOptions(())


def resolve(given: Iterable[tuple[Sequence[Load], Sequence[Any]]]) -> LoaderOptions:
    """Resolve the options' tokens to properties of the query's entities.

    given: options, and the entities (mappers and aliases, in order) of the query that got them.
    Raises: ArgumentError: a path that does not start or continue anywhere here.
            LoaderStrategyException: a column's strategy on a relationship, or the reverse.
    """
    resolved: list[Resolved] = []
    said: dict[tuple[Any, ...], Resolved] = {}
    for options, entities in given:
        for option in options:
            # As in the original, an option of Load(entity) is not merged with earlier ones.
            before = {} if option.entity else said
            for step in option.steps:
                if step.tokens and (step.strategy or option.entity):
                    each = _resolve_tokens(
                        option.entity or _root(step.tokens[0], entities),
                        step if option.propagates else step._replace(propagates=False),
                        is_bound=option.entity is not None,
                    )
                    resolved.append(_added_up(before, each))
            said.update(before)
    return LoaderOptions(resolved) if resolved else NO_LOADER_OPTIONS


def _added_up(said: dict[tuple[Any, ...], Resolved], each: Resolved) -> Resolved:
    """An option for a path, merged with an earlier one for the same path."""
    before = said.get(each.path)
    if before is not None and each.settings.get("is_link"):
        each = before
    elif before is not None and "undefer_group" in (before.strategy, each.strategy):
        said_by = before if each.strategy == "undefer_group" else each
        each = said_by._replace(settings={**before.settings, **each.settings})
    elif before is not None and "of_type" in before.settings:
        # As in the original, a path keeps the alias that was named first.
        of_type = before.settings["of_type"]
        each = each._replace(settings={"of_type": of_type, "alias": of_type, **each.settings})
    if each.strategy is not None:
        said[each.path] = each
    return each


def _root(token: Any, entities: Sequence[Any]) -> Any:
    """The entity of the query at which an unbound path starts; or EVERYWHERE."""
    if isinstance(token, str):
        if token is EVERYWHERE:
            return token
        if token == COLUMN_WILDCARD:
            return _only_entity(entities)
        if not entities:
            raise sa_exc.ArgumentError(
                f'Query has only expression-based entities - can\'t find property named "{token}".'
            )
        return entities[0]
    prop = getattr(token, "property", None)
    if prop is None or getattr(token, "parent", None) is None:
        raise sa_exc.ArgumentError("mapper option expects string key or list of attributes")
    for entity in entities:
        if entity is token.parent:
            return entity
    if not entities:
        raise sa_exc.ArgumentError(
            "Query has only expression-based entities, which do not apply to "
            f'{prop.kind} property "{prop}"'
        )
    among = ", ".join(str(entity) for entity in entities)
    raise sa_exc.ArgumentError(
        f'Mapped attribute "{prop}" does not apply to any of the root entities in this query, '
        f"e.g. {among}. Please specify the full path from one of the root entities to the target "
        "attribute. "
    )


def _only_entity(entities: Sequence[Any]) -> Any:
    if len(entities) == 1:
        return entities[0]
    among = ", ".join(str(entity) for entity in entities)
    instead = ", ".join(f"Load({entity}).some_option('*')" for entity in entities)
    raise sa_exc.ArgumentError(
        "Can't apply wildcard ('*') or load_only() loader option to multiple entities "
        f"{among}. Specify loader options for each entity individually, such as {instead}."
    )


def _resolve_tokens(root: Any, step: Step, is_bound: bool = False) -> Resolved:
    """Resolve a step's tokens, beginning at `root`. is_bound: the root is that of Load(root)."""
    path: tuple[Any, ...] = (root,)
    entity = root
    previous: Any = None
    last = len(step.tokens) - 1
    for position, token in enumerate(step.tokens):
        if token is EVERYWHERE:
            continue
        if isinstance(token, str) and token in (RELATIONSHIP_WILDCARD, COLUMN_WILDCARD):
            if position < last:
                raise sa_exc.ArgumentError("Wildcard token cannot be followed by another entity")
            path = (*path, token)
            break
        prop, target = _follow(entity, token, previous)
        path = (*path, prop)
        if position < last:
            if target is None:
                raise sa_exc.ArgumentError(
                    f"Mapped attribute '{prop}' does not refer to a mapped entity"
                )
            path = (*path, target)
        else:
            _check_strategy(step.strategy, prop)
        entity, previous = target, prop
    settings = dict(step.settings)
    if previous is not None and entity is not None and entity.is_aliased_class:
        settings["of_type"] = entity
        if step.strategy == "contains_eager":
            settings.setdefault("alias", entity)
    # As in the original, the criteria of an and_() further up the path count again at its end, if
    # that has none; after Load(root) always, even in the SELECT of another eager load.
    places = [*enumerate(step.tokens)]
    for place, each in places if is_bound else [(last, token), *places]:
        if criteria := getattr(each, "_extra_criteria", ()):
            said_at = len(path) if is_bound else 2 * place + 1
            settings.update(criteria=criteria, criteria_said_at=said_at)
            break
    return Resolved(path, step.strategy, settings, step.propagates)


def _follow(entity: Any, token: Any, previous: Any) -> tuple[Any, Any]:
    """Follow one token: the property that it names on `entity`, and the entity it leads to."""
    if isinstance(token, str):
        prop = entity.mapper._props.get(token)
        if prop is None:
            raise sa_exc.ArgumentError(
                f'Can\'t find property named "{token}" on {entity} in this Query.'
            )
        of_type = None
    else:
        prop = getattr(token, "property", None)
        if prop is None:
            inspect(token)
            token.parent  # noqa: B018  raises for a class
            raise sa_exc.ArgumentError("mapper option expects string key or list of attributes")
        if token.parent is not entity:
            needs_type = previous and entity.is_mapper and token.parent.is_aliased_class
            advice = f"  Did you mean to use {previous}.of_type({token.class_.__name__})?"
            raise sa_exc.ArgumentError(
                f'Attribute "{token}" does not link from element "{entity}".'
                f"{advice if needs_type else ''}"
            )
        of_type = None if token._of_type is None else inspect(token._of_type)
    while prop.kind == "synonym":
        prop = prop.parent._props[prop.name]
    return prop, of_type or getattr(prop, "entity", None)


def _check_strategy(strategy: str | None, prop: Any) -> None:
    if strategy is None or strategy in STRATEGIES[prop.kind]:
        return
    intended = "column" if prop.kind == "relationship" else "relationship"
    name = STRATEGIES[intended][strategy]
    raise orm_exc.LoaderStrategyException(
        f'Can\'t apply "{name}" strategy to property "{prop}", which is a "{prop.kind} property"; '
        f'this loader strategy is intended to be used with a "{intended} property".'
    )
