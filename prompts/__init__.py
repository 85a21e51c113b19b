"""The words given to models: Markdown files with name, version, inputs and output schema, and a strict renderer.

Never here: code that calls a model.
"""
