"""Engagements, their steps and how they repeat: templates, stages, tasks, series, what waits for what, and a person's day.

Owns every change of `engagements` and `tasks` that a person or an automation makes. Functions do one act on the session of their scope and
write its line on the trail; whether it can be undone is for the caller to say (workspace/undo.py). Rows keep the meaning the night reads:
an engagement is open until its stage is filed or done, a task until it is done or cancelled.
"""
