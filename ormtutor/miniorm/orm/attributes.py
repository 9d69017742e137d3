"""Attributes: what a mapping puts on the class.

Before: a learner reads `user.name`, sets it, appends to `user.addresses`, asks `User.name == "x"`.
Here:   InstrumentedAttribute: on the class an expression; on an object it reads a value that is not
        there yet. The `__setattr__` of a mapped class; functions on one attribute.
After:  orm/impls.py reads, writes and remembers the value; sql/elements.py compares the column.

An InstrumentedAttribute has `__get__` and no `__set__`: a loaded attribute is found in the object's
own dictionary without running our code. Writes go through one `__setattr__` for each class.

Follows: SQLAlchemy 1.4, "Attributes".
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache

from ormtutor.miniorm.doors import publish
from ormtutor.miniorm.exc import InvalidRequestError
from ormtutor.miniorm.inspection import InspectionAttr
from ormtutor.miniorm.leftout import names_left_out, refuse_method
from ormtutor.miniorm.orm import flags

# Some are imported only because SQLAlchemy publishes them here.
from ormtutor.miniorm.orm.flags import *  # noqa: F403
from ormtutor.miniorm.orm.impls import (  # noqa: F401
    HISTORY_BLANK,
    OP_APPEND,
    OP_BULK_REPLACE,
    OP_REMOVE,
    OP_REPLACE,
    AttributeEvent,
    AttributeImpl,
    CollectionAttributeImpl,
    History,
    ScalarAttributeImpl,
    ScalarObjectAttributeImpl,
    instance_state,
    state_of,
)
from ormtutor.miniorm.sql import operators
from ormtutor.miniorm.sql.elements import Generative, comparison_method
from ormtutor.miniorm.sql.operators import ColumnOperators

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def _compared(op: Any) -> Any:
    compare_columns = comparison_method(op)

    def compare(self: Any, other: Any) -> Any:
        column = self._expression
        return compare_columns(self.expression if column is None else column, other)

    return compare


class QueryableAttribute(InspectionAttr, ColumnOperators, Generative):
    """A mapped attribute on its class (or on an alias of it): an expression.

    Each kind of property has a subclass, which defines its operators.

    prop: the MapperProperty behind it. parent: the Mapper or AliasedInsp that it belongs to.
    impl: how instances read and write it; None on a synonym, and before it is configured.
    """

    is_attribute = True
    # Its name in errors.
    _kind = "InstrumentedAttribute"

    impl: Any = None
    _of_type: Any = None
    _extra_criteria: tuple[Any, ...] = ()
    _expression: Any = None

    def __init__(self, prop: Any, parent: Any) -> None:
        self.prop = prop
        self.key: str = prop.key
        self.parent = parent
        self.class_ = parent.entity
        # What decides the SQL text of a join along us, if it is the same in all statements.
        self.fixed_structure = prop if parent.is_mapper else None

    @property
    def comparator(self) -> Any:
        """What defines the operators."""
        return self

    def _with(self, **changes: Any) -> Any:
        return super()._with(_expression=None, fixed_structure=None, **changes)

    def adapt_to_entity(self, insp: Any) -> Any:
        """The same attribute of an alias, whose AliasedInsp is given."""
        return self._with(parent=insp, class_=insp.entity)

    @property
    def adapter(self) -> Any:
        """What turns columns of the table into those of the alias; None without an alias."""
        return self.parent.adapt if self.parent.is_aliased_class else None

    # the expression --------------------------------------------------------------------------

    _express: Callable[[], Any]

    @property
    def expression(self) -> Any:
        """The SQL expression: the column that knows its mapper, or the relationship's condition."""
        expression = self._expression
        if expression is None:
            expression = self._expression = self._express()
        return expression

    def __clause_element__(self) -> Any:
        return self.expression

    def operate(self, op: Any, *other: Any, **kw: Any) -> Any:
        """Apply an operator to what the attribute stands for."""
        return op(self.expression, *other, **kw)

    def reverse_operate(self, op: Any, other: Any, **kw: Any) -> Any:
        """Apply an operator whose left side is a plain value."""
        return self.expression.reverse_operate(op, other, **kw)

    def label(self, name: str | None) -> Any:
        """The expression under another name."""
        return self.expression.label(name)

    # what else can be asked ------------------------------------------------------------------

    def _answer(self, key: str) -> Any:
        """Look up an unknown name on the column."""
        return getattr(self.expression, key)

    def __getattr__(self, key: str) -> Any:
        if key.startswith("__") or key == "comparator":
            raise AttributeError(key)
        if key in _OF_RELATIONSHIPS:
            return self._answer(key)
        if not key.startswith("_") and key not in ("expression", "expressions"):
            with suppress(AttributeError):
                return self._answer(key)
        refuse_method(type(self), key)
        raise AttributeError(
            f"Neither {self._kind!r} object nor 'Comparator' object associated with {self} has an "
            f"attribute {key!r}"
        )

    def __hash__(self) -> int:
        return id(self) >> 4

    def __str__(self) -> str:
        return f"{self.class_.__name__}.{self.key}"

    def __repr__(self) -> str:
        return object.__repr__(self)

    @property  # last: below this line the class body's `property` is this one
    def property(self) -> Any:
        """The MapperProperty behind the attribute, configured."""
        return self.prop


