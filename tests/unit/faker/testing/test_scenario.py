"""Sentences of scenarios: made and counted by the same words, or refused with words that tell what is near."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.testing.scenario import Scenario
from ascetic_ddd.faker.testing.vocabulary import Vocabulary
from ascetic_ddd.seedwork.infrastructure.session.in_memory_session import InMemorySessionPool
from tests.unit.faker.testing.staff import english, make_staff, russian


@pytest.fixture
async def scenario() -> AsyncIterator[Scenario]:
    async with InMemorySessionPool().session() as session, session.atomic():
        yield Scenario((english(), russian()), session, make_staff())


def _cities(made: list[Any]) -> list[tuple[str, str]]:
    return [(company.city, company.status) for company in made]


@pytest.mark.parametrize(
    "text",
    [
        "3 active companies from Moscow",
        "there are three active companies from Moscow",
        "есть 3 активные компании из города Moscow",
    ],
)
async def test_so_many_are_made_with_these_parts(scenario: Scenario, text: str) -> None:
    assert _cities(await scenario.given(text)) == [("Moscow", "active")] * 3
    await scenario.there_are(text)
    await scenario.there_are("there are from 2 to 4 companies")
    await scenario.there_are("no blocked companies from Moscow")
    with pytest.raises(AssertionError, match="there are 3"):
        await scenario.there_are("2 companies")


async def test_what_was_named_is_referred_to(scenario: Scenario) -> None:
    (acme,) = await scenario.given("the company «Acme»")
    await scenario.given("компания «Рога и копыта» из города Одесса")
    made = await scenario.given("2 employees of “Acme”")
    assert [employee.company_id for employee in made] == [acme.id] * 2
    await scenario.given("5 сотрудников компании «Рога и копыта»")
    await scenario.there_are("there are 5 employees of companies from Одесса")
    await scenario.there_are("there are 2 employees of «Acme»")
    assert scenario.id_of("companies", "Acme") == acme.id.value


async def test_a_reference_is_reused_or_made_by_the_law(scenario: Scenario) -> None:
    made = await scenario.given("30 employees of companies from “New York”")
    assert 1 < len({employee.company_id.value for employee in made}) < 15
    await scenario.there_are("some companies from New York")
    await scenario.there_are("no companies from London")


async def test_open_quantities_follow_the_seed() -> None:
    made = []
    for seed in (1, 1, 2, 3, 4):
        async with InMemorySessionPool().session() as session, session.atomic():
            scenario = Scenario(english(), session, make_staff(), seed=seed)
            made.append([len(await scenario.given(text)) for text in ("from 3 to 9 companies", "some companies")])
    assert made[0] == made[1]
    assert len({tuple(numbers) for numbers in made}) > 1
    assert all(3 <= first <= 9 and 1 <= second <= 5 for first, second in made)


async def test_a_table_tells_parts_by_paths(scenario: Scenario) -> None:
    table = [
        ["name.first", "name.last", "age", "company_id.name", "company_id.city"],
        ["Ann", "", "30", "Acme", "Rome"],
        *[[""] * 5],
    ]
    ann, other = await scenario.given("employees:", table)
    assert (ann.name.first, ann.age) == ("Ann", 30)
    assert other.name.first != "Ann"
    await scenario.there_are("1 company from Rome")
    with pytest.raises(
        ConfigurationError, match=r"'nmae': EmployeeProvider has no part 'nmae'; it has: age, company_id, id, name"
    ):
        await scenario.given("employees:", [["nmae"], ["Ann"]])
    with pytest.raises(ConfigurationError, match="'age' was told 'old'; expected int"):
        await scenario.given("employees:", [["age"], ["old"]])
    with pytest.raises(ConfigurationError, match="the table has 1 rows"):
        await scenario.given("2 employees:", [["age"], ["30"]])


async def test_a_specification_is_an_adjective(scenario: Scenario) -> None:
    assert all(employee.age >= 18 for employee in await scenario.given("40 adult employees"))
    await scenario.there_are("40 adult employees")
    (made,) = await scenario.given("an employee aged 17")
    assert made.age == 17


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("3 actve companies", r"'actve' is not known; near: 'active'"),
        ("3 company", r"'3' does not agree with 'company'; expected 'companies'"),
        ("есть 5 компания", r"'5' does not agree with 'компания'; expected 'компаний'"),
        ("есть 5 активные компаний", r"'5' does not agree with 'активная'; expected 'активных'"),
        ("3 companies form Moscow", r"'form Moscow' is not known; near: 'from \{city\}'"),
        ("3 active blocked companies", r"tells 'status' twice: 'active' and 'blocked'"),
        ("3 blocked employees", r"'blocked' is said of companies, not of employees"),
        ("2 employees of «Nobody»", r"nothing is called «Nobody» among the companies"),
        ("companies", r"does not say how many"),
        ("from 5 to 3 companies", r"is no quantity"),
        ("the employee «Ann»", r"employees have no names"),
        ("an employee aged old", r"'age' was told 'old'; expected int"),
    ],
)
async def test_what_is_not_understood_is_refused(scenario: Scenario, text: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        await scenario.given(text)


async def test_a_name_is_given_once(scenario: Scenario) -> None:
    await scenario.given("the company «Acme»")
    with pytest.raises(ConfigurationError, match="«Acme» is among the companies of this scenario already"):
        await scenario.given("an active company «Acme»")


def test_two_ways_to_understand_are_refused() -> None:
    words = Vocabulary("en")
    words.noun("companies", "company", "companies")
    words.phrase("companies", "in {city}", {"city": "{city}"})
    words.phrase("companies", "in {branch}", {"branch": "{branch}"})
    words.phrase("companies", "in debt", {"status": "blocked"})
    assert [template for template, _, _ in words.understand("2 companies in debt").parts] == ["in debt"]
    with pytest.raises(ConfigurationError, match=r"can be understood in two ways, as .in \{city\}. or .in \{branch\}."):
        words.understand("2 companies in Rome")
    with pytest.raises(ConfigurationError, match="is said of firms and of companies"):
        words.noun("firms", "firm", "companies")


@pytest.mark.parametrize(
    "text", ["a customer", "the employee leaves", "the price is 3", "companies are merged", "3 reports of «Acme»"]
)
def test_other_sentences_are_left_to_other_steps(text: str) -> None:
    assert english().concerns(text) == (text == "the employee leaves")
