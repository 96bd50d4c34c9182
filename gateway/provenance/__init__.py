"""Where what an answer tells came from: of each record, of each field, and of the answer as a whole.

origin           one record: the schema's `Provenance`
lineage          how the selected fields of a record were read, and why each is open: `FieldProvenance`
transformations  what a field of a source file does to its cells
resolution       how a key became a subject: `Resolution`
walk             the sections of a finished run in the order of the response
traces, shape    what the ledger keeps of that
map              what the caller is told of a whole answer, where it asks for it
prov_json        that map as W3C PROV-JSON
"""
