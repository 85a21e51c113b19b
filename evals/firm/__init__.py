"""The sample firm: a seeded generator that writes a firm folder in the contract's format, and gold labels beside it.

Front door: `generate` (generate.py); the labels' shape is in gold.py, the definitions behind them in README.md.
Never here: an import of another folder of the project. The generator writes files, and the product reads them as it would anybody's.
"""

from datetime import date

AS_OF = date(2026, 3, 9)
"""The working day around which everything is planted, when no other is asked for."""
