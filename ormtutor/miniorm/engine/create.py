"""create_engine(): from a URL to an Engine, without touching the database.

Before: learners.
Here:   which dialect, which pool, which style; unknown arguments are refused.
After:  engine/base.py's Engine connects at its first use.

Follows: SQLAlchemy 1.4, "Engine Configuration".
"""

from __future__ import annotations

from ormtutor.miniorm import exc
from ormtutor.miniorm.engine import future
from ormtutor.miniorm.engine.base import Engine
from ormtutor.miniorm.engine.sqlite import SQLiteDialect
from ormtutor.miniorm.engine.url import URL, make_url
from ormtutor.miniorm.sql.schema import MetaData

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_ENGINE_ARGUMENTS = "echo hide_parameters logging_name"
#: Accepted for programs that pass them; the small pools need no tuning, and Python 3 has no
#: encodings to choose.
_WITHOUT_EFFECT = """
    case_sensitive echo_pool empty_in_strategy encoding implicit_returning max_identifier_length
    plugins pool_logging_name pool_pre_ping pool_recycle pool_reset_on_return query_cache_size
    """
_CONVERT_UNICODE = (
    "The create_engine.convert_unicode parameter and corresponding dialect-level parameters are "
    "deprecated, and will be removed in a future release.  Modern DBAPIs support Python Unicode "
    "natively and this parameter is unnecessary."
)
_LEFT_OUT = """
    execution_options isolation_level json_deserializer json_serializer label_length module
    native_datetime paramstyle pool strategy
    """


def create_engine(url: Any, **kwargs: Any) -> Engine:
    """Return an Engine for a URL such as "sqlite://" or "sqlite:///shop.db".

    echo: True writes each statement to the log, "debug" each row as well. future: the 2.x style.
    connect_args: further arguments for sqlite3.connect(). creator: opens connections itself.
    poolclass: another pool. enable_from_linting: warn of cartesian products. hide_parameters: do
    not show them in the log and in errors.
    Raises: ArgumentError: it is not a URL. NoSuchModuleError: a database other than SQLite.
    """
    url = make_url(url)
    if not isinstance(url, URL):
        url._instantiate_plugins  # noqa: B018  raises the original's AttributeError
    name = url.drivername.replace("+", ".")
    if name not in ("sqlite", "sqlite.pysqlite"):
        raise exc.NoSuchModuleError(f"Can't load plugin: sqlalchemy.dialects:{name}")
    for left_out in _take(kwargs, _LEFT_OUT):
        raise TypeError(f"create_engine({left_out}=...) is not in miniorm; SQLAlchemy has it")
    if kwargs.pop("convert_unicode", False):
        exc.warn_deprecated(_CONVERT_UNICODE)
    engine_class = future.Engine if kwargs.pop("future", False) else Engine
    dialect = SQLiteDialect()
    dialect.enable_from_linting = kwargs.pop("enable_from_linting", True)
    creator = _creator(dialect, url, kwargs)
    pool_class = kwargs.pop("poolclass", None) or dialect.pool_class(url)
    _take(kwargs, _WITHOUT_EFFECT)
    pool = pool_class(creator, _take(kwargs, pool_class._arguments).get("pool_size"))
    engine_arguments = _take(kwargs, _ENGINE_ARGUMENTS)
    if kwargs:
        raise TypeError(
            f"Invalid argument(s) {','.join(repr(name) for name in kwargs)} sent to "
            f"create_engine(), using configuration {type(dialect).__name__}/"
            f"{pool_class.__name__}/{engine_class.__name__}.  Please check that the keyword "
            "arguments are appropriate for this combination of components."
        )
    return engine_class(pool, dialect, url, **engine_arguments)


MetaData._create_engine = staticmethod(create_engine)


def _take(arguments: dict[str, Any], names: str) -> dict[str, Any]:
    return {name: arguments.pop(name) for name in names.split() if name in arguments}


def _creator(dialect: SQLiteDialect, url: Any, kwargs: dict[str, Any]) -> Callable[..., Any]:
    """Return the function that opens a pool's connections; `do_connect` listeners come first."""
    given: Callable[[], Any] | None = kwargs.pop("creator", None)
    arguments, options = dialect.create_connect_args(url)
    options.update(kwargs.pop("connect_args", {}))

    def connect(pool: Any, record: Any) -> None:
        own_arguments, own_options = list(arguments), dict(options)
        raw = None
        try:
            if given is not None:
                raw = given()
            else:
                for listener in pool._event_target.dispatch.do_connect:
                    if raw is None:
                        raw = listener(dialect, record, own_arguments, own_options)
            if raw is None:
                raw = dialect.dbapi.connect(*own_arguments, **own_options)
            dialect.on_connect(raw)
            record.dbapi_connection = raw
            for listener in pool._event_target.dispatch.connect:
                listener(raw, record)
        except dialect.dbapi.Error as error:
            raise exc.DBAPIError.instance(None, None, error, dialect.dbapi.Error) from error

    return connect
