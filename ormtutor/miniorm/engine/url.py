"""URL: the parts of "sqlite:///shop.db".

Before: learners give one to create_engine().
Here:   URL, make_url(): parse, show (with the password hidden), change.
After:  engine/sqlite.py turns it into the arguments of sqlite3.connect().

Follows: SQLAlchemy 1.4, "Database URLs" and `sqlalchemy.engine.URL`.
"""

from __future__ import annotations

from collections import namedtuple

from ormtutor.miniorm import exc
from ormtutor.miniorm.leftout import leave_out
from ormtutor.miniorm.sql.schema import FacadeDict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


class immutabledict(FacadeDict):
    """A dictionary that cannot be changed."""

    __module__ = "sqlalchemy.cimmutabledict"
    __slots__ = ()

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(sorted(self.items())))

    def union(self, other: Mapping[Any, Any] | None = None, **kw: Any) -> immutabledict:
        """Return a new one with the other's items too."""
        return immutabledict({**self, **(other or {}), **kw})


_AUTHORITY = (
    r"(?:(?P<username>[^:/]*)(?::(?P<password>[^@]*))?@)?"
    r"(?P<host>\[.*?\]|[^:/?]*)"  # in brackets it may hold colons
    r"(?::(?P<port>[^/?]*))?"
)
_Parts = namedtuple("_Parts", "drivername username password host port database query")
_DIRECTLY = (
    "Calling URL() directly is deprecated and will be disabled in a future release.  The public "
    "constructor for URL is now the URL.create() method."
)


class URL(_Parts):
    """A database URL in its parts; make one with URL.create() or make_url()."""

    __slots__ = ()
    __module__ = "sqlalchemy.engine.url"

    def __new__(cls, *args: Any, **kw: Any) -> URL:
        """Return what create() makes of the parts; older programs call the class."""
        exc.warn_deprecated(_DIRECTLY)
        return cls.create(*args, **kw)

    @classmethod
    def create(
        cls,
        drivername: str,
        username: str | None = None,
        password: Any = None,
        host: str | None = None,
        port: int | str | None = None,
        database: str | None = None,
        query: Mapping[str, Any] | None = None,
    ) -> URL:
        """Return a URL made of these parts.

        Raises: TypeError: a part is of the wrong type.
        """
        texts = {"username": username, "host": host, "database": database}
        for name, text in {"drivername": drivername, **texts}.items():
            if not isinstance(text, str) and (text is not None or name == "drivername"):
                raise TypeError(f"{name} must be a string")
        number = None if port is None else int(port)
        options = {
            name: value if isinstance(value, str) else tuple(value)
            for name, value in (query or {}).items()
        }
        parts = (drivername, username, password, host, number, database, immutabledict(options))
        return cls._make(parts)

    def render_as_string(self, hide_password: bool = True) -> str:
        """Return the URL as text, by default with *** for the password."""
        text = f"{self.drivername}://"
        if self.username is not None:
            text += _quoted(self.username)
            if self.password is not None:
                text += ":" + ("***" if hide_password else _quoted(str(self.password)))
            text += "@"
        if self.host is not None:
            text += f"[{self.host}]" if ":" in self.host else self.host
        text += "" if self.port is None else f":{self.port}"
        text += "" if self.database is None else f"/{self.database}"
        if not self.query:
            return text
        from urllib.parse import urlencode  # late: slow to import, and a query is rare

        return f"{text}?{urlencode(sorted(self.query.items()), doseq=True)}"

    def __copy__(self, memo: Any = None) -> URL:
        return self._replace()

    __deepcopy__ = __copy__

    def __str__(self) -> str:
        return self.render_as_string(hide_password=False)

    def __repr__(self) -> str:
        return self.render_as_string()


leave_out(
    URL,
    "difference_update_query get_backend_name get_dialect get_driver_name normalized_query set "
    "translate_connect_args update_query_dict update_query_pairs update_query_string",
)


def make_url(name_or_url: Any) -> Any:
    """Return the URL that a string spells; a URL comes back as it is.

    Raises: ArgumentError: it is not a URL. ValueError: the port is not a number.
    """
    if not isinstance(name_or_url, str):
        return name_or_url
    driver_name, separator, rest = name_or_url.partition("://")
    if not separator or not driver_name.replace("+", "_").replace("_", "a").isalnum():
        raise exc.ArgumentError(f"Could not parse SQLAlchemy URL from string '{name_or_url}'")
    authority: dict[str, str | None] = {}
    if rest and rest[0] not in "/?":
        authority, rest = _authority(rest)
    path, _, query_string = rest.partition("?")
    database = path[1:] if path else None
    return URL.create(driver_name, database=database, query=_parsed(query_string), **authority)


def _authority(rest: str) -> tuple[dict[str, str | None], str]:
    """Return user, password (may hold a slash), host and port; and what follows them."""
    import re  # late, like urllib: slow to import, and a SQLite URL has no authority
    from urllib.parse import unquote

    found = re.match(_AUTHORITY, rest)
    assert found is not None
    parts = found.groupdict()
    for name in ("username", "password"):
        parts[name] = None if parts[name] is None else unquote(parts[name])
    parts["host"] = parts["host"].strip("[]") or None
    return parts, rest[found.end() :]


def _parsed(query_string: str) -> dict[str, Any]:
    if not query_string:
        return {}
    from urllib.parse import parse_qs  # late, as above

    found = parse_qs(query_string)
    return {key: all_[0] if len(all_) == 1 else tuple(all_) for key, all_ in found.items()}


def _quoted(text: str) -> str:
    return text.translate({58: "%3A", 64: "%40", 47: "%2F"})
