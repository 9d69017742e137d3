"""Collect lesson files with pytest; nothing happens unless it is asked for.

Before: `pytest --ormtutor`, or `ormtutor = true` in the ini file.
Here:   a lesson file -> items; importing this costs next to nothing.
After:  check.py runs them.
"""

from __future__ import annotations