# On a column's attribute, the column itself raises the AttributeError for these.
_OF_RELATIONSHIPS = ("and_", "any", "has", "of_type")


# Here the attribute is its own comparator.
PropComparator = QueryableAttribute


class InstrumentedAttribute(QueryableAttribute):
    """A mapped attribute on its class; on an object, it reads a value that is not there yet."""

    def __init_subclass__(cls) -> None:
        """Show all subclasses under one name; each attribute has a docstring of its own."""
        cls.__name__ = cls.__qualname__ = "InstrumentedAttribute"
        cls.__module__ = "sqlalchemy.orm.attributes"
        cls.__doc__ = vars(InstrumentedAttribute)["__doc__"]  # type: ignore[method-assign]

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]
        return self.prop.doc

    def __get__(self, instance: Any, owner: Any) -> Any:
        if instance is None:
            return self
        dict_ = instance.__dict__
        state = dict_.get("_sa_instance_state")
        if state is None:
            state = state_of(instance)
        return self.impl.get(state, dict_)


class ColumnAttribute(InstrumentedAttribute):
    """The attribute of a column, or of any other SQL expression."""

    @property
    def expressions(self) -> list[Any]:
        """The columns (several where a join is mapped), annotated with entity and name."""
        parent = self.parent
        annotations = {"parententity": parent, "parentmapper": parent, "proxy_key": self.prop.key}
        return [parent.adapt(column)._annotate(annotations) for column in self.prop.columns]

    def _express(self) -> Any:
        return self.expressions[0]

    def _annotate(self, values: dict[str, Any]) -> Any:
        return self.expression._annotate(values)

    # FASTPATH: compare by the column itself, without operate(): 1.0 for 1.6 us.
    __lt__ = _compared(operators.lt)
    __le__ = _compared(operators.le)
    __eq__: Any = _compared(operators.eq)
    __ne__: Any = _compared(operators.ne)
    __gt__ = _compared(operators.gt)
    __ge__ = _compared(operators.ge)
    __hash__: Any = QueryableAttribute.__hash__


class DataDescriptor(QueryableAttribute):
    """Makes an attribute one that Python asks before the object's dictionary.

    For classes with a __setattr__ of their own, which bypasses ours; and for dynamic relationships,
    whose entry in the dictionary is a mark for the flush and not a value.
    An attribute itself, so that an attribute's class can be changed into one of these.
    """

    def __set__(self, instance: Any, value: Any) -> None:
        self.impl.set(state_of(instance), instance.__dict__, value, None)

    def __delete__(self, instance: Any) -> None:
        self.impl.delete(state_of(instance), instance.__dict__)


class _Watched(DataDescriptor):
    """An attribute whose next read somebody waits for: see watch_reads()."""

    _on_read: Any
    _unwatched: type

    def __get__(self, instance: Any, owner: Any) -> Any:
        value = super().__get__(instance, owner)  # type: ignore[misc]  # the attribute's
        if instance is not None and self._on_read(self):
            _become(self, self._unwatched)
        return value


@cache
def asked_first(kind: Any, descriptor: Any = DataDescriptor) -> Any:
    """The class of attribute that is like `kind`, and a data descriptor."""
    return type("InstrumentedAttribute", (descriptor, kind), {})


def watch_reads(attribute: Any, on_read: Callable[[Any], bool]) -> None:
    """Call `on_read(attribute)` at each read of the attribute, until it returns True.

    A loaded value is read from the object's dictionary without our code; while it is watched, the
    attribute is one that Python asks first. No counterpart in SQLAlchemy.
    """
    if (
        isinstance(attribute, InstrumentedAttribute)
        and not isinstance(attribute, _Watched)
        and not attribute.impl.dynamic
    ):
        kind: Any = attribute.__class__
        attribute.__dict__.update(_on_read=on_read, _unwatched=kind)
        _become(attribute, asked_first(kind, _Watched))


