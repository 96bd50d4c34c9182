"""GraphQL platforms, such as that of the level above: exactly the fields asked for, the keys in variables."""

from connectors.graphql.connector import GraphqlConnector

__all__ = ["GraphqlConnector"]
