"""Receipts as clients and auditors read them back, checkpoints of the log, and the replay of a bundle."""
