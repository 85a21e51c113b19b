"""The LangGraph graphs, the one door to models (llm.py) and the overnight workflows (overnight.py).

Never here: writing a record but through `workspace`; releasing anything.
"""
