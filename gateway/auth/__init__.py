"""Who asks: access tokens, the issuers' keys, the register of clients, and the headers that say what for."""

from gateway.auth.clients import Client, load_clients
from gateway.auth.identify import Authenticator
from gateway.auth.keys import FixedKeys, Keys
from gateway.auth.register import FixedRegister, FollowedRegister, Register, register_of
from gateway.auth.remote import RemoteKeys

__all__ = [
    "Authenticator",
    "Client",
    "FixedKeys",
    "FixedRegister",
    "FollowedRegister",
    "Keys",
    "Register",
    "RemoteKeys",
    "load_clients",
    "register_of",
]
