"""Days in addresses: written 2026-03-09 and no other way."""

from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator


def _written(value: Any) -> Any:
    if isinstance(value, str) and "-" not in value.strip()[1:]:
        raise ValueError("write a day as 2026-03-09")  # a bare number would be taken for seconds since 1970
    return value


Day = Annotated[date, BeforeValidator(_written)]
