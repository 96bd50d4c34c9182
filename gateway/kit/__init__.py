"""What a department's people and ours need to connect a source: drafts, cases, probes, and the contract as a report.

No request passes through here; the command line and the tests do. Nothing of this package writes what a record says, a
key or an address anywhere.
"""
