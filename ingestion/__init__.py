"""Bytes to elements to passages to facts to index, and readers of other systems' exports.

Front doors: `parse` (sandbox.py), `split` (split.py), `read_facts` (facts/), `Pipeline` (pipeline.py), `read_folder` (firm_folder.py).
Never here: permissions, HTTP, rules of the practice.
"""
