"""Where what an answer tells came from: of each record, of each field, and of the answer as a whole."""
