"""What a report says of those around it: who issues it, how its client and the purpose are called."""

from gateway.auth import Register
from gateway.configuration import Configuration
from gateway.reports.maker import House
from gateway.reports.words import Words, same


def house_of(configuration: Configuration, register: Register) -> House:
    """Return what a report says by ``configuration`` and the clients of ``register``."""
    settings = configuration.settings
    titles = configuration.policy.purpose_titles

    def title(client: str) -> str:
        found = register.find(client)
        return found.title if found is not None else client

    def purpose(code: str) -> Words:
        return Words(*titles[code]) if code in titles else same(code)

    return House(
        issuer=Words(settings.reports.issuer_zh, settings.reports.issuer_en),
        public_url=settings.tokens.public_url,
        largest_page=settings.limits.lists.max_first,
        title=title,
        purpose=purpose,
    )
