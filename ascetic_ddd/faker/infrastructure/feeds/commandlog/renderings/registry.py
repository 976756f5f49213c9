"""All renderings, by name."""

from ascetic_ddd.faker.infrastructure.feeds.commandlog.renderings.ammunition import GHZ, PANDORA, VEGETA
from ascetic_ddd.faker.infrastructure.feeds.commandlog.renderings.gatling import GATLING
from ascetic_ddd.faker.infrastructure.feeds.commandlog.renderings.jmeter import JMETER
from ascetic_ddd.faker.infrastructure.feeds.commandlog.renderings.locust import LOCUST
from ascetic_ddd.faker.infrastructure.feeds.commandlog.renderings.own import CSV, JSONL
from ascetic_ddd.faker.infrastructure.feeds.commandlog.renderings.script_engines import ARTILLERY, K6
from ascetic_ddd.faker.infrastructure.feeds.commandlog.renderings.tank import TANK

__all__ = ("RENDERINGS",)

RENDERINGS = {
    rendering.name: rendering for rendering in (CSV, JSONL, K6, LOCUST, GATLING, JMETER, ARTILLERY, VEGETA, PANDORA, TANK, GHZ)
}
"""Of what a log can be made."""
