"""`make bench`: what an answer of the gateway costs beside a hand-written endpoint and plain Strawberry resolvers."""
