"""Flags: how far reading an attribute may go, and what it returns instead of a value.

Before: nothing.
Here:   the markers that a read can return, and the flags that every read is given as `passive`.
After:  orm/impls.py obeys them; orm/state.py, orm/strategies.py and the flush choose them.

Follows: SQLAlchemy 1.4, `orm/base.py`; its `sqlalchemy.orm.attributes` names them, too.
"""

from __future__ import annotations

from ormtutor.miniorm.sql.naming import symbol

# What a read can return instead of a value. Compare with `is`.
NO_VALUE = symbol("NO_VALUE")  # the attribute has none, and reading may not make one
PASSIVE_NO_RESULT = symbol("PASSIVE_NO_RESULT")  # there may be one, but it would need loading
ATTR_WAS_SET = symbol("ATTR_WAS_SET")  # the loader put it into the object's dictionary
ATTR_EMPTY = symbol("ATTR_EMPTY")  # the loader found none
MARKERS = frozenset(map(id, (NO_VALUE, PASSIVE_NO_RESULT, ATTR_WAS_SET, ATTR_EMPTY)))

# How far a read may go. Plain integers: `passive & SQL_OK` is asked often.
CALLABLES_OK = 1  # loader callables may be called
SQL_OK = 2  # they may send SQL
RELATED_OBJECT_OK = 4  # the objects of a relationship may be loaded (else: only looked up)
INIT_OK = 8  # an empty value may be made
NON_PERSISTENT_OK = 16  # for objects without a row too
LOAD_AGAINST_COMMITTED = 32  # use the key values that the row has, not the changed ones
NO_AUTOFLUSH = 64
NO_RAISE = 128  # don't complain when the object has no session
LOAD_REPLACED = 256  # for a flush: a value that was replaced unseen may be loaded in any case

PASSIVE_OFF = RELATED_OBJECT_OK | NON_PERSISTENT_OK | INIT_OK | CALLABLES_OK | SQL_OK
PASSIVE_RETURN_NO_VALUE = PASSIVE_OFF ^ INIT_OK
PASSIVE_NO_INITIALIZE = PASSIVE_RETURN_NO_VALUE ^ CALLABLES_OK
PASSIVE_NO_FETCH = PASSIVE_OFF ^ SQL_OK
PASSIVE_NO_FETCH_RELATED = PASSIVE_OFF ^ RELATED_OBJECT_OK
PASSIVE_ONLY_PERSISTENT = PASSIVE_OFF ^ NON_PERSISTENT_OK
PASSIVE_MERGE = PASSIVE_OFF | NO_RAISE
