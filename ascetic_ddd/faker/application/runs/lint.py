"""Requests in a provider graph that contradict each other, found before anything is generated."""

import inspect
import math
from collections.abc import Iterator
from types import CodeType
from typing import Any

from ascetic_ddd.faker.application.runs.finding import Finding, ILinted
from ascetic_ddd.faker.application.runs.repeats import cells_of, expected_repeats
from ascetic_ddd.faker.domain.distributors.counts import ICountDistribution, WeightsCounts
from ascetic_ddd.faker.domain.distributors.m2o.by_law import LawDistributor
from ascetic_ddd.faker.domain.distributors.m2o.facts import is_unique, null_weight
from ascetic_ddd.faker.domain.errors import ConfigurationError
from ascetic_ddd.faker.domain.generators.space import space_of
from ascetic_ddd.faker.domain.providers.aggregate_provider import AggregateProvider
from ascetic_ddd.faker.domain.providers.composed import Composed
from ascetic_ddd.faker.domain.providers.computed_provider import ComputedProvider
from ascetic_ddd.faker.domain.providers.facts import asks_parts_once, factory_of, holders, name_within
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.reference_provider import ReferenceProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.domain.repositories import offers
from ascetic_ddd.faker.domain.repositories.offering import sides_of

__all__ = ("TOLERANCE", "Finding", "expected_rows", "is_mentioned", "lint", "linted")

TOLERANCE = 0.1
"""Share by which two figures of one quantity may differ: captured means are rounded, and not every author has a book."""

_LONGEST = 6  # references in one chain
_USUAL = 10_000  # rows, if nobody says how many
_FEW = 0.01  # repeated ids that are not worth a word

_Aggregate = AggregateProvider[Any, Any]
_Reference = ReferenceProvider[Any, Any, Any]
_Chain = tuple[_Reference, ...]


def lint(provider: Provider[Any, Any], count: int | None = None) -> list[Finding]:
    """Find what cannot hold together in the graph of a provider; an empty list if nothing is known to be wrong.

    * **Triangles.** If B refers to T, and to A which refers to T, and the two meet (a book's author is of the book's tenant),
      then rows of B per T are rows of B per A times rows of A per T. Whether they meet is decided in the user's code, so
      a triangle counts only where one is tied to the other, where a ``do_populate`` (or ``populate``) of B mentions both
      references, or where T is part of both ids. Chains may be of any length. References without a shape, and those that never
      create, ask for no number.
    * **Scopes** of such a triangle that hold fewer values than the weights have parts.
    * **Ties**, and what parts are computed of, that are declared and lead nowhere.
    * **Circles** of references that may not be null: the first aggregate cannot be made, unless the code tells it.
    * **Ids that come again**: all parts of an id are reused (an enrolment is of a student and a course), so nothing keeps two
      rows from having the same; with the number of rows to expect so, if the parts know nothing of each other.
    * **Attributes that are no parts**: a provider is set, and the class does not annotate it, so nothing is made of it.
    * **Unique parts** that cannot have as many values as there will be rows, where it is known how many they can have.
    * What the factory and the repository of an aggregate find themselves (:class:`.ILinted`): journeys without a way to a state,
      commands without a route, and the like.

    Shares of null and of unused values are taken into account; differences up to :data:`TOLERANCE` are let pass.

    Args:
        provider: the root of the graph.
        count: aggregates of the root that are planned; None: repeated ids are reckoned for 10,000, unique parts not at all.

    Returns:
        Findings in the order of the graph, each contradiction once.

    Example::

        >>> for finding in lint(book_provider):  # doctest: +SKIP
        ...     print(finding)
        BookProvider.id.tenant_id: asked 50 rows per TenantProvider; but 50 per AuthorProvider (BookProvider.author_id) × 10 …
    """
    aggregates = _aggregates(provider)
    findings: list[Finding] = []
    for aggregate in aggregates:
        findings += _loose_ties(aggregate)
        findings += _loose_computations(aggregate)
        findings += _triangles(aggregate)
        findings += linted(aggregate)
    findings += _circles(aggregates)
    findings += _forgotten(provider)
    rows = _rows(aggregates[0], count or _USUAL) if aggregates else {}
    for aggregate in aggregates:
        findings += _repeated_ids(aggregate, rows.get(id(aggregate.memory), count or _USUAL))
        if count is not None and id(aggregate.memory) in rows:
            findings += _narrow_parts(aggregate, rows[id(aggregate.memory)])
    return list(dict.fromkeys(findings))


