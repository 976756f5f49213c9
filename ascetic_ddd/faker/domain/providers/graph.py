"""What concerns a whole provider graph: seeds, and the plan of a run."""

from collections.abc import Iterator
from typing import Any

from ascetic_ddd.faker.domain.distributors.plan import Plan
from ascetic_ddd.faker.domain.generators.input_generators import given_generator, seed_generator
from ascetic_ddd.faker.domain.providers.choice_provider import ChoiceProvider
from ascetic_ddd.faker.domain.providers.dependent_provider import DependentProvider
from ascetic_ddd.faker.domain.providers.kinds import memory_of, source_of
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.domain.randomness import seed_of
from ascetic_ddd.faker.domain.rewinding import IRewindable

__all__ = ("end", "follow", "plan", "rewindable", "seed")


def seed(root: Provider[Any, Any], seed: int, *, only_new: bool = False) -> None:
    """Seed every distributor and generator of the graph by its path.

    Two aggregate providers of the same class in one graph are told apart by a number, in order of the references.

    Args:
        root: where the graph begins.
        seed: the seed of the run.
        only_new: leave aggregates alone that have been seeded before: their streams go on.
    """
    providers = list(root.walk())
    kept = {id(memory) for memory in map(memory_of, providers) if only_new and memory is not None and memory.is_seeded}
    names: dict[str, int] = {}
    tops: dict[int, str] = {}
    for provider in providers:
        top = provider._root()
        if id(top) not in tops:
            name = top.path
            names[name] = names.get(name, 0) + 1
            tops[id(top)] = name if names[name] == 1 else f"{name}#{names[name]}"
        if id(memory_of(top)) in kept:
            continue
        path = tops[id(top)] + provider.path.removeprefix(top.path)
        if provider.distributor is not None:
            provider.distributor.seed(seed_of(seed, path))
        if isinstance(provider, ValueProvider) and provider.input_generator is not None:
            seed_generator(provider.input_generator, seed_of(seed, f"{path} input"))
        if provider._following is not None:
            provider._following.joint.seed(seed_of(seed, f"{path} given"))
        if isinstance(provider, DependentProvider):
            provider.seed_templates(seed_of(seed, f"{path} templates"))
        if isinstance(provider, ChoiceProvider):
            provider.dealer.seed(seed_of(seed, f"{path} kinds"))
        memory = memory_of(provider)
        if memory is not None:
            memory.is_seeded = True


def rewindable(root: Provider[Any, Any]) -> list[IRewindable]:
    """All that the providers of the graph draw from and that can give the same again, each once."""
    found: dict[int, IRewindable] = {}
    for provider in root.walk():
        generator = getattr(provider, "input_generator", None)
        sources = [getattr(provider, "distributor", None), generator, given_generator(generator), memory_of(provider)]
        sources.append(getattr(provider._following, "joint", None))
        if isinstance(provider, DependentProvider):
            sources.append(provider.template_dealer)
        if isinstance(provider, ChoiceProvider):
            sources.append(provider.dealer)
        found.update((id(source), source) for source in sources if isinstance(source, IRewindable))
    return list(found.values())


def plan(root: Provider[Any, Any], plan: Plan) -> None:
    """Let the distributors that are asked at a steady rate follow the plan of a run.

    Those are the root's own and its children's. What is asked when a *referenced* aggregate is made is asked more and more seldom
    as the run goes on, so nothing can be foretold of it; those distributors grow, which is exact at every moment.
    """
    steady: dict[int, Provider[Any, Any]] = {}
    waiting = [root]
    while waiting:
        provider = waiting.pop()
        if id(provider) not in steady:
            steady[id(provider)] = provider
            waiting.extend(provider.parts().values())
            if isinstance(provider, DependentProvider):
                waiting.extend(provider.leads_to())
    follow(root)
    for provider in root.walk():
        if provider._following is not None:
            provider._following.begin_run()
        for distributor, is_asked_each_time in _planned(provider):
            if id(provider) in steady:
                is_exact = is_asked_each_time and _is_asked_once(provider, root)
                distributor.plan(plan, is_exact=is_exact, is_of_root=_leads_back(provider, root))
            else:
                distributor.plan(None)


def end(root: Provider[Any, Any], plan: Plan) -> None:
    """The run is over: the distributors that followed its plan grow again."""
    for provider in root.walk():
        if provider._following is not None:
            provider._following.begin_run()
        for distributor, _ in _planned(provider):
            distributor.end(plan)


def follow(root: Provider[Any, Any]) -> None:
    """Let the distributors of parts that others follow, or are tied to, know it.

    Raises:
        ConfigurationError: a part follows what there is not, or what follows it.
    """
    for provider in root.walk():
        provider._prepare_run()


def _planned(provider: Provider[Any, Any]) -> Iterator[tuple[Any, bool]]:
    """What can follow a plan, and whether it is asked whenever the provider is."""
    if hasattr(provider.distributor, "plan"):
        yield provider.distributor, True
    if isinstance(provider, ChoiceProvider):
        yield provider.dealer, provider.distributor is None


def _leads_back(provider: Provider[Any, Any], root: Provider[Any, Any]) -> bool:
    """Tell whether a reference is to what the run makes."""
    source = source_of(provider)
    return source is not None and source.aggregate_provider.memory is memory_of(root)


def _is_asked_once(provider: Provider[Any, Any], root: Provider[Any, Any]) -> bool:
    while provider is not root:
        if provider._owner is None or not provider._owner._asks_once:
            return False
        provider = provider._owner
    return True
