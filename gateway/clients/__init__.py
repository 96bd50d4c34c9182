"""The homes of the register of clients, a file or a table, and what is done with the clients there."""
