"""Gatling: CSV with a header, and a simulation that waits until a command is due."""

from collections.abc import Iterator
from typing import Any

from ascetic_ddd.faker.infrastructure.feeds.commandlog.reading import Feed
from ascetic_ddd.faker.infrastructure.feeds.commandlog.renderings.own import REQUEST_COLUMNS, csv_lines, request_rows
from ascetic_ddd.faker.infrastructure.feeds.commandlog.renderings.rendering import BY_CLOCK, Files, Rendering, shards_of

__all__ = ("GATLING",)

_SIMULATION = """\
import static io.gatling.javaapi.core.CoreDsl.*;
import static io.gatling.javaapi.http.HttpDsl.*;

import io.gatling.javaapi.core.*;
import io.gatling.javaapi.http.*;
import java.time.Duration;

/** -Dshard=00 -Dusers=50 -DbaseUrl=… -Dstart=milliseconds since 1970; one injector a shard. */
public class FeedSimulation extends Simulation {
  private final String shard = System.getProperty("shard", "00");
  private final int users = Integer.getInteger("users", 50);
  private final String baseUrl = System.getProperty("baseUrl", "@BASE_URL@");
  private final FeederBuilder<String> commands = csv("commands." + shard + ".csv").queue();
  private final int count = commands.recordsCount();
  private final java.util.concurrent.atomic.AtomicInteger taken = new java.util.concurrent.atomic.AtomicInteger();
  private final long begun = Long.getLong("start", System.currentTimeMillis());

  private final ScenarioBuilder scenario =
      scenario("feed")
          .asLongAs(session -> taken.getAndIncrement() < count)
          .on(
              feed(commands)
                  .pause(
                      session ->
                          Duration.ofMillis(
                              Math.max(0, begun + Long.parseLong(session.getString("due_ms")) - System.currentTimeMillis())))
                  .exec(
                      http("#{name}")
                          .httpRequest("#{method}", "#{path}")
                          .header("Content-Type", "application/json")
                          .body(StringBody(session -> session.getString("body")))
                          .check(status().lt(400))));

  {
    setUp(scenario.injectOpen(atOnceUsers(users))).protocols(http.baseUrl(baseUrl));
  }
}
"""


def _gatling(feed: Feed, base_url: str) -> Files:
    files: dict[str, Any] = {f"commands.{shard:02}.csv": csv_lines(_rows(feed, shard), always=True) for shard in shards_of(feed)}
    return {**files, "FeedSimulation.java": [_SIMULATION.replace("@BASE_URL@", base_url)]}


def _rows(feed: Feed, shard: int) -> Iterator[list[Any]]:
    yield list(REQUEST_COLUMNS)
    yield from request_rows(feed, shard)


GATLING = Rendering(
    "gatling",
    _gatling,
    "# FeedSimulation.java among the simulations, commands.NN.csv among the resources; one injector a shard\n"
    "START=$(($(date +%s) + 60))000   # the same for all\n"
    "mvn gatling:test -Dgatling.simulationClass=FeedSimulation -Dshard=00 -Dusers=50 -Dstart=$START   # …, -Dshard=@LAST@\n"
    "# elsewhere than @BASE_URL@: -DbaseUrl=http://…",
    f"{BY_CLOCK}; headers of routes. Feeders' strategy `shard` is one of Gatling Enterprise: hence a file for each injector.",
)
