"""ORM errors: what goes wrong between objects and rows.

Before: everything in orm/ raises them; learners catch them as `sqlalchemy.orm.exc`.
Here:   the classes, and the words for "this is not mapped".
After:  miniorm/exc.py is the root of them all.

Follows: SQLAlchemy 1.4, "ORM Exceptions".
"""

from __future__ import annotations

from ormtutor.miniorm.doors import publish
from ormtutor.miniorm.exc import InvalidRequestError, SQLAlchemyError
from ormtutor.miniorm.exc import MultipleResultsFound as MultipleResultsFound
from ormtutor.miniorm.exc import NoResultFound as NoResultFound
from ormtutor.miniorm.leftout import names_left_out

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# What reading `_sa_instance_state` of a foreign object raises.
NO_STATE = (AttributeError, KeyError)


class StaleDataError(SQLAlchemyError):
    """A flush changed fewer (or more) rows than it had objects: the table is not as it was read."""


ConcurrentModificationError = StaleDataError


class FlushError(SQLAlchemyError):
    """A flush met objects that cannot be written as they are."""


class UnmappedError(InvalidRequestError):
    """Something was used as mapped that no mapper knows."""


class ObjectDereferencedError(SQLAlchemyError):
    """A change was reported for an object that no longer exists."""


class DetachedInstanceError(SQLAlchemyError):
    """An unloaded attribute was read from an object that belongs to no session."""

    code = "bhk3"


class UnmappedInstanceError(UnmappedError):
    """An object was given where a mapped object is needed."""

    def __init__(self, obj: Any) -> None:
        super().__init__(_why_unmapped_instance(obj))


class UnmappedClassError(UnmappedError):
    """A class was given where a mapped class is needed."""

    def __init__(self, cls: Any) -> None:
        super().__init__(f"Class '{_class_name(cls)}' is not mapped")


class ObjectDeletedError(InvalidRequestError):
    """A refresh found no row: it was deleted behind the session's back."""

    def __init__(self, state: Any) -> None:
        super().__init__(
            f"Instance '{state_label(state)}' has been deleted, or its row is otherwise not "
            "present."
        )


class UnmappedColumnError(InvalidRequestError):
    """A column was named that the mapper does not map."""


class LoaderStrategyException(InvalidRequestError):
    """A loader option does not fit the attribute it names."""


def state_label(state: Any) -> str:
    """Name an object by its state, as messages do: `<User at 0x7f...>`."""
    return f"<{state.class_.__name__} at 0x{id(state.obj()):x}>"


def _why_unmapped_instance(obj: Any) -> str:
    kind = type(obj)
    if isinstance(obj, type):
        return (
            f"Class '{_class_name(kind)}' is not mapped; was a class ({_class_name(obj)}) "
            "supplied where an instance was required?"
        )
    if "_sa_class_manager" in vars(kind):
        name = _class_name(kind)
        return (
            f"Class '{name}' is mapped, but this instance lacks instrumentation.  This occurs "
            f"when the instance is created before sqlalchemy.orm.mapper({name}) was called."
        )
    return f"Class '{_class_name(kind)}' is not mapped"


def _class_name(cls: Any) -> str:
    """Spell a class with its module, or whatever was given instead of one."""
    try:
        return f"{cls.__module__}.{cls.__name__}"
    except AttributeError:
        name = getattr(cls, "__name__", None)
        return repr(cls) if name is None else name


publish(globals(), "sqlalchemy.orm.exc")

__getattr__ = names_left_out("sqlalchemy.orm.exc")
