"""`python -m gateway`: the command line (`gateway.cli`)."""

from gateway.cli import main

main()
