"""Who asks: access tokens, the issuers' keys, the register of clients, and the headers that say what for.

access         what a good token says, and how one is refused
declared       what `gateway.toml` may say of tokens; `opened` makes the parts of it
tokens         which issuer, which form: signed (`signed`, `keys`, `remote`) or opaque (`introspection`); `claims`
possession     whose token it is: proofs (`dpop`, `target`, `replay`, `nonces`), certificates (`certificate`)
identify       from a request (`presented`) to the caller; `challenges` when there is none
"""

from gateway.auth.clients import Client, load_clients
from gateway.auth.identify import Authenticator
from gateway.auth.keys import FixedKeys, Keys
from gateway.auth.opened import open_issuers, open_possession
from gateway.auth.presented import Presented, presented
from gateway.auth.register import FixedRegister, FollowedRegister, Register, register_of
from gateway.auth.remote import RemoteKeys
from gateway.auth.tokens import Issuer

__all__ = [
    "Authenticator",
    "Client",
    "FixedKeys",
    "FixedRegister",
    "FollowedRegister",
    "Issuer",
    "Keys",
    "Presented",
    "Register",
    "RemoteKeys",
    "load_clients",
    "open_issuers",
    "open_possession",
    "presented",
    "register_of",
]