def expected_rows(provider: Provider[Any, Any], count: int) -> dict[str, float]:
    """Give by path about how many aggregates of each kind there will be beside ``count`` of the root, as far as it follows from
    the references."""
    aggregates = _aggregates(provider)
    rows = _rows(aggregates[0], count) if aggregates else {}
    return {each.path: rows[id(each.memory)] for each in aggregates if id(each.memory) in rows}


def _aggregates(provider: Provider[Any, Any]) -> list[_Aggregate]:
    return [found for found in provider.walk() if isinstance(found, AggregateProvider)]


def linted(aggregate: AggregateProvider[Any, Any]) -> list[Finding]:
    """Ask the factory and the repository of an aggregate what they find themselves."""
    external, repository = sides_of(aggregate.repository)
    asked = (factory_of(aggregate), repository if external is None else external)
    return [finding for each in asked if offers(each, ILinted) for finding in each.findings(aggregate)]


def _forgotten(provider: Provider[Any, Any]) -> Iterator[Finding]:
    """Providers that were set and are nobody's part."""
    for found in provider.walk():
        if not isinstance(found, Composed):
            continue
        used = {id(part) for owner in (found, *found.leads_to()) for part in (owner, *owner.parts().values())}
        for name, value in vars(found).items():
            is_part_like = isinstance(value, Provider) and not isinstance(value, AggregateProvider) and not name.startswith("_")
            if is_part_like and id(value) not in used:
                kind = type(value).__name__
                yield Finding(
                    f"{found.path}.{name}",
                    f"for a {kind}",
                    f"{type(found).__name__} does not annotate {name!r}, so it is no part and nothing is made of it",
                    f"Annotate it in the class ({name}: {kind}), or leave it out",
                )


def _references(provider: Provider[Any, Any]) -> Iterator[_Reference]:
    """The references that an object has once: nested ones too, those of its children not."""
    for part in provider.parts().values():
        if isinstance(part, ReferenceProvider):
            yield part
        elif asks_parts_once(part):
            yield from _references(part)


def _target(reference: _Reference) -> _Aggregate:
    return reference.source.aggregate_provider


def _counts(reference: _Reference) -> ICountDistribution | None:
    """What the reference asks for; None where it asks for no number."""
    distributor = reference.distributor
    is_closed = not reference.may_create
    return distributor.counts if isinstance(distributor, LawDistributor) and not is_closed else None


def _fan(reference: _Reference, counts: ICountDistribution) -> float:
    """Rows, null or not, per value, used or not: the factor between the sizes of two tables."""
    shown = 1.0 - null_weight(reference.distributor)
    return counts.mean * counts.used_share / shown if shown > 0.0 else float("inf")


def _triangles(aggregate: _Aggregate) -> Iterator[Finding]:
    references = list(_references(aggregate))
    for direct in references:
        asked = _counts(direct)
        if asked is None or _fan(direct, asked) == float("inf"):
            continue
        for first in references:
            if first is direct or _target(first).memory is _target(direct).memory or not _are_tied(aggregate, first, direct):
                continue
            for chain in _chains(first, _target(direct)):
                finding = _triangle(direct, asked, chain) or _scope(direct, asked, chain)
                if finding is not None:
                    yield finding


def _chains(first: _Reference, target: _Aggregate) -> Iterator[_Chain]:
    """The ways from a reference on to a target, each aggregate visited once."""
    waiting: list[tuple[_Chain, frozenset[int]]] = [((first,), frozenset((id(_target(first).memory),)))]
    while waiting:
        chain, seen = waiting.pop(0)
        for following in _references(_target(chain[-1])):
            memory = _target(following).memory
            if memory is target.memory:
                yield (*chain, following)
            elif id(memory) not in seen and len(chain) < _LONGEST:
                waiting.append(((*chain, following), seen | {id(memory)}))


def _triangle(direct: _Reference, asked: ICountDistribution, chain: _Chain) -> Finding | None:
    product = 1.0
    for reference in chain:
        counts = _counts(reference)
        if counts is None:
            return None
        product *= _fan(reference, counts)
    wanted = _fan(direct, asked)
    if abs(product - wanted) <= TOLERANCE * max(product, wanted):
        return None
    shown = 1.0 - null_weight(direct.distributor)
    mean = product * shown / asked.used_share
    links = " × ".join(f"{_figure(_mean(link))} rows per {_name(_target(link))} ({link.path})" for link in chain)
    top, middle = _name(_target(direct)), _name(_target(chain[0]))
    means = [(mean, "here"), *((_mean(link) * asked.mean / mean, f"at {link.path}") for link in chain)]
    fixes = [f"mean={_figure(fitting)} {place}" for fitting, place in means if fitting >= 1.0]
    return Finding(
        path=direct.path,
        asked=f"{_figure(asked.mean)} rows per {top}",
        implies=f"{links} imply {_figure(mean)}, if the {middle} is one of the same {top}{_rest(direct, chain)}",
        advice=f"Ask for {', or '.join(fixes) or 'other means'}",
    )


