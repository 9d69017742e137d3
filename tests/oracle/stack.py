"""Why a statement is sent, in the same words for both engines: by our causes, and by the stack.

The oracle has no causes. But when a statement reaches its cursor, the functions on the stack are
those that need it: a flush, a lazy load, a refresh. The innermost of them is the reason; a flush
has a further one behind it.
"""

from __future__ import annotations

import sys
from typing import Any

REASONS = {
    "engine.base._run_ddl_visitor": "DDL",
    "engine.default.do_savepoint": "asked",
    "engine.default.do_rollback_to_savepoint": "asked",
    "engine.default.do_release_savepoint": "asked",
    "orm.session._get_impl": "get",
    "orm.session._flush": "flush",
}
ASK_FOR_A_FLUSH = {
    "orm.session._autoflush": "autoflush",
    "orm.dynamic.session": "autoflush",
    "orm.session._take_snapshot": "flush: savepoint",
    "orm.session._prepare_impl": "flush: commit",
}


def told(cause: Any) -> str:
    """Return the cause of a statement of miniorm, as far as the oracle's stack can show it."""
    kind = cause.kind
    if kind in ("query", "core"):
        return "asked"
    if kind in ("lazy load", "refresh"):
        objects = " ".join(cause.objects).replace(", ", ",")
        name = cause.subject.partition(".")[2]
        is_row = kind == "refresh" or name not in cause.states[0].mapper.relationships
        return f"row of {objects}" if is_row else f"{cause} for {objects}"
    if kind == "eager load":
        return "eager load (subquery)" if cause.detail == "subquery" else str(cause)
    return str(cause) if kind == "flush" else str(kind)


def seen() -> str:
    """Return the same for the oracle; to be called by a listener while a statement is sent."""
    frame, found, ident = sys._getframe(2), "", None
    while frame.f_code.co_name != "run":
        name = frame.f_globals["__name__"].removeprefix("sqlalchemy.") + "." + frame.f_code.co_name
        local = frame.f_locals
        ident = local.get("primary_key_identity", ident)
        if found:
            if name in ASK_FOR_A_FLUSH:
                return ASK_FOR_A_FLUSH[name]
        elif name.startswith("__main__."):
            return "asked"
        else:
            found = reason(name, local, ident)
            if found not in ("", "flush"):
                return found
        assert frame.f_back is not None
        frame = frame.f_back
    return "flush: explicit" if found else "asked"


def reason(name: str, local: dict[str, Any], ident: Any) -> str:
    """Return the reason for a statement that a function on the stack shows; "" if none."""
    owner, state = local.get("self"), local.get("state")
    if name == "orm.query.count":
        return "asked" if owner._statement is not None else "count"
    if name in ("orm.session.refresh", "orm.loading.load_scalar_attributes"):
        return f"row of {label(state, ident)}" if ident else ""
    if name == "orm.strategies._load_for_state" and hasattr(owner, "columns"):
        return f"row of {label(state, ident)}"
    if name == "orm.strategies._emit_lazyload":
        return f"lazy load of {owner.parent_property} for {label(state)}"
    if name == "orm.relationships.merge":
        return f"lazy load of {owner} for {label(local['dest_state'])}"
    if name == "orm.dynamic.set" and "new_values" not in local:
        return ""  # it reads what is assigned, maybe another query
    if name.startswith("orm.dynamic.") and state is not None:
        return f"lazy load of {local.get('attr', owner)} for {label(state)}"
    if name in ("orm.strategies._load_via_parent", "orm.strategies._load_via_child"):
        return f"eager load of {owner.parent_property} (selectin)"
    if type(owner).__name__ == "_SubqCollections":
        return "eager load (subquery)"
    return REASONS.get(name, "")


def label(state: Any, ident: Any = None) -> str:
    """Return `User#1`, by the key that is queried, else by the object's own."""
    name = state.mapper.class_.__name__
    values = ident or (state.key and state.key[1])
    return f"{name}#{','.join(map(str, values))}" if values else f"{name} (new)"
