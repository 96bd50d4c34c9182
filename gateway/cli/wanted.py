"""Which credentials a command is to make, as its options say it."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import msgspec
import typer

from connectors.spec import Variable
from gateway.auth.subject import leads_down
from gateway.clients.credentials import Credentials, new_key, new_secret, variable_of
from gateway.clients.model import Entry


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be made: a key, a secret, or nothing where no option tells; and where what is private goes."""

    kind: Literal["key", "secret"] | None
    private_file: Path | None = None
    show: bool = False
    secret_env: str | None = None
    secret_file: str | None = None

    @classmethod
    def of(
        cls,
        key: bool,
        secret: bool,
        private_file: Path | None,
        show: bool,
        secret_env: str | None,
        secret_file: str | None,
    ) -> "Wanted":
        """Return what the options say; raises `typer.BadParameter` when they do not go together."""
        key = key or private_file is not None or show
        secret = secret or secret_env is not None or secret_file is not None
        if key and secret:
            raise typer.BadParameter("a client has a key or a secret: options of the two do not go together")
        if private_file is not None and show:
            raise typer.BadParameter("the private key goes to a file or to the screen", param_hint="--print")
        if secret_env is not None and secret_file is not None:
            raise typer.BadParameter("the secret is in a variable or in a file", param_hint="--secret-file")
        _check(secret_env, secret_file)
        return cls("key" if key else "secret" if secret else None, private_file, show, secret_env, secret_file)

    def or_as_before(self, entry: Entry) -> "Wanted":
        """Return what is to be made for the client of ``entry``: the kind it has where no option tells another."""
        kind = self.kind or _kind(entry)
        if kind is None:
            raise typer.BadParameter("say --key or --secret: the client has neither yet")
        if kind == "key" or self.secret_env is not None or self.secret_file is not None:
            return replace(self, kind=kind)
        return replace(
            self, kind=kind, secret_env=entry.spec.get("secret_env"), secret_file=entry.spec.get("secret_file")
        )

    def reference(self, client_id: str) -> dict[str, Any]:
        """Return what the register is to say of where the secret is; nothing of a key."""
        if self.kind != "secret":
            return {}
        if self.secret_file is not None:
            return {"secret_file": self.secret_file}
        return {"secret_env": self.secret_env or variable_of(client_id)}

    def make(
        self, config: Path, client_id: str, entry: Entry | None = None, grace_days: float = 0
    ) -> Credentials | None:
        """Make it, for a new client or for that of ``entry``; None where nothing is wanted. Raises `ClientRefused`."""
        if self.kind == "key":
            first = entry is None
            return new_key(config, client_id, self.private_file, show=self.show, first=first, grace_days=grace_days)
        if self.kind == "secret":
            reference = self.reference(client_id)
            file = reference.get("secret_file")
            first = entry is None or entry.spec.get("secret_file") != file
            return new_secret(config, reference.get("secret_env"), file, first=first)
        return None


def _kind(entry: Entry) -> Literal["key", "secret"] | None:
    if entry.spec.get("keys_file") is not None:
        return "key"
    return "secret" if "secret_env" in entry.spec or "secret_file" in entry.spec else None


def _check(secret_env: str | None, secret_file: str | None) -> None:
    if secret_env is not None:
        try:
            msgspec.convert(secret_env, Variable)
        except msgspec.ValidationError:
            told = "expected the name of a variable: upper-case letters, digits and `_`; never the secret itself"
            raise typer.BadParameter(told, param_hint="--secret-env") from None
    if secret_file is not None and not leads_down(secret_file):
        told = "expected a file below the configuration folder or a whole path, without `..`"
        raise typer.BadParameter(told, param_hint="--secret-file")
