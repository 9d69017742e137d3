"""Loader strategies: how and when an attribute comes from the database.

Before: relationship(lazy=...), deferred() and the options name a strategy.
Here:   columns, deferred columns; lazy, joined, subquery, selectin, dynamic, noload, raise.
After:  orm/context.py asks them for columns and joins; orm/attributes.py for lazy loads.
"""

from __future__ import annotations
