"""Session factories: one configuration for all sessions, or one session for each thread.

Before: learners write `Session = sessionmaker(engine)`, or `Session = scoped_session(...)`.
Here:   sessionmaker; scoped_session, which passes everything on to the session of its scope.
After:  orm/session.py.

Follows: SQLAlchemy 1.4, "Using the sessionmaker", "Contextual/Thread-local Sessions".
"""

from __future__ import annotations

# threading.local is this very class, and `threading` costs a millisecond to import.
from _thread import _local
from contextlib import contextmanager
from types import SimpleNamespace

from ormtutor.miniorm.exc import InvalidRequestError, warn
from ormtutor.miniorm.leftout import leave_out
from ormtutor.miniorm.orm.mapper import mapper_of_class
from ormtutor.miniorm.orm.session import Session, object_session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator
    from typing import Any


class sessionmaker:
    """A factory of sessions that are configured alike.

    bind, autoflush, expire_on_commit and whatever else Session takes; class_: a subclass to use.
    """

    __module__ = "sqlalchemy.orm.session"

    def __init__(
        self,
        bind: Any = None,
        class_: type[Session] = Session,
        autoflush: bool = True,
        autocommit: bool = False,
        expire_on_commit: bool = True,
        **kw: Any,
    ) -> None:
        self.kw: dict[str, Any] = {
            **kw,
            "bind": bind,
            "autoflush": autoflush,
            "autocommit": autocommit,
            "expire_on_commit": expire_on_commit,
        }
        # A class of its own, so that one can listen to the sessions of this factory alone.
        namespace = {"__module__": "sqlalchemy.orm.session"}
        self.class_ = type(class_.__name__, (class_,), namespace)
        self._event_target: Any = self.class_

    object_session = staticmethod(object_session)

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """`with Session.begin() as session:` a session and a transaction, committed at the end."""
        with self() as session, session.begin():
            yield session

    def __call__(self, **local_kw: Any) -> Session:
        """Make a Session; what is given here overrides the configuration."""
        return self.class_(**{**self.kw, **local_kw})

    def configure(self, **new_kw: Any) -> None:
        """Change the configuration of the sessions to come."""
        self.kw.update(new_kw)

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={value!r}" for name, value in self.kw.items())
        return f"{type(self).__name__}(class_={self.class_.__name__!r}, {settings})"


class ScopedRegistry:
    """The Session of each scope: a thread, or what `scopefunc` tells apart."""

    __module__ = "sqlalchemy.util._collections"

    def __init__(
        self, createfunc: Callable[[], Session], scopefunc: Callable[[], Hashable] | None
    ) -> None:
        self.createfunc = createfunc
        self.scopefunc = scopefunc or (lambda: "this thread")
        # Each thread has its own attributes on a thread-local.
        self._sessions: Any = _local() if scopefunc is None else SimpleNamespace()

    def __call__(self) -> Session:
        """The Session of this scope; makes one if there is none."""
        sessions, scope = vars(self._sessions), self.scopefunc()
        if scope not in sessions:
            sessions[scope] = self.createfunc()
        return sessions[scope]

    def has(self) -> bool:
        """Whether this scope has a Session."""
        return self.scopefunc() in vars(self._sessions)

    def set(self, obj: Session) -> None:
        """Make this the Session of this scope."""
        vars(self._sessions)[self.scopefunc()] = obj

    def clear(self) -> None:
        """Forget the Session of this scope, without closing it."""
        vars(self._sessions).pop(self.scopefunc(), None)


class scoped_session:
    """One Session for each thread (or what `scopefunc` tells apart); it acts as that Session."""

    __module__ = "sqlalchemy.orm.scoping"

    def __init__(
        self, session_factory: Any, scopefunc: Callable[[], Hashable] | None = None
    ) -> None:
        self.session_factory = session_factory
        self.registry = ScopedRegistry(session_factory, scopefunc)
        self._event_target = getattr(session_factory, "_event_target", session_factory)

    def __call__(self, **kw: Any) -> Session:
        """The Session of this scope; makes one, with `kw`, if there is none.

        Raises: InvalidRequestError: there is one, and arguments were given.
        """
        if kw and self.registry.has():
            raise InvalidRequestError(
                "Scoped session is already present; no new arguments may be specified."
            )
        if kw:
            self.registry.set(self.session_factory(**kw))
        return self.registry()

    object_session = staticmethod(object_session)

    def remove(self) -> None:
        """Close the Session of this scope and forget it: the next use makes another."""
        if self.registry.has():
            self.registry().close()
        self.registry.clear()

    def configure(self, **kwargs: Any) -> None:
        """Change the configuration of the sessions to come."""
        if self.registry.has():
            warn(
                "At least one scoped session is already present.  configure() can not affect "
                "sessions that have already been created."
            )
        self.session_factory.configure(**kwargs)

    def query_property(self, query_cls: Any = None) -> Any:
        """A descriptor for a class's `query`: each use is a new Query of it, in this scope."""
        session_of_scope = self.registry

        class OfClass:
            def __get__(self, instance: Any, owner: type) -> Any:
                if mapper_of_class(owner) is None:
                    return None
                session = session_of_scope()
                return session.query(owner) if query_cls is None else query_cls(owner, session)

        return OfClass()

    def __contains__(self, instance: Any) -> bool:
        return instance in self.registry()

    def __iter__(self) -> Iterator[Any]:
        return iter(self.registry())


def _passed_on(name: str) -> property:
    def get(self: Any) -> Any:
        return getattr(self.registry(), name)

    def set_(self: Any, value: Any) -> None:
        setattr(self.registry(), name, value)

    return property(get, set_, doc=f"`Session.{name}` of the Session of this scope.")


# What scoped_session passes on: the published list, without in_transaction() and others.
PASSED_ON = """
    add add_all begin begin_nested close commit connection delete execute expire expire_all
    expunge expunge_all flush get get_bind is_modified merge query refresh rollback scalar scalars
    autocommit autoflush bind deleted dirty identity_map is_active new no_autoflush
"""

for _name in PASSED_ON.split():
    setattr(scoped_session, _name, _passed_on(_name))
leave_out(sessionmaker, "close_all identity_key")
leave_out(
    scoped_session,
    "bulk_insert_mappings bulk_save_objects bulk_update_mappings close_all identity_key info",
)
