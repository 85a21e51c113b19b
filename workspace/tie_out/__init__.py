"""Tie-out: every figure, date and name of a text traced to its source, or marked untied.

Front doors: `tie_out` (a text against the facts its writer was given), `recognise` (the figures of a text), `Fact`, `from_record`
and `worded` (a fact and its wording), `derive` (arithmetic that can be done again), `verify_quote`. Pure: no database, no model.
"""

from workspace.tie_out import derive
from workspace.tie_out.claims import claim_of, cover
from workspace.tie_out.fact import Fact, canonical, fact_from_json, fact_to_json, from_record, worded
from workspace.tie_out.figures import Figure, recognise
from workspace.tie_out.ties import Tickmark, tickmark_from_json, tickmark_to_json, tie_out, verify_quote

__all__ = [
    "Fact",
    "Figure",
    "Tickmark",
    "canonical",
    "claim_of",
    "cover",
    "derive",
    "fact_from_json",
    "fact_to_json",
    "from_record",
    "recognise",
    "tickmark_from_json",
    "tickmark_to_json",
    "tie_out",
    "verify_quote",
    "worded",
]
