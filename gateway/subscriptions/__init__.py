"""Subscriptions: streams of answers that the gateway tells from itself, over WebSocket or server-sent events.

The rules are those of a query: who asks is identified, what for is declared, documents are trusted or not, budgets are
counted, and nothing is told without a durable entry of the ledger. Beyond that a subscription ends when its token
does, when the rights of its client change, or when the client does not take what it is sent.

identity       who opened a connection, and what the headers of it and the payload of `connection_init` say
subscription   one subscription: its events sealed and encoded, until something ends it
subscriptions  opens them, counts them per client, and sees that each end is written down
messages       graphql-transport-ws: the messages, read strictly. No I/O
websocket      graphql-transport-ws: one connection
stream         graphql-sse: one subscription as the answer to a POST (distinct connections mode)
"""
