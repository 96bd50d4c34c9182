"""GraphQL over HTTP: request reading, response writing, the endpoint, the hardened server and its health."""

from gateway.http.connection import Limits
from gateway.http.endpoint import Desk, graphql_endpoint
from gateway.http.health import Readiness, health_routes
from gateway.http.request import GraphQLRequest
from gateway.http.response import DRAFT, SEPTEMBER_2026, Reply, StatusRules
from gateway.http.server import Server, make_server

__all__ = [
    "DRAFT",
    "SEPTEMBER_2026",
    "Desk",
    "GraphQLRequest",
    "Limits",
    "Readiness",
    "Reply",
    "Server",
    "StatusRules",
    "graphql_endpoint",
    "health_routes",
    "make_server",
]
