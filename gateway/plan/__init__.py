"""From a document and a caller to a `Plan`: what will be asked of whom, in which order, and what will not.

Pure: no I/O, no clock; same arguments, same plan.
"""
