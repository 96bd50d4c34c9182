"""The commands by name, and what is said when one fails."""

import sys
from typing import Final

import typer
from rich.console import Console

from connectors.errors import ConfigError, printable
from gateway.cli.audit import audit_commands
from gateway.cli.catalogue import catalogue_command, departments_command
from gateway.cli.check import check
from gateway.cli.client import client_commands
from gateway.cli.conform import conform
from gateway.cli.demo import demo
from gateway.cli.documents import documents_command
from gateway.cli.explain import explain_command
from gateway.cli.ledger import ledger_commands
from gateway.cli.policy import policy_commands
from gateway.cli.probe import probe
from gateway.cli.prov import prov_command
from gateway.cli.receipt import receipt_command
from gateway.cli.report import report_commands
from gateway.cli.returns import returns_command
from gateway.cli.rules import rules_commands
from gateway.cli.rules_try import rules_diff, rules_try
from gateway.cli.screen import screen_commands
from gateway.cli.serve import serve_command
from gateway.cli.source import source_commands
from gateway.cli.verify import verify_command
from gateway.cli.watch import watch_commands
from gateway.cli.worker import worker_command
from gateway.clients.model import ClientRefused
from gateway.demo import DemoFailed
from gateway.errors import RequestError
from gateway.ledger import SecretError
from schema.schema import sdl

_HELP: Final = """公共信用信息联邦查询网关。A GraphQL gateway over the credit systems of a city's departments.

Every field is resolved live from the department that owns it; nothing is copied. Start with `demo`."""

commands: Final = typer.Typer(
    name="credit-gateway",
    help=_HELP,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
commands.command("demo")(demo)
commands.command("serve")(serve_command)
commands.command("check")(check)
commands.command("explain")(explain_command)
commands.command("catalogue")(catalogue_command)
commands.command("departments")(departments_command)
commands.command("documents")(documents_command)
commands.command("returns")(returns_command)
commands.command("probe")(probe)
commands.command("conform")(conform)
commands.command("receipt")(receipt_command)
commands.command("verify")(verify_command)
commands.command("prov")(prov_command)
commands.add_typer(source_commands, name="source")
commands.add_typer(policy_commands, name="policy")
rules_commands.command("try")(rules_try)
rules_commands.command("diff")(rules_diff)
commands.add_typer(rules_commands, name="rules")
commands.add_typer(client_commands, name="client")
commands.add_typer(ledger_commands, name="ledger")
commands.add_typer(audit_commands, name="audit")
commands.add_typer(watch_commands, name="watch")
commands.add_typer(report_commands, name="report")
commands.add_typer(screen_commands, name="screen")
commands.command("worker")(worker_command)


@commands.command("schema")
def schema_command() -> None:
    """打印 GraphQL 模式。 Print the schema in GraphQL's own language, with the directives of the federation."""
    sys.stdout.write(sdl())


def main() -> None:
    """Run the command that the arguments name; a mistake of the user's ends in a message, never in a stack trace."""
    errors = Console(stderr=True)
    try:
        commands(prog_name="credit-gateway")
    except ConfigError as error:
        for mistake in error.mistakes:
            errors.print(str(mistake), style="red", markup=False, highlight=False, soft_wrap=True)
        errors.print(f"{len(error.mistakes)} mistake(s); every key is explained in config/README.md", highlight=False)
        sys.exit(1)
    except (ClientRefused, RequestError, SecretError, DemoFailed, OSError) as error:
        told = "\n".join(map(printable, str(error).splitlines()))
        errors.print(told, style="red", markup=False, highlight=False, soft_wrap=True)
        sys.exit(1)
