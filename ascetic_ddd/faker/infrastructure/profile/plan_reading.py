"""From ``EXPLAIN (FORMAT JSON)`` to plans that can be compared between two databases."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ascetic_ddd.faker.application.comparison.planner import PlanNode

__all__ = ("Roles", "read_plan")

_JOINS = {"Nested Loop", "Hash Join", "Merge Join"}


@dataclass(frozen=True, slots=True)
class Roles:
    """What the names of one database stand for.

    Indexes have other names in other databases; what they index is the same.

    Attributes:
        tables: A's name by schema and name.
        indexes: A's name of the table, and what is indexed, by schema and name of the index.
    """

    tables: Mapping[tuple[str, str], str]
    indexes: Mapping[tuple[str, str], str]


def read_plan(explained: Any, roles: Roles) -> PlanNode:
    """Read what EXPLAIN returned, with ANALYZE or without."""
    return _node(explained[0]["Plan"], roles, "")


def _node(node: Mapping[str, Any], roles: Roles, schema: str) -> PlanNode:
    """Read a node and what is below it.

    Args:
        node: with its ``Schema``, which EXPLAIN tells if it is VERBOSE; a bitmap of an index has none.
        roles: what the names stand for.
        schema: of the table that is read above: an index is in the schema of its table.
    """
    schema = str(node.get("Schema", schema))
    actual = node.get("Actual Rows")
    return PlanNode(
        kind=_kind(node),
        on=_read_by(node, roles, schema),
        estimated=float(node["Plan Rows"]),
        actual=None if actual is None else float(actual) * float(node.get("Actual Loops", 1)),
        children=tuple(_node(child, roles, schema) for child in node.get("Plans", ())),
        cost=float(node["Total Cost"]),
    )


def _kind(node: Mapping[str, Any]) -> str:
    """The words of EXPLAIN's text format, nearly."""
    kind = str(node["Node Type"])
    join = node.get("Join Type", "Inner")
    if kind in _JOINS and join != "Inner":
        kind = f"{kind.removesuffix(' Join')} {join} Join"
    if kind == "Aggregate":
        strategy = {"Hashed": "Hash", "Sorted": "Group"}.get(str(node.get("Strategy")), str(node.get("Strategy", "")))
        kind = f"{strategy} Aggregate".replace("Plain ", "")
        if node.get("Partial Mode", "Simple") != "Simple":
            kind = f"{node['Partial Mode']} {kind}"
    if node.get("Scan Direction") == "Backward":
        kind += " Backward"
    return f"Parallel {kind}" if node.get("Parallel Aware") else kind


def _read_by(node: Mapping[str, Any], roles: Roles, schema: str) -> str:
    if "Index Name" in node:
        name = str(node["Index Name"])
        return roles.indexes.get((schema, name), name)
    if "Relation Name" in node:
        name = str(node["Relation Name"])
        return roles.tables.get((schema, name), name)
    return ""
