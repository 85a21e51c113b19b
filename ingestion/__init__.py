"""Bytes to elements to passages to facts to index, and readers of other systems' exports.

Front doors: `parse` (sandbox.py), `split` (split.py), `read_facts` (facts/), `Pipeline` (pipeline.py), `read_folder` (firm_folder.py).
Never here: permissions, HTTP, rules of the practice.
"""

import os

# Before any of their code is loaded: no library here may tell anybody that it is used, or fetch what it lacks. onnxruntime from 1.32 on
# keeps a device's id and reports in the cache folder, for an address of its maker's; unstructured counts its uses and asks a hub.
os.environ.update(ORT_DISABLE_TELEMETRY="1", DO_NOT_TRACK="1", UNSTRUCTURED_DISABLE_NOTICE="1", HF_HUB_OFFLINE="1")
