"""The small firm after a night, served, as in tests/web."""

from tests.web.conftest import look, own, served_home, settled, shared, visit

__all__ = ["look", "own", "served_home", "settled", "shared", "visit"]
