"""What the fork server (tests/forked.py) imports once. No test here.

It lies out of sight of the collector of garbage in every process that is forked: none looks through it again, or copies it by looking.
"""

import gc
from importlib import import_module

gc.disable()
for _name in (
    "agents.brief",
    "agents.draft",
    "agents.overnight",
    "api.app",
    "api.cli",
    "api.commands.load",
    "dbos",
    "ingestion.pipeline",
    "langgraph.graph",
    "onnxruntime",
    "store.vectors",
    "tests.on_postgresql",
    "tokenizers",
):
    import_module(_name)
gc.freeze()
gc.set_threshold(50_000, 20, 20)
gc.enable()
