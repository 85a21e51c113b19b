"""A home whose process is killed again and again in the middle of real work: does what must hold, hold?

Front door: `chaos` (run.py), `python -m evals.chaos`, and the task `chaos` of `tickmark evals`. One process after the other owns the home:
it takes up what the one before left, looks whether everything holds, works, and is killed, at a point that has a name or at random. Owns
the kills, the work and what must hold; mends nothing.
"""
