"""Arithmetic as a person writes it: "1,200.00 − 300.00 = 900.00", and never a plus before a minus.

Owns the signs between operands. Computes nothing and reads no formula: that is tie_out/derive.py.
"""

from collections.abc import Sequence

SIGNS = {"sum": "+", "difference": "−", "product": "×", "ratio": "÷"}
CUT = "…"


def written(kind: str, operands: Sequence[str], result: str) -> str:
    """The operands with the sign of `kind`, one of `SIGNS`, between them. A negative one of a sum is taken off; elsewhere it stands in
    parentheses. `CUT` stands for operands that are left out. One alone is its result."""
    first, *others = operands
    if not others:
        return _minus(result)
    parts = [_minus(first)]
    for one in others:
        if not one.startswith("-"):
            parts.append(f"{SIGNS[kind]} {one}")
        elif kind == "sum":
            parts.append(f"− {one[1:]}")
        else:
            parts.append(f"{SIGNS[kind]} ({_minus(one)})")
    return f"{' '.join(parts)} = {_minus(result)}"


def _minus(number: str) -> str:
    return f"−{number[1:]}" if number.startswith("-") else number
