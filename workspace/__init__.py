"""The practice: who may see what, snapshot, deadlines, signals, rank, tie-out, review and release.

Every function takes a `Scope` first (scope.py), unless it is pure arithmetic on values it is handed.
Never here: LangGraph, HTTP, parsing of files.
"""