def _rest(direct: _Reference, chain: _Chain) -> str:
    nulls = [link.path for link in (direct, *chain) if null_weight(link.distributor)]
    return f" (with the share of nulls at {', '.join(nulls)})" if nulls else ""


def _scope(direct: _Reference, asked: ICountDistribution, chain: _Chain) -> Finding | None:
    """A scope of too few values for the parts of the weights."""
    first = chain[0]
    counts = _counts(first)
    if not isinstance(counts, WeightsCounts):
        return None
    values = _fan(direct, asked) / _fan(first, counts)
    parts = len(counts.weights)
    if values >= parts or first.distributor is direct.distributor:
        return None
    one, top = _name(_target(first)), _name(_target(direct))
    return Finding(
        path=first.path,
        asked=f"weights of {parts} parts",
        implies=f"one {top} has about {_figure(values)} {one} to choose from, if the {one} is one of the same {top}, "
        f"and {parts} parts need at least {parts}",
        advice=f"Give {_figure(values)} or fewer weights, or a skew, or a smaller mean here, or a larger mean at {direct.path}",
    )


def _circles(aggregates: list[_Aggregate]) -> Iterator[Finding]:
    """Circles of references of which none may be null and none is told by the code around it."""
    seen: set[frozenset[int]] = set()
    for aggregate in aggregates:
        waiting: list[_Chain] = [(reference,) for reference in _musts(aggregate)]
        while waiting:
            chain = waiting.pop(0)
            last = _target(chain[-1])
            if last.memory is aggregate.memory:
                circle = frozenset(id(reference) for reference in chain)
                if circle not in seen:
                    seen.add(circle)
                    yield _circle(chain)
            elif len(chain) < _LONGEST and all(_target(link).memory is not last.memory for link in chain[:-1]):
                waiting.extend((*chain, reference) for reference in _musts(last))


def _musts(aggregate: _Aggregate) -> Iterator[_Reference]:
    for reference in _references(aggregate):
        if not reference.distributor.is_nullable and not is_mentioned(aggregate, reference):
            yield reference


def _circle(chain: _Chain) -> Finding:
    way = " → ".join(reference.path for reference in chain)
    name = _name(_target(chain[-1]))
    return Finding(
        path=chain[0].path,
        asked="never null",
        implies=f"{way} leads back to {name}, so the first {name} needs one before it",
        advice="Give one of these references a null_weight, or tell it in do_populate, or create the first ones beforehand",
    )


def _rows(root: _Aggregate, count: int) -> dict[int, float]:
    """How many of each kind there will be, as far as it follows from the references; by memory."""
    found = {id(root.memory): float(count)}
    waiting = [root]
    while waiting:
        aggregate = waiting.pop(0)
        for reference in _references(aggregate):
            counts, target = _counts(reference), _target(reference)
            if id(target.memory) not in found and reference.may_create:
                fan = _fan(reference, counts) if counts is not None else 1.0
                found[id(target.memory)] = found[id(aggregate.memory)] / fan
                waiting.append(target)
    return found


def _repeated_ids(aggregate: _Aggregate, rows: float) -> Iterator[Finding]:
    id_provider = aggregate.id_provider
    parts = list(id_provider.parts().values()) or [id_provider]
    cells = [found for part in parts if (found := cells_of(part, rows)) is not None]
    if len(cells) < len(parts):
        return
    repeats = expected_repeats(cells, rows)
    if repeats >= _FEW:
        yield Finding(
            path=id_provider.path,
            asked=f"an id of its own for each of {_figure(rows)} rows",
            implies=f"{' and '.join(part.path for part in parts)} {'are' if len(parts) > 1 else 'is'} reused, so about "
            f"{_figure(repeats)} rows would have an id that was there before",
            advice="Give one of the parts mean=1 or a running number, or add a part that is different in each row, "
            "or tell the ids yourself",
        )


