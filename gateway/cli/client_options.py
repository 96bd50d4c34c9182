"""The options of `client`: each explained once."""

from pathlib import Path
from typing import Annotated

import typer

Many = list[str] | None

ClientName = Annotated[str, typer.Argument(help="客户端名 the client: letters, digits and `.` `_` `:` `-`.")]
Title = Annotated[str, typer.Option("--title", help="名称 what it is called, in Chinese.")]
DepartmentCode = Annotated[
    str | None, typer.Option("--department", help="部门 its department; none for a client that is no department.")
]
Scopes = Annotated[list[str], typer.Option("--scope", help="授权范围 a scope, repeatable; `source new --list scopes`.")]
Purposes = Annotated[list[str], typer.Option("--purpose", help="查询目的 a purpose it may declare, repeatable.")]
DefaultPurpose = Annotated[
    str | None, typer.Option("--default-purpose", help="The purpose of a request that declares none.")
]
CaseRequired = Annotated[
    Many, typer.Option("--case-required", help="A purpose for which it must send a case number, repeatable.")
]
NewKey = Annotated[
    bool, typer.Option("--key", help="密钥对 make a key pair (EC P-256) for private_key_jwt; the usual choice.")
]
NewSecret = Annotated[bool, typer.Option("--secret", help="口令 make a secret of 256 bits; kept as a reference only.")]
PrivateKeyFile = Annotated[
    Path | None,
    typer.Option("--private-key-file", help="A new file for the private key; otherwise one named after it, here."),
]
Print = Annotated[bool, typer.Option("--print", help="Print the private key instead of writing a file.")]
SecretEnv = Annotated[
    str | None,
    typer.Option("--secret-env", help="The variable that will hold the secret; otherwise CLIENT_<NAME>_SECRET."),
]
SecretFile = Annotated[
    str | None,
    typer.Option("--secret-file", help="A new file for the secret (mode 0600), below the configuration folder."),
]
GraceDays = Annotated[
    float, typer.Option("--grace-days", help="宽限期 days for which earlier keys still count.", min=0, max=90)
]
By = Annotated[
    str | None, typer.Option("--by", help="经办人 who does this, for the table; otherwise who you are here.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="不提问 do not ask.")]
