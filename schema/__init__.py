"""The words of the gateway: the subject graph, records, sections, scalars and identifiers. No I/O."""
