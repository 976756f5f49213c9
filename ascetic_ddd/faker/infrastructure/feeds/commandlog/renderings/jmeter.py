"""JMeter: CSV without a header, a plan that waits until a command is due, and what makes Debian's JMeter open it."""

from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from ascetic_ddd.faker.infrastructure.feeds.commandlog.reading import Feed
from ascetic_ddd.faker.infrastructure.feeds.commandlog.renderings.own import REQUEST_COLUMNS, csv_lines, request_rows
from ascetic_ddd.faker.infrastructure.feeds.commandlog.renderings.rendering import BY_CLOCK, Files, Rendering, shards_of

__all__ = ("JMETER",)

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
          <stringProp name="variableNames">@COLUMNS@</stringProp>
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
          <stringProp name="IfController.condition">${__jexl2(&quot;${method}&quot; == &quot;@METHOD@&quot;)}</stringProp>
          <boolProp name="IfController.evaluateAll">false</boolProp>
          <boolProp name="IfController.useExpression">true</boolProp>
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


_DEBIAN = """\
// Starts Debian's JMeter 2.13, which by itself opens no plan: its XStream is a newer one, and is to be told which classes a plan
// may name. java -cp "/usr/share/jmeter/bin/*:/usr/share/java/bsh.jar" bsh.Interpreter debian.bsh -n -t feed.00.jmx …
setAccessibility(true);
if (System.getProperty("jmeter.home") == null) System.setProperty("jmeter.home", "/usr/share/jmeter");
loader = org.apache.jmeter.NewDriver.loader;  // it has JMeter's jars
Thread.currentThread().setContextClassLoader(loader);
this.interpreter.setClassLoader(loader);

import org.apache.jmeter.save.SaveService;
import org.apache.jmeter.util.JMeterUtils;

home = System.getProperty("jmeter.home");
JMeterUtils.setJMeterHome(home);
JMeterUtils.loadJMeterProperties(home + "/bin/jmeter.properties");
allowed = new String[] {"org.apache.jmeter.**", "org.apache.jorphan.**"};
for (xstream : new Object[] {SaveService.JMXSAVER, SaveService.JTLSAVER}) xstream.allowTypesByWildcard(allowed);
org.apache.jmeter.NewDriver.main(bsh.args);
"""


def _jmeter(feed: Feed, base_url: str) -> Files:
    files: dict[str, Any] = {}
    for shard in shards_of(feed):
        files[f"commands.{shard:02}.csv"] = csv_lines(request_rows(feed, shard), terminator="\n", always=True)
        files[f"feed.{shard:02}.jmx"] = [_plan(feed, base_url, shard)]
    return {**files, "debian.bsh": [_DEBIAN]}


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
    told = {"SHARD": f"{shard:02}", "COLUMNS": ",".join(REQUEST_COLUMNS), "WAIT": escape(_WAIT), "SAMPLERS": "".join(samplers)}
    plan = _PLAN
    for name, value in told.items():
        plan = plan.replace(f"@{name}@", value)
    return plan


JMETER = Rendering(
    "jmeter",
    _jmeter,
    "# Debian's JMeter 2.13 (jmeter, jmeter-http) opens no plan by itself; there, say this first:\n"
    "# jmeter() { java -cp '/usr/share/jmeter/bin/*:/usr/share/java/bsh.jar' bsh.Interpreter debian.bsh \"$@\"; }\n"
    "START=$(($(date +%s) + 30))000   # the same for all: one process a shard\n"
    "for shard in $(seq -f %02g 0 @LAST@); do\n"
    "    jmeter -n -t feed.$shard.jmx -l results.$shard.jtl -j jmeter.$shard.log -Jstart=$START -Jusers=50 \\\n"
    "        -Jhttpclient4.idletimeout=2000 &   # shorter than the application keeps an idle connection open\n"
    "done; wait   # elsewhere than @BASE_URL@: -Jprotocol=… -Jhost=… -Jport=…",
    f"{BY_CLOCK}; headers of routes. All values are texts.",
)