def _become(attribute: Any, kind: type) -> None:
    attribute.__class__ = kind
    if vars(attribute.class_).get(attribute.key) is attribute:
        # Set it anew, so that Python notices the other kind of descriptor.
        type.__setattr__(attribute.class_, attribute.key, attribute)


class Proxy(QueryableAttribute):
    """What synonym() puts on a class: on objects, it acts as the descriptor that it was given."""

    _kind = "property"

    @property
    def comparator(self) -> Any:
        """The attribute that it stands for."""
        found = getattr(self.parent.entity, self.prop.name)
        if not isinstance(found, ColumnOperators):
            raise InvalidRequestError(
                f'synonym() attribute "{self.class_.__name__}.{self.prop.name}" only supports ORM '
                f"mapped attributes, got {found!r}"
            )
        return found

    def _answer(self, key: str) -> Any:
        return getattr(self.comparator, key)

    def _express(self) -> Any:
        element = self.comparator.expression
        is_column = "proxy_key" in element._annotations
        return element._annotate({"proxy_key": self.prop.key}) if is_column else element

    def _annotate(self, values: dict[str, Any]) -> Any:
        return self.comparator._annotate(values)

    def operate(self, op: Any, *other: Any, **kw: Any) -> Any:
        """Apply an operator to the attribute that it stands for."""
        return self.comparator.operate(op, *other, **kw)

    def __get__(self, instance: Any, owner: Any) -> Any:
        return self if instance is None else self.prop.descriptor.__get__(instance, owner)

    def __set__(self, instance: Any, value: Any) -> None:
        self.prop.descriptor.__set__(instance, value)

    def __delete__(self, instance: Any) -> None:
        self.prop.descriptor.__delete__(instance)

    @property  # last: below this line the class body's `property` is this one
    def property(self) -> Any:
        """The property of the attribute that it stands for."""
        return self.comparator.property


def install_setattr(cls: Any, impls: dict[str, Any]) -> None:
    """Give a class the `__setattr__` and `__delattr__` that hand mapped names to their impls."""
    plain_set, plain_delete, impl_of = object.__setattr__, object.__delattr__, impls.get

    def __setattr__(self: Any, name: str, value: Any) -> None:
        impl = impl_of(name)
        if impl is None:
            plain_set(self, name, value)
        else:
            dict_ = self.__dict__
            state = dict_.get("_sa_instance_state")
            impl.set(state_of(self) if state is None else state, dict_, value, None)

    def __delattr__(self: Any, name: str) -> None:
        impl = impl_of(name)
        if impl is None:
            plain_delete(self, name)
        else:
            impl.delete(state_of(self), self.__dict__)

    __setattr__._sa_impls = impls  # type: ignore[attr-defined]
    __setattr__.__qualname__ = f"{cls.__qualname__}.__setattr__"
    __delattr__.__qualname__ = f"{cls.__qualname__}.__delattr__"
    type.__setattr__(cls, "__setattr__", __setattr__)
    type.__setattr__(cls, "__delattr__", __delattr__)


def remove_setattr(cls: Any) -> None:
    """Take both away again."""
    if hasattr(vars(cls).get("__setattr__"), "_sa_impls"):
        type.__delattr__(cls, "__setattr__")
        type.__delattr__(cls, "__delattr__")


# Functions on one attribute of one object, as published ---------------------------------------


def get_history(obj: Any, key: str, passive: int = flags.PASSIVE_OFF) -> History:
    """The History of one attribute; by default, what is needed for it is loaded."""
    return state_of(obj).get_history(key, passive)


def set_committed_value(instance: Any, key: str, value: Any) -> None:
    """Put a value as if it had been loaded: no history."""
    state = state_of(instance)
    state.mapper.impl_of(key).set_committed_value(state, instance.__dict__, value)


def flag_modified(instance: Any, key: str) -> None:
    """Mark an attribute as changed, whatever its value.

    Raises: InvalidRequestError: it has no value. KeyError: there is no such attribute.
    """
    state, values = state_of(instance), instance.__dict__
    impl = state.mapper.impl_of(key)
    if not impl.send_modified_events:
        return
    if key not in values:
        raise InvalidRequestError(
            f"Can't flag attribute '{key}' modified; it's not present in the object state"
        )
    state.committed_state = {**state.committed_state, impl.key: flags.NO_VALUE}
    if not state.modified:
        state._become_modified(impl)


publish(globals(), "sqlalchemy.orm.attributes")
__getattr__ = names_left_out("sqlalchemy.orm.attributes")
