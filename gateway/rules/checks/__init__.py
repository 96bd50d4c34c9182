"""What is wrong with a rule set that is well-formed: against the schema, the purposes, the legal bases, and itself."""
