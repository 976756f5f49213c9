"""Plans of two databases can be compared: indexes by what they index, nodes by the words of EXPLAIN."""

from typing import Any

import pytest

from ascetic_ddd.faker.infrastructure.profile.plan_reading import Roles, read_plan

ROLES = Roles(
    {("public", "book"): "books"},
    {("public", "book_writer_idx"): "books by (author_id)", ("old", "book_writer_idx"): "old.books by (id)"},
)


def node(kind: str, *plans: dict[str, Any], **parts: Any) -> dict[str, Any]:
    return {"Node Type": kind, "Plan Rows": 10, "Total Cost": 5.0, "Plans": list(plans), **parts}


def read(found: dict[str, Any]) -> Any:
    return read_plan([{"Plan": found}], ROLES)


def test_names_of_the_other_database_become_those_of_a() -> None:
    plan = read(
        node(
            "Bitmap Heap Scan",
            node("Bitmap Index Scan", **{"Index Name": "book_writer_idx"}),
            **{"Relation Name": "book", "Schema": "public"},
        )
    )
    assert plan.shape == ("Bitmap Heap Scan", "books", ("Bitmap Index Scan", "books by (author_id)"))


def test_an_index_goes_before_its_table() -> None:
    plan = read(node("Index Scan", **{"Index Name": "book_writer_idx", "Relation Name": "book", "Schema": "public"}))
    assert plan.on == "books by (author_id)"


def test_of_indexes_of_one_name_it_is_that_in_the_schema_of_the_table() -> None:
    index = {"Index Name": "book_writer_idx"}
    bitmaps = node("BitmapOr", node("Bitmap Index Scan", **index), node("Bitmap Index Scan", **index))
    plan = read(
        node(
            "Nested Loop",
            node("Bitmap Heap Scan", bitmaps, **{"Relation Name": "book", "Schema": "old"}),
            node("Index Scan", **index, **{"Relation Name": "book", "Schema": "public"}),
        )
    )
    assert [each.on for _, each in plan.lines()] == [
        "",
        "book",
        "",
        "old.books by (id)",
        "old.books by (id)",
        "books by (author_id)",
    ]
    assert read(node("Index Scan", **index, **{"Relation Name": "book", "Schema": "else"})).on == "book_writer_idx"


def test_what_is_not_compared_keeps_its_name() -> None:
    assert read(node("Seq Scan", **{"Relation Name": "book", "Schema": "old"})).on == "book"


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        (node("Hash Join", **{"Join Type": "Inner"}), "Hash Join"),
        (node("Hash Join", **{"Join Type": "Anti"}), "Hash Anti Join"),
        (node("Nested Loop", **{"Join Type": "Inner"}), "Nested Loop"),
        (node("Nested Loop", **{"Join Type": "Semi"}), "Nested Loop Semi Join"),
        (node("Aggregate", **{"Strategy": "Hashed", "Partial Mode": "Simple"}), "Hash Aggregate"),
        (node("Aggregate", **{"Strategy": "Sorted", "Partial Mode": "Finalize"}), "Finalize Group Aggregate"),
        (node("Aggregate", Strategy="Plain"), "Aggregate"),
        (node("Index Scan", **{"Scan Direction": "Backward", "Index Name": "x"}), "Index Scan Backward"),
        (node("Seq Scan", **{"Parallel Aware": True}), "Parallel Seq Scan"),
    ],
)
def test_kinds_are_those_of_explain(found: dict[str, Any], kind: str) -> None:
    assert read(found).kind == kind


def test_actual_rows_are_of_all_loops() -> None:
    assert read(node("Index Scan", **{"Actual Rows": 2.5, "Actual Loops": 4})).actual == 10.0
    assert read(node("Index Scan")).actual is None


def test_the_tree_keeps_its_order() -> None:
    plan = read(node("Nested Loop", node("Seq Scan"), node("Memoize", node("Index Scan"))))
    assert [(depth, each.kind) for depth, each in plan.lines()] == [
        (0, "Nested Loop"),
        (1, "Seq Scan"),
        (1, "Memoize"),
        (2, "Index Scan"),
    ]
