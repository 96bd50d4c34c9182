"""The sources: what a source file may say, how a kind of system is asked, how its rows are read."""
