"""Gatling and JMeter: CSV, and a simulation or a plan that waits until a command is due."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from ascetic_ddd.faker.infrastructure.feeds.commandlog.reading import Feed
from ascetic_ddd.faker.infrastructure.feeds.commandlog.renderings.own import csv_lines
from ascetic_ddd.faker.infrastructure.feeds.commandlog.renderings.rendering import Files, Rendering, requests_of, shards_of

__all__ = ("GATLING", "JMETER")

_COLUMNS = ("due_ms", "name", "method", "path", "body")

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

_PLAN = """\
<?xml version="1.0" encoding="UTF-8"?>
<jmeterTestPlan version="1.2" properties="2.4">
  <hashTree>
    <TestPlan guiclass="TestPlanGui" testclass="TestPlan" testname="feed, shard @SHARD@" enabled="true">
      <boolProp name="TestPlan.functional_mode">false</boolProp>
      <boolProp name="TestPlan.serialize_threadgroups">false</boolProp>
      <elementProp name="TestPlan.user_defined_variables" elementType="Arguments">
        <collectionProp name="Arguments.arguments"/>
      </elementProp>
    </TestPlan>
    <hashTree>
      <ThreadGroup guiclass="ThreadGroupGui" testclass="ThreadGroup" testname="users" enabled="true">
        <stringProp name="ThreadGroup.on_sample_error">continue</stringProp>
        <elementProp name="ThreadGroup.main_controller" elementType="LoopController">
          <boolProp name="LoopController.continue_forever">false</boolProp>
          <intProp name="LoopController.loops">-1</intProp>
        </elementProp>
        <stringProp name="ThreadGroup.num_threads">${__P(users,50)}</stringProp>
        <stringProp name="ThreadGroup.ramp_time">0</stringProp>
        <boolProp name="ThreadGroup.scheduler">false</boolProp>
      </ThreadGroup>
      <hashTree>
        <CSVDataSet guiclass="TestBeanGUI" testclass="CSVDataSet" testname="commands" enabled="true">
          <stringProp name="filename">commands.@SHARD@.csv</stringProp>
          <stringProp name="fileEncoding">UTF-8</stringProp>
          <stringProp name="variableNames">due_ms,name,method,path,body</stringProp>
          <stringProp name="delimiter">,</stringProp>
          <boolProp name="quotedData">true</boolProp>
          <boolProp name="recycle">false</boolProp>
          <boolProp name="stopThread">true</boolProp>
          <stringProp name="shareMode">shareMode.all</stringProp>
        </CSVDataSet>
        <hashTree/>
        <HeaderManager guiclass="HeaderPanel" testclass="HeaderManager" testname="headers" enabled="true">
          <collectionProp name="HeaderManager.headers">
            <elementProp name="" elementType="Header">
              <stringProp name="Header.name">Content-Type</stringProp>
              <stringProp name="Header.value">application/json</stringProp>
            </elementProp>
          </collectionProp>
        </HeaderManager>
        <hashTree/>
        <TestAction guiclass="TestActionGui" testclass="TestAction" testname="until due" enabled="true">
          <intProp name="ActionProcessor.action">1</intProp>
          <intProp name="ActionProcessor.target">0</intProp>
          <stringProp name="ActionProcessor.duration">@WAIT@</stringProp>
        </TestAction>
        <hashTree/>
@SAMPLERS@      </hashTree>
    </hashTree>
  </hashTree>
</jmeterTestPlan>
"""

# A timer would be reckoned before the row is read. In a pause of less than nothing, newer versions fail.
_DUE = "${due_ms} + ${__P(start,${TESTSTART.MS})}"
_WAIT = f"${{__jexl2({_DUE} > ${{__time(,now)}} ? {_DUE} - ${{now}} : 0)}}"

_SAMPLER = """\
        <IfController guiclass="IfControllerPanel" testclass="IfController" testname="@METHOD@" enabled="true">
          <stringProp name="IfController.condition">&quot;${method}&quot; == &quot;@METHOD@&quot;</stringProp>
          <boolProp name="IfController.evaluateAll">false</boolProp>
        </IfController>
        <hashTree>
