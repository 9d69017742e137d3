"""Dependency: what each kind of relationship asks of a flush.

Before: orm/unitofwork.py asks each relationship of the mappers that it meets.
Here:   which rows come first, which objects join in, and which keys are copied between them.
After:  orm/persistence.py writes the rows of the association tables and the objects themselves.
"""

from __future__ import annotations
