"""What one request, and one client, may take; nothing here touches a source.

spec       what the settings and a client's entry may say
measure    how large a document is, in one pass that is linear in it
introspection  how much of the schema it reads
trusted    the documents that are kept in `config/documents/`, and who may send others
cost       what a plan costs at most, before anything is fetched
check      the limits that need the plan: introspection, subjects, cost
budgets    requests and cost per client and window, with the headers that tell
strangers  failures to identify, per address

Import the modules, not the package: `measure` stands below `gateway.plan`, `cost` above it.
"""