@SAMPLER@        </hashTree>
"""

_REQUEST = """\
          <HTTPSamplerProxy guiclass="HttpTestSampleGui" testclass="HTTPSamplerProxy" testname="${name}" enabled="true">
            <boolProp name="HTTPSampler.postBodyRaw">true</boolProp>
            <elementProp name="HTTPsampler.Arguments" elementType="Arguments">
              <collectionProp name="Arguments.arguments">
                <elementProp name="" elementType="HTTPArgument">
                  <boolProp name="HTTPArgument.always_encode">false</boolProp>
                  <stringProp name="Argument.value">${body}</stringProp>
                  <stringProp name="Argument.metadata">=</stringProp>
                </elementProp>
              </collectionProp>
            </elementProp>
            <stringProp name="HTTPSampler.domain">${__P(host,@HOST@)}</stringProp>
            <stringProp name="HTTPSampler.port">${__P(port,@PORT@)}</stringProp>
            <stringProp name="HTTPSampler.protocol">${__P(protocol,@PROTOCOL@)}</stringProp>
            <stringProp name="HTTPSampler.contentEncoding">UTF-8</stringProp>
            <stringProp name="HTTPSampler.path">@BASE_PATH@${path}</stringProp>
            <stringProp name="HTTPSampler.method">@METHOD@</stringProp>
            <boolProp name="HTTPSampler.follow_redirects">false</boolProp>
            <boolProp name="HTTPSampler.use_keepalive">true</boolProp>
          </HTTPSamplerProxy>
          <hashTree/>
"""


def _rows(feed: Feed, shard: int, *, header: bool) -> Iterator[list[Any]]:
    if header:
        yield list(_COLUMNS)
    for event, request in requests_of(feed, shard):
        yield [event["duems"], event["type"].rpartition(".")[2], request.method, request.path, request.body or ""]


def _gatling(feed: Feed, base_url: str) -> Files:
    files: dict[str, Any] = {
        f"commands.{shard:02}.csv": csv_lines(_rows(feed, shard, header=True), always=True) for shard in shards_of(feed)
    }
    return {**files, "FeedSimulation.java": [_SIMULATION.replace("@BASE_URL@", base_url)]}


def _jmeter(feed: Feed, base_url: str) -> Files:
    files: dict[str, Any] = {}
    for shard in shards_of(feed):
        rows = _rows(feed, shard, header=False)
        files[f"commands.{shard:02}.csv"] = csv_lines(rows, terminator="\n", always=True)
        files[f"feed.{shard:02}.jmx"] = [_plan(feed, base_url, shard)]
    return files


def _plan(feed: Feed, base_url: str, shard: int) -> str:
    """The method is no variable in a sampler, so there is one for each; of several, a condition chooses."""
    url = urlsplit(base_url)
    request = (
        _REQUEST.replace("@HOST@", escape(url.hostname or "localhost"))
        .replace("@PORT@", str(url.port or {"https": 443}.get(url.scheme, 80)))
        .replace("@PROTOCOL@", escape(url.scheme or "http"))
        .replace("@BASE_PATH@", escape(url.path))
    )
    methods = sorted({feed.manifest.routes[type]["method"] for type in feed.account.types})
    samplers = [request.replace("@METHOD@", method) for method in methods]
    if len(methods) > 1:
        samplers = [
            _SAMPLER.replace("@METHOD@", method).replace("@SAMPLER@", each)
            for method, each in zip(methods, samplers, strict=True)
        ]
    return _PLAN.replace("@SHARD@", f"{shard:02}").replace("@WAIT@", escape(_WAIT)).replace("@SAMPLERS@", "".join(samplers))


_BY_CLOCK = "dependencies, but by the clock: what needs another command is due at least the slack after it; headers of routes."
GATLING = Rendering(
    "gatling",
    _gatling,
    "# FeedSimulation.java among the simulations, commands.NN.csv among the resources; -Dshard=00, one injector a shard\n"
    "mvn gatling:test -Dgatling.simulationClass=FeedSimulation -Dshard=00 -Dstart=$(($(date +%s) + 60))000",
    f"{_BY_CLOCK} The strategy `shard` of feeders is one of Gatling Enterprise: hence a file for each injector.",
)
JMETER = Rendering(
    "jmeter",
    _jmeter,
    "START=$(($(date +%s) + 30))000   # the same for all: one process a shard\n"
    "jmeter -n -t feed.00.jmx -l results.jtl -Jstart=$START -Jusers=50 -Jhost=… -Jport=…",
    f"{_BY_CLOCK} All values are texts.",
)