def _narrow_parts(provider: Provider[Any, Any], rows: float) -> Iterator[Finding]:
    """Parts whose values are all different, and which have not enough of them."""
    for part in provider.parts().values():
        space: int | None = None
        if isinstance(part, ValueProvider) and part.is_unique and part.input_generator is not None:
            space = space_of(part.input_generator)
        elif isinstance(part, ReferenceProvider) and not part.may_create and is_unique(part.distributor):
            space = len(part.source.population) or None
        elif asks_parts_once(part) and not isinstance(part, (ValueProvider, ReferenceProvider, AggregateProvider)):
            yield from _narrow_parts(part, rows)
        shown = 1.0 - null_weight(part.distributor) if isinstance(part, (ValueProvider, ReferenceProvider)) else 1.0
        wanted = rows * shown
        if space is not None and space < math.floor(wanted):
            yield Finding(
                path=part.path,
                asked=f"{_figure(wanted)} different values",
                implies=f"there are only {_figure(space)}",
                advice="Give a generator with more values, or a larger mean, or plan fewer rows",
            )


def _are_tied(aggregate: _Aggregate, first: _Reference, direct: _Reference) -> bool:
    """Tell whether something in the code speaks for the two references meeting at the same aggregate."""
    if is_mentioned(aggregate, first) and is_mentioned(aggregate, direct):
        return True
    if any(source is direct for source in _sources(first)):
        return True
    return _is_in_id(aggregate, _target(direct)) and _is_in_id(_target(first), _target(direct))


def _sources(reference: _Reference) -> list[Provider[Any, Any]]:
    """The parts that a reference is tied to by declaration; none where the declaration leads nowhere, which is told apart."""
    try:
        return list(reference.tie_sources())
    except ConfigurationError:
        return []


def _loose_ties(aggregate: _Aggregate) -> Iterator[Finding]:
    for reference in _references(aggregate):
        try:
            list(reference.tie_sources())
        except ConfigurationError as error:
            yield Finding(
                path=reference.path,
                asked="tied to another part of the object",
                implies=str(error),
                advice="Give the path of a value or of another reference, from the aggregate down",
            )


def _loose_computations(aggregate: _Aggregate) -> Iterator[Finding]:
    for part in aggregate.walk():
        if isinstance(part, ComputedProvider) and aggregate in holders(part):
            try:
                list(part.asks())
            except ConfigurationError as error:
                yield Finding(
                    path=part.path,
                    asked="computed of other parts",
                    implies=str(error),
                    advice="Name parts beside it, or around it, or tell their paths",
                )


def _is_in_id(aggregate: _Aggregate, target: _Aggregate) -> bool:
    holders = [aggregate.id_provider, *_references(aggregate.id_provider)]
    return any(isinstance(found, ReferenceProvider) and _target(found).memory is target.memory for found in holders)


def is_mentioned(aggregate: _Aggregate, reference: _Reference) -> bool:
    """Tell whether a populating hook around the reference, or what it may call, names the reference."""
    classes = [cls for holder in holders(reference) for cls in type(holder).__mro__ if cls.__module__ not in _OURS]
    has_hook = any(name in vars(cls) for cls in classes for name in ("populate", "do_populate"))
    return has_hook and any(name_within(reference) in _names(cls) for cls in classes)


_OURS = frozenset(cls.__module__ for cls in (*AggregateProvider.__mro__, *ReferenceProvider.__mro__))


def _names(cls: type) -> set[str]:
    """Names and words in the methods of a class, its ``__init__`` left out, where every part is named."""
    found: set[str] = set()
    for name, member in vars(cls).items():
        function = inspect.unwrap(getattr(member, "__func__", member)) if name != "__init__" else None
        code = getattr(function, "__code__", None)
        waiting: list[CodeType] = [code] if code is not None else []
        while waiting:
            code = waiting.pop()
            found.update(code.co_names, code.co_freevars)
            for constant in code.co_consts:
                if isinstance(constant, CodeType):
                    waiting.append(constant)
                else:
                    found.update(
                        word for word in (constant if isinstance(constant, tuple) else (constant,)) if isinstance(word, str)
                    )
    return found


def _mean(reference: _Reference) -> float:
    counts = _counts(reference)
    return counts.mean if counts is not None else 1.0


def _name(aggregate: _Aggregate) -> str:
    name = type(aggregate).__name__
    return name.removesuffix("Provider") or name


def _figure(number: float) -> str:
    return f"{number:.4g}" if number < 10_000 else f"{number:.0f}"
