"""The command line: `credit-gateway`, or `python -m gateway`. One module a command; `main` is the entry point.

Exit codes: 0 done; 1 the configuration, or what was asked, has mistakes (all are listed); 2 wrong use of the command.
"""

from gateway.cli.main import main

__all__ = ["main"]
