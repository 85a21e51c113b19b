"""The small firm after a night, as the tests of the web have it."""

from tests.web.conftest import served_home, settled

__all__ = ["served_home", "settled"]
