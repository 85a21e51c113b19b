"""Encrypted copies of a home: made while it is in use, held against what they should be, and brought back onto an empty one.

A backup folder holds a file for each backup (`tickmark-….tmb`: the records and the settings) and the blobs, each once, under names that
tell nothing. frames.py is how a file is encrypted, keys.py with what, make.py and restore.py the two ways.
"""
