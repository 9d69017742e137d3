"""Dynamic relationships: `user.posts` is a query and not a list.

Before: relationship(lazy="dynamic"); orm/impls.py keeps what is appended and removed.
Here:   AppenderQuery, which loads the members and takes new ones.
After:  anything built on it (`user.posts.filter(...)`) is a plain Query of the session.

Follows: SQLAlchemy 1.4, "Dynamic Relationship Loaders".
"""

from __future__ import annotations

from ormtutor.miniorm import exc as sa_exc
from ormtutor.miniorm.doors import known_as
from ormtutor.miniorm.engine.cause import Cause
from ormtutor.miniorm.orm import exc as orm_exc
from ormtutor.miniorm.orm.query import Query
from ormtutor.miniorm.orm.state import Loaders, instance_state
from ormtutor.miniorm.orm.strategies import lazy_cause

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from ormtutor.miniorm.orm.impls import DynamicAttributeImpl
    from ormtutor.miniorm.orm.state import InstanceState


class AppenderQuery(Query):
    """The members of a dynamic relationship: a query that can be appended to."""

    __module__ = "sqlalchemy.orm.dynamic"

    def __init__(self, attr: DynamicAttributeImpl, state: InstanceState) -> None:
        prop = attr.prop
        self._raw_columns = [prop.mapper._annotated_table]
        self.instance = instance = state.obj()
        self.attr = attr
        if prop.secondary is not None:
            # A later join() starts from the first of these.
            self._from_obj = (prop.mapper.__clause_element__(), prop.secondary)
        self._where_criteria = (prop._optimized_compare(instance, True, alias_secondary=False),)
        if prop.order_by:
            self._order_by_clauses = tuple(prop.order_by)

    @property
    def session(self) -> Any:
        """The object's session, after an autoflush; None while the object has no row."""
        state = instance_state(self.instance)
        session = state.session
        if session is not None and session.autoflush and self.instance in session:
            # As in the original, an error of this flush mentions no query.
            cause = self._cause or f"query of {self.attr.prop.mapper.class_.__name__}"
            session._flush_because(Cause("autoflush", subject=str(cause)))
        return session if state.ident is not None else None

    def _as_load(self) -> AppenderQuery:
        """Let its statement count as a lazy load: for a flush, an assignment or a merge."""
        self._cause = lazy_cause(str(self.attr.prop), instance_state(self.instance))
        return self

    def _with(self, **changes: Any) -> Any:
        return self._plain()._with(**changes)

    def _plain(self, session: Any = None) -> Any:
        """The same as a plain Query: with the criteria, and without append()."""
        if session is None:
            state = instance_state(self.instance)
            session = state.session
            if session is None:
                raise orm_exc.DetachedInstanceError(
                    f"Parent instance {orm_exc.state_label(state)} is not bound to a Session, and "
                    "no contextual session is established; lazy load operation of attribute "
                    f"'{self.attr.key}' cannot proceed"
                )
        mapper = self.attr.prop.mapper
        query = session.query(mapper.class_)
        for name in ("_where_criteria", "_from_obj", "_order_by_clauses", "_cause"):
            if name in self.__dict__:
                query.__dict__[name] = self.__dict__[name]
        return query

    def _members(self) -> Any:
        """The query for the members; or the list of those appended, while there is no row."""
        session = self.session
        if session is None:
            return self.attr.added(instance_state(self.instance))
        return self._plain(session)

    def _load(self) -> list[Any]:
        members = self._members()
        if not isinstance(members, list):
            return members._load()
        state = instance_state(self.instance)
        if state.detached:
            sa_exc.warn(
                f"Instance {orm_exc.state_label(state)} is detached, dynamic relationship cannot "
                "return a correct result.   This warning will become a DetachedInstanceError in a "
                "future release."
            )
        return members

    def __iter__(self) -> Iterator[Any]:
        return iter(self._load())

    def __getitem__(self, index: Any) -> Any:
        return self._members()[index]

    @known_as("AppenderMixin.count")
    def count(self) -> int:
        """How many members there are."""
        members = self._members()
        return len(members) if isinstance(members, list) else members.count()

    @known_as("AppenderMixin.append")
    def append(self, item: Any) -> None:
        """Add a member."""
        self.attr.append(instance_state(self.instance), item, None)

    @known_as("AppenderMixin.extend")
    def extend(self, iterator: Iterable[Any]) -> None:
        """Add several members."""
        for item in iterator:
            self.append(item)

    @known_as("AppenderMixin.remove")
    def remove(self, item: Any) -> None:
        """Take a member out."""
        self.attr.pop(instance_state(self.instance), item, None)


Loaders.dynamic = AppenderQuery
