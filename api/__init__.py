"""The edges: settings, wiring, JSON routes, web pages, command line, worker.

Front doors: `build(settings) -> Services` (wiring.py), `create_app` (app.py), `main` (cli.py).
Never here: rules of the practice, SQL.
"""
