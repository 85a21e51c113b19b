"""What someone at the firm should know of a client: one pure function a rule, on a snapshot and a day.

Front door: `detect(snapshot, today, settings) -> Detection`; `resolve(firm settings) -> Thresholds`. The rules stand in the docstrings of
the functions that `registry.DETECTORS` lists. No model, no clock, no database; never a rank, which is rank.py's.
"""

from workspace.signals.due import Due, due_of
from workspace.signals.registry import DETECTORS, Detection, Detector, detect
from workspace.signals.signal import BlindSpot, Signal, evidence_hash
from workspace.signals.thresholds import DEFAULTS, Thresholds, resolve

__all__ = [
    "DEFAULTS",
    "DETECTORS",
    "BlindSpot",
    "Detection",
    "Detector",
    "Due",
    "Signal",
    "Thresholds",
    "detect",
    "due_of",
    "evidence_hash",
    "resolve",
]
