"""Every test of the edges begins without settings from outside."""

import pytest


@pytest.fixture(autouse=True)
def settled(no_settings_from_outside: None) -> None:
    """For the tests that build their services themselves."""
