"""Events: functions that are called when something happens to an engine, a session, a table.

Before: exc.py.
Here:   listen(), listens_for(), remove(), contains(), and Dispatch, which holds the listeners.
After:  engine/base.py and orm/session.py each have a Dispatch, and call its listeners.

A target class has a class attribute `dispatch = Dispatch(("connect", "begin", ...))`. Every event
is an attribute of it, a tuple of functions, empty as long as nobody listens, so that the hot path
is `if self.dispatch.begin:`. Listening on an instance or a subclass gives it its own Dispatch, a
child of its class's; a listener added to a parent reaches all children, even existing ones.

Follows: SQLAlchemy 1.4, "Events".
"""

from __future__ import annotations

from types import MethodType
from weakref import WeakSet, ref

from ormtutor.miniorm import exc
from ormtutor.miniorm.leftout import names_left_out

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Dispatch:
    """The listeners of one target: an attribute for each event, holding a tuple of functions.

    names: the events that exist. parent: the Dispatch whose listeners are ours too. of_class: it
    is a class's, which calls a function as often as it was added, all in the order of adding; an
    instance calls it once, and its own listeners after its class's.
    """

    _names: tuple[str, ...]

    def __init__(
        self, names: tuple[str, ...] = (), parent: Dispatch | None = None, of_class: bool = True
    ) -> None:
        self._names = names if parent is None else parent._names
        self._parent = parent
        self._of_class = of_class
        # What is called for each of our own listeners, by event and identity.
        self._own: dict[tuple[str, Any], Any] = {}
        self._children: WeakSet[Dispatch] = WeakSet()
        for name in self._names:
            self.__dict__[name] = () if parent is None else getattr(parent, name)
        if parent is not None:
            parent._children.add(self)

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> tuple[Callable[..., Any], ...]: ...

    def add(self, name: str, function: Any, called: Any) -> None:
        """Add a listener. called: the function to call for it.

        Raises: TypeError: it is None or a list; as in the original, a class has it by then.
        """
        if self._of_class:
            self._change(name, lambda listeners: (*listeners, called))
        hash(ref(called))
        if self._of_class:
            self._own[name, _identity(function)] = called
        else:
            self._own.setdefault((name, _identity(function)), called)
            self._rebuild(name)

    def discard(self, name: str, function: Any) -> None:
        """Remove a listener; from a class, once."""
        called = self._own.pop((name, _identity(function)))
        if self._of_class:
            self._change(name, lambda listeners: _without_one(listeners, called))
        else:
            self._rebuild(name)

    def has(self, name: str, function: Any) -> bool:
        """Whether `function` was added here (not to a parent)."""
        return (name, _identity(function)) in self._own

    def _change(self, name: str, change: Any) -> None:
        """Change what is called, here and in all children."""
        self.__dict__[name] = change(getattr(self, name))
        for child in self._children:
            if child._of_class:
                child._change(name, change)
            else:
                child._rebuild(name)

    def _rebuild(self, name: str) -> None:
        own = [called for (event, _), called in self._own.items() if event == name]
        self.__dict__[name] = (*getattr(self._parent, name), *own)
        for child in self._children:
            child._rebuild(name)


def _without_one(listeners: tuple[Any, ...], called: Any) -> tuple[Any, ...]:
    place = listeners.index(called)
    return listeners[:place] + listeners[place + 1 :]


def _identity(function: Any) -> Any:
    """What tells a listener from others, even equal ones; a method object is new at each access."""
    if isinstance(function, MethodType):
        return id(function.__func__), id(function.__self__)
    return id(function)


