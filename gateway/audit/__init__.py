"""The auditors' graph: what the ledger tells, to auditors of everybody, and to a subject of who asked about it.

filters    what entries must have in common, from the arguments of a query
pages      entries page by page, newest first, by the index that lies beside the ledger
shown      an entry as the graph shows it
trail      `auditTrail`
trace      `fieldTrace`: from a path of an answer to the source, the record and the rule; pure
traced     the same, from the ledger
stats      `disclosureStats`
hiding     which inquiries are lawfully withheld from a subject, and how that is recorded
load       `config/audit.toml`
inquiries  `inquiries`
roots      all of it put together for `gateway.app`
"""
