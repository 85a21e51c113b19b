"""Automations: when something happens, tasks, stages, requests and drafts follow; each thing they did with its reason, and a dry run.

What happened is read from the trail of the transaction in which it happened (events.py), so that it does not matter who did it: a person, a
program, the night. What follows is done in the same transaction (engine.py). An automation never releases, sends or approves.
"""
