"""What many firms need: a simulation of nights (`night`), its parameters from kept figures (`parameters`), and the page docs/scale.md
(`page`), which also holds the simulation against what was measured.

Owns arithmetic and assumptions, each with its name. Measures nothing; without kept figures it says which are missing.
"""