# Events of sessions, engines, mappers, attributes and tables.
_LEFT_OUT = """
    after_bulk_delete after_bulk_update after_execute before_execute do_execute
    do_execute_no_params do_executemany do_orm_execute do_setinputsizes engine_connect
    handle_error release_savepoint rollback_savepoint savepoint set_connection_execution_options
    after_configured after_create after_delete after_drop after_insert after_parent_attach
    after_update append attribute_instrument before_compile before_compile_delete
    before_compile_update before_configured before_create before_delete before_drop before_insert
    before_mapper_configured before_parent_attach before_update bulk_replace checkin checkout
    close close_detached column_reflect detach dispose_collection engine_disposed expire
    first_connect first_init init
    init_collection init_failure init_scalar instrument_class load mapper_configured modified
    refresh refresh_flush remove reset set set_engine_execution_options
    """


def _target_dispatch(target: Any, identifier: str) -> Dispatch:
    """The Dispatch that belongs to `target` itself, made if it is not there yet.

    A factory such as sessionmaker or a proxy such as scoped_session names the real target in
    `_event_target`.
    """
    given, target = target, getattr(target, "_event_target", target)
    dispatch = getattr(target, "dispatch", None)
    if dispatch is None and target is not given:
        raise exc.ArgumentError(
            "Session event listen on a scoped_session requires that its creation callable is "
            "associated with the Session class."
        )
    if not isinstance(dispatch, Dispatch) or identifier not in dispatch._names:
        if identifier in _LEFT_OUT.split():
            raise exc.InvalidRequestError(f"{identifier} is not in miniorm; SQLAlchemy has it")
        raise exc.InvalidRequestError(f"No such event '{identifier}' for target '{given}'")
    return _own_dispatch(target)


def _own_dispatch(target: Any) -> Dispatch:
    """The Dispatch of a class or instance; each class above it has one, too."""
    own = vars(target).get("dispatch")
    if not isinstance(own, Dispatch):
        is_class = isinstance(target, type)
        above = target.__mro__[1:] if is_class else (type(target),)
        known = [each for each in above if isinstance(getattr(each, "dispatch", None), Dispatch)]
        # A Connection's is a child of its engine's.
        parent = _own_dispatch(known[0]) if known else target.dispatch
        own = target.dispatch = Dispatch(parent=parent, of_class=is_class)
    return own


def listen(target: Any, identifier: str, fn: Any, *args: Any, **kw: Any) -> None:
    """Call `fn` whenever the event `identifier` happens to `target`, an instance or a class.

    retval=True: what a listener to before_cursor_execute returns is sent instead.
    Raises: InvalidRequestError: the target has no such event.
    """
    for left_out in ("insert", "named", "once"):
        if kw.get(left_out):
            raise TypeError(f"{left_out} is not in miniorm; SQLAlchemy has it")
    ignores_result = identifier == "before_cursor_execute" and not kw.get("retval")
    called = _sending_unchanged(fn) if ignores_result else fn
    _target_dispatch(target, identifier).add(identifier, fn, called)


def _sending_unchanged(fn: Any) -> Any:
    """A listener to before_cursor_execute that was added without retval=True."""

    def called(conn: Any, cursor: Any, statement: Any, parameters: Any, *rest: Any) -> Any:
        fn(conn, cursor, statement, parameters, *rest)
        return statement, parameters

    return called


def listens_for(target: Any, identifier: str, *args: Any, **kw: Any) -> Callable[[Any], Any]:
    """Decorate a function to listen; see listen()."""

    def decorate(fn: Any) -> Any:
        listen(target, identifier, fn, *args, **kw)
        return fn

    return decorate


def remove(target: Any, identifier: str, fn: Any) -> None:
    """Undo listen() with the same arguments.

    Raises: InvalidRequestError: that function does not listen to that event there.
    """
    dispatch = _target_dispatch(target, identifier)
    if not dispatch.has(identifier, fn):
        raise exc.InvalidRequestError(
            f"No listeners found for event {target} / {identifier!r} / {fn} "
        )
    dispatch.discard(identifier, fn)


def contains(target: Any, identifier: str, fn: Any) -> bool:
    """Whether `fn` listens to that event of that very target."""
    return _target_dispatch(target, identifier).has(identifier, fn)


__getattr__ = names_left_out("sqlalchemy.event")
