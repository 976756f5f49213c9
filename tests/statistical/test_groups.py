"""Few groups, each with a histogram of its own: rosters of teams, as in a baseball season, keep their shape and their sizes.

The data: 150 teams of 25 to 60 players; most players have one row, some have up to five, few have none; larger teams have more
rows, but not always. Four histograms by size of team met KS .049 on such a season; each team's own is met exactly.
"""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from functools import cache
from random import Random
from typing import Any

import pytest

from ascetic_ddd.faker.application.measure import ks
from ascetic_ddd.faker.application.runs.generation import generate
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.composite_value_provider import CompositeValueProvider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.infrastructure.repositories.in_memory_repository import InMemoryRepository
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySession, InMemorySessionPool

Row = dict[str, Any]
TEAMS = 150
USES = (1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3, 4, 5, 0)


@cache
def teams() -> list[list[int]]:
    """Rows of each player, team by team."""
    random = Random(2)
    return [[random.choice(USES) for _ in range(25 + int(36 * random.random() ** 2))] for _ in range(TEAMS)]


def pairs(counts: Any) -> list[tuple[int, int]]:
    return sorted(Counter(counts).items())


class Plain(AggregateProvider[Any, Row]):
    _id_attr = "id"

    def __init__(self) -> None:
        super().__init__(InMemoryRepository(agg_exporter=dict), dict, dict)


class TeamProvider(Plain):
    id: ValueProvider[int, int]

    def __init__(self) -> None:
        self.id = ValueProvider(distributor_factory(sequence=True))
        super().__init__()


class PlayerId(CompositeValueProvider[Any, Row]):
    team: ReferenceProvider[int, Row, int]
    number: ValueProvider[int, int]

    def __init__(self, team_provider: TeamProvider) -> None:
        sizes = pairs(len(team) for team in teams())
        self.team = ReferenceProvider(distributor_factory(histogram=sizes), team_provider, create=False)
        self.number = ValueProvider(distributor_factory(sequence=True))
        super().__init__(dict)


class PlayerProvider(Plain):
    id: PlayerId

    def __init__(self, team_provider: TeamProvider) -> None:
        self.id = PlayerId(team_provider)
        super().__init__()


class GameProvider(Plain):
    id: ValueProvider[int, int]
    team: ReferenceProvider[int, Row, int]
    player: ReferenceProvider[Row, Row, Row]

    def __init__(self, team_provider: TeamProvider, player_provider: PlayerProvider) -> None:
        rows = pairs(sum(team) for team in teams())
        own = [(len(team), pairs(team)) for team in sorted(teams(), key=sum, reverse=True)]
        whole = pairs(uses for team in teams() for uses in team)
        self.id = ValueProvider(distributor_factory(sequence=True))
        self.team = ReferenceProvider(distributor_factory(histogram=rows), team_provider, create=False)
        self.player = ReferenceProvider(
            distributor_factory(histogram=whole, within=own), player_provider, create=False, tied={"team": "team"}
        )
        super().__init__()


def stored(provider: AggregateProvider[Any, Row]) -> AsyncIterator[Row]:
    repository: Any = provider.repository
    found: AsyncIterator[Row] = repository.find(InMemorySession())
    return found


async def grown(batch_size: int) -> list[list[int]]:
    team_provider = TeamProvider()
    player_provider = PlayerProvider(team_provider)
    game_provider = GameProvider(team_provider, player_provider)
    counts = (TEAMS, sum(map(len, teams())), sum(map(sum, teams())))
    for provider, count in zip((team_provider, player_provider, game_provider), counts, strict=True):
        async for _ in generate(provider, InMemorySessionPool(), count, seed=3, batch_size=batch_size):
            pass
    uses = Counter([(row["player"]["team"], row["player"]["number"]) async for row in stored(game_provider)])
    found: dict[int, list[int]] = defaultdict(list)
    async for row in stored(player_provider):
        found[row["id"]["team"]].append(uses[row["id"]["team"], row["id"]["number"]])
    return list(found.values())


@pytest.mark.parametrize("batch_size", [50, 1_000])
async def test_each_team_has_the_players_and_the_rows_of_one_that_was_measured(batch_size: int) -> None:
    found = await grown(batch_size)
    assert ks(pairs(n for team in teams() for n in team), pairs(n for team in found for n in team)) <= 0.001
    assert Counter((len(team), sum(team)) for team in found) == Counter((len(team), sum(team)) for team in teams())
    alike = Counter(tuple(sorted(team)) for team in found) & Counter(tuple(sorted(team)) for team in teams())
    assert sum(alike.values()) >= 0.9 * TEAMS, "most teams are one of the measured ones, player by player"
