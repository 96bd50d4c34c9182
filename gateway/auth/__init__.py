"""Who asks: access tokens, the issuers' keys, the register of clients, and the headers that say what for."""

from gateway.auth.clients import Client, load_clients
from gateway.auth.identify import Authenticator
from gateway.auth.keys import FixedKeys, Keys
from gateway.auth.remote import RemoteKeys

__all__ = ["Authenticator", "Client", "FixedKeys", "Keys", "RemoteKeys", "load_clients"]
