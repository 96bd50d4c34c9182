"""The desk: who asks, may they, plan, fetch, complete, prove, serve."""
