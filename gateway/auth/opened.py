"""From what `gateway.toml` says of tokens to the parts that check them; here the secrets are read."""

from collections.abc import Mapping
from pathlib import Path

from connectors.errors import ConfigError, Mistake
from gateway.auth.certificate import Proxies, read_network
from gateway.auth.claims import ClaimReader, ClaimRules
from gateway.auth.declared import IssuerSpec, MtlsSpec, Tokens, path_of
from gateway.auth.introspection import Endpoint, Introspection
from gateway.auth.keys import FixedKeys, Keys
from gateway.auth.nonces import Nonces
from gateway.auth.possession import Possession
from gateway.auth.remote import RemoteKeys
from gateway.auth.replay import SharedMemory
from gateway.auth.tokens import Issuer
from gateway.secrets import SecretRefused, read_secret


def open_issuers(tokens: Tokens, environ: Mapping[str, str], folder: Path, *, production: bool) -> list[Issuer]:
    """Return the issuers that ``tokens`` trusts; secrets come from ``environ`` or from files in ``folder``.

    Raises `ConfigError` with every secret that is missing.
    """
    mistakes = tokens.missing_variables(environ)
    issuers = []
    trusted = tokens.trusted(production=production)
    for at, spec in enumerate(trusted, 1 + len(tokens.issuers) - len(trusted)):
        try:
            issuers.append(_open(spec, tokens.audience, environ, folder))
        except ValueError as error:
            place = f"tokens.issuers.{at}.introspection_secret_file"
            mistakes.append(Mistake("gateway.toml", place, str(error)))
    if mistakes:
        raise ConfigError(mistakes)
    return issuers


def open_possession(tokens: Tokens, secret: bytes, shared: SharedMemory | None) -> Possession:
    """Return what checks possession as ``tokens`` says; ``secret`` makes nonces, ``shared`` is among replicas."""
    nonces = Nonces(secret) if tokens.dpop_nonce else None
    return Possession(tokens.public_url, _proxies(tokens.mtls), nonces, shared)


def _proxies(mtls: MtlsSpec) -> Proxies | None:
    networks = [network for network in map(read_network, mtls.proxies) if network is not None]
    return Proxies(mtls.header, mtls.form, networks) if networks else None


def _open(spec: IssuerSpec, audience: str, environ: Mapping[str, str], folder: Path) -> Issuer:
    rules = _rules(spec)
    keys: Keys = RemoteKeys(spec.issuer, spec.jwks_url or None) if spec.types else FixedKeys([])
    introspection = None
    if spec.introspection_url:
        endpoint = Endpoint(spec.introspection_url, spec.introspection_client_id, _secret(spec, environ, folder))
        introspection = Introspection(spec.issuer, endpoint, ClaimReader(spec.issuer, audience, rules, opaque=True))
    types = frozenset(each.lower() for each in spec.types)
    return Issuer(spec.issuer, keys, rules, frozenset(spec.algorithms), types, introspection)


def _rules(spec: IssuerSpec) -> ClaimRules:
    return ClaimRules(
        client=path_of(spec.client_claim),
        scopes=path_of(spec.scope_claim),
        scope_form=spec.scope_form,
        roles=tuple(path_of(each) for each in spec.role_claims),
        role_scopes={role: frozenset(scopes) for role, scopes in spec.role_scopes.items()},
        subject=path_of(spec.subject_claim) if spec.subject_claim else None,
        waived=frozenset(spec.waive),
    )


def _secret(spec: IssuerSpec, environ: Mapping[str, str], folder: Path) -> str:
    """Return the secret of introspection; raises ValueError when its file cannot be used. No path is quoted."""
    if spec.introspection_secret_env:
        return environ.get(spec.introspection_secret_env, "").strip()
    try:
        return read_secret(folder / spec.introspection_secret_file)
    except SecretRefused as error:
        raise ValueError(error.reason) from None
