"""Screening: a portfolio of up to a million subjects checked against a rule set, row by row, and proven as a whole.

Begin with `screening.Screening` (files, one machine) and `keyed` (keys sent to the gateway, one machine or several).
"""
