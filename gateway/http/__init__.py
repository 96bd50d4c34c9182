"""GraphQL over HTTP: request reading, response writing, the endpoint, the hardened server, health, metrics."""

from gateway.http.connection import Limits
from gateway.http.endpoint import Desk, graphql_endpoint
from gateway.http.health import Readiness, health_routes
from gateway.http.metrics import Measured, metrics_route
from gateway.http.request import GraphQLRequest
from gateway.http.response import DRAFT, SEPTEMBER_2026, Reply, StatusRules
from gateway.http.server import Server, make_server

__all__ = [
    "DRAFT",
    "SEPTEMBER_2026",
    "Desk",
    "GraphQLRequest",
    "Limits",
    "Measured",
    "Readiness",
    "Reply",
    "Server",
    "StatusRules",
    "graphql_endpoint",
    "health_routes",
    "make_server",
    "metrics_route",
]
