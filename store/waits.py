"""How long PostgreSQL may be waited for, and what a wait that ran out is called. Owns the limits of connections; never tries again itself.

SQLite has one writer and one wait, sixty seconds; on it only what a wait that ran out is called is used.
"""

from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError, TimeoutError

from store.errors import Busy

_WORDS = {
    "57014": "the database took longer than one statement may (TICKMARK_STATEMENT_TIMEOUT); ask for less, or try again later",
    "55P03": "somebody else is changing the same records; try again in a moment",
    "40P01": "somebody else was changing the same records at the same moment; try again",
    "25P03": "nothing was said to the database for too long in the middle of it (TICKMARK_IDLE_TIMEOUT); try again",
    "53300": "the database takes no more connections; try again in a moment, or let it take more",
}
"""By PostgreSQL's code of the error: statement cancelled, lock not had, deadlock, idle in a transaction, too many connections."""
_LOCKED = "the records are being changed by another process; try again in a moment"
_AWAY = "the database cannot be reached just now; try again in a moment, and look first whether what you sent was saved"
_NO_ROOM = "all connections to the database are in use (TICKMARK_DATABASE_POOL); try again in a moment"


@dataclass(frozen=True)
class Limits:
    """Of one process on PostgreSQL. Seconds; 0 is without end. `pool` connections stay open, `overflow` more come and go; one is made anew
    when it is `recycle` old; `room` is how long one waits for a free one. `statement`: one statement; `lock`: to wait for a row that
    somebody else holds; `idle`: to say nothing in the middle of a transaction."""

    pool: int = 8
    overflow: int = 10
    recycle: int = 1800
    room: float = 30.0
    statement: float = 120.0
    lock: float = 20.0
    idle: float = 600.0

    def statements(self) -> str:
        """What a new connection is told."""
        told = {
            "statement_timeout": self.statement,
            "lock_timeout": self.lock,
            "idle_in_transaction_session_timeout": self.idle,
        }
        limits = "; ".join(f"SET {name} = {round(seconds * 1000)}" for name, seconds in told.items())
        return f"{limits}; {CUT_OFF}"


CUT_OFF = "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3; SET tcp_user_timeout = 20000"
"""How soon the server lets go of what a machine holds that can no longer be reached. On a socket of the same machine it says nothing."""

NOT_LONG = "SET LOCAL lock_timeout = 5000"
"""For a transaction that changes tables: who reads comes after whoever waits to change, so it gives up soon and is begun anew."""

REACHED = {
    "connect_timeout": 10,
    "keepalives_idle": 5,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""The same from this side: how soon a server that cannot be reached any more is given up (seconds, the last milliseconds)."""

WITHOUT_END = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0"
"""For one transaction of maintenance."""


def ran_out(error: SQLAlchemyError) -> Busy | None:
    """The refusal to show where an error is a wait that ran out; None where it is something else. Nothing was saved, and the same may be
    asked again."""
    if isinstance(error, TimeoutError):
        return Busy(_NO_ROOM)
    if not isinstance(error, DBAPIError) or error.orig is None:
        return None
    words = _WORDS.get(getattr(error.orig, "sqlstate", None) or "")
    if words is None and getattr(error.orig, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        words = _LOCKED
    return Busy(words) if words else None


def unreached(error: BaseException | None) -> str:
    """What PostgreSQL calls an error of the connection or of the statement, "08000" where there was no connection to hear it by; empty for
    SQLite's, and for what is no error of a database."""
    if not isinstance(error, OperationalError) or not hasattr(error.orig, "sqlstate"):
        return ""
    return str(getattr(error.orig, "sqlstate", None) or "08000")


def away(error: BaseException) -> Busy | None:
    """The refusal to show where a database server could not be reached or went away in the middle (PostgreSQL only); None where it is
    something else. One that went away while it was told to keep something may have kept it."""
    return Busy(_AWAY) if unreached(error).startswith(("08", "57P")) else None
