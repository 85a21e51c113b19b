"""The error family. Each carries the HTTP status and exit status that the edges show; the message is written for a person."""


class TickmarkError(Exception):
    """A promise that could not be kept. `str(error)` is one line that says what to do."""

    status = 500


class Invalid(TickmarkError):
    """The input cannot be used as it is."""

    status = 422


class Unknown(TickmarkError):
    """A name in the request stands for nothing (a kind, a period); the message offers the closest. Wrong usage: exit status 2."""

    status = 400


class NotFound(TickmarkError):
    """Absent, or outside the asker's scope: the two look the same on purpose."""

    status = 404


class Forbidden(TickmarkError):
    """Inside the scope, but the asker lacks the right; the message names the right."""

    status = 403


class Conflict(TickmarkError):
    """The row is not in the state that the action needs, or somebody was faster."""

    status = 409


class Busy(TickmarkError):
    """Another process owns what this one needs."""

    status = 503


class Broken(TickmarkError):
    """What lies at rest is not what was put there (a chain, a blob, an index)."""

    status = 500
