"""The monthly return (月报表) and the circular (通报): what the ledger tells of each department's month.

`working_days`, `publicity` and `observed` say what of a record's timeliness enters the ledger; `tally` adds up a month.
"""
