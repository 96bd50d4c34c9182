"""From fetched rows to the response: one generated Python function per selection set, no resolver call per field."""
