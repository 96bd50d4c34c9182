"""Watches: the gateway asks again, and says *that* a section changed, never what.

It keeps keyed digests of sections and nothing of their content (invariant 1). A question of a watch is a query like any
other, under the watcher's rights (`gateway.inner`). What could not be asked is unknown: neither changed nor unchanged.

declared    what `[watch]` of `gateway.toml` says
sections    which sections there are, and the query that asks for some of them
digests     what stands for the content of a section
rounds      one round: what was answered, compared with what was known. Pure
asking      asks about many subjects, in batches
stream      the subscription `watchSubjects`
changes     the mutations; `shown` the roots
tables      the store (`watches`), with its statements (`standings`, `outbox`); `sealing` of what names a subject
watcher     keeps the lasting watches, one replica at a time; `standing` tells whether a watch may go on
endpoints   where clients take messages, by their registration; `message` is one; `deliverer` sends them
since       the root `changedSince`
"""
