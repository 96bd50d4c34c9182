"""Proof without the gateway: hashes of a tree, signed notes. No I/O, and nothing of the gateway but this package.

Whoever checks an answer runs this code and no other, so it must be readable in one sitting and depend on nothing.
"""
