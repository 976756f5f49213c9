"""Parts that follow others of the same object: where these are, in what order they come, and what is known of them."""

from collections.abc import Iterable
from typing import Any, cast

from ascetic_ddd.faker.domain.distributors.joint.answers import FunctionAnswers, TableAnswers
from ascetic_ddd.faker.domain.distributors.joint.follower import Column, Follower
from ascetic_ddd.faker.domain.distributors.joint.given import By, Given
from ascetic_ddd.faker.domain.distributors.joint.interfaces import IRanked
from ascetic_ddd.faker.domain.distributors.joint.law import JointLaw, Side
from ascetic_ddd.faker.domain.distributors.m2o.new import NewDistributor
from ascetic_ddd.faker.domain.errors import ConfigurationError, FakerError
from ascetic_ddd.faker.domain.generators.input_generators import given_generator
from ascetic_ddd.faker.domain.generators.quantile_generator import QuantileGenerator
from ascetic_ddd.faker.domain.providers.classed_column import ClassedColumn
from ascetic_ddd.faker.domain.providers.kinds import source_of
from ascetic_ddd.faker.domain.providers.provider import Provider
from ascetic_ddd.faker.domain.providers.sources import Source, check_circle, found_source
from ascetic_ddd.faker.domain.stock.scope import Pool
from ascetic_ddd.seedwork.domain.errors import add_note
from ascetic_ddd.seedwork.domain.session.interfaces import ISession

__all__ = (
    "Following",
    "Source",
    "check_circle",
    "checked_given",
    "deck_source",
    "remember_combinations",
)

_Any = Provider[Any, Any]
_NOBODY = Pool().everything
_Joint = FunctionAnswers | TableAnswers | Follower


class Following:
    """What the clones of one part share of ``given=``: what it is drawn by.

    Args:
        given: as it was declared.
    """

    def __init__(self, given: Given) -> None:
        self.given = given
        how = given.how
        self.joint: _Joint
        if isinstance(how, JointLaw):
            self.joint = Follower(given)
        elif callable(how):
            self.joint = FunctionAnswers(how)
        else:
            self.joint = TableAnswers(how)

    def sources(self, part: _Any) -> tuple[Source, ...]:
        """The parts that this one follows.

        Raises:
            ConfigurationError: there is no such part, it cannot be followed, or they follow each other in a circle.
        """
        found = tuple(found_source(part, path) for path in self.given.parts)
        if isinstance(self.joint, Follower):
            self.columns(found[0], part)
        check_circle(part)
        return found

    def columns(self, source: Source, part: _Any) -> tuple[Column, Column]:
        """The given column of a captured deck, and the part's own.

        Raises:
            ConfigurationError: one of them has no ranks.
        """
        given, law = self.given, cast(JointLaw, self.given.how)
        return (
            _column_of(source.part, part, given.given_by, law.given),
            _column_of(part, part, given.other_by, law.other),
        )

    def prepare(self, part: _Any) -> None:
        """A run begins: those that are followed by a captured deck shall know it."""
        sources = self.sources(part)
        if isinstance(self.joint, Follower):
            self.columns(sources[0], part)[0].distributor.be_followed()

    def begin_run(self) -> None:
        """What was dealt is dealt anew."""
        if isinstance(self.joint, Follower):
            self.joint.restart()

    def answer(self, part: _Any, session: ISession, inputs: tuple[Any, ...]) -> tuple[Any, Any]:
        """What the function or the table says, and what gives it back."""
        joint = self.joint
        assert not isinstance(joint, Follower)
        try:
            return joint.draw(session, inputs)
        except FakerError as error:
            raise type(error)(f"{part.path}, given {self._told(inputs)}: {error}") from None
        except Exception as error:
            add_note(error, f"while {part.path} was asked for, given {self._told(inputs)}")
            raise

    def give_back(self, session: ISession, drawn: Any) -> None:
        """What was answered is not used after all."""
        if not isinstance(self.joint, Follower):
            self.joint.undraw(session, drawn)

    def _told(self, inputs: tuple[Any, ...]) -> str:
        return ", ".join(f"{path}={input!r}" for path, input in zip(self.given.parts, inputs, strict=True))


def checked_given(given: object) -> Following | None:
    """What a part follows, as it was declared.

    Raises:
        ConfigurationError: it is something else.
    """
    if given is None:
        return None
    if not isinstance(given, Given):
        raise ConfigurationError(
            f"given={given!r}: expected Given(part, how), such as Given(('origin', 'dest'), lambda origin, dest: …)"
        )
    return Following(given)


def _column_of(part: Any, asker: _Any, by: By, side: Side) -> Column:
    distributor: Any = part.distributor
    source = source_of(part)
    if isinstance(getattr(part._following, "joint", None), FunctionAnswers | TableAnswers):
        distributor = None
    if source is not None and isinstance(distributor, IRanked):
        everything = source.population.everything
        return Column(distributor, everything, not part.may_create, (), source.number_of, source.population.id_of)
    if isinstance(distributor, IRanked):
        pool = part.pool
        return Column(distributor, pool.everything, False, pool.inputs, pool.number_of, pool.inputs.__getitem__)
    generator = given_generator(getattr(part, "input_generator", None))
    if isinstance(distributor, NewDistributor) and isinstance(generator, QuantileGenerator) and by == "class":
        classed = ClassedColumn(generator, distributor, side)
        return Column(classed, _NOBODY, False, range(side.places), classed.number_of, classed.input_of)
    raise ConfigurationError(
        f"{part.path} has no ranks, so {asker.path} cannot have a captured deck of it: its values are not dealt by a "
        "distributor; give it values with weights, or a distributor with a histogram, a mean, a skew or weights"
    )


def deck_source(part: _Any) -> _Any | None:
    """The part that this one follows by a captured deck; None if it follows none so."""
    following: Following | None = part._following
    if following is None or not isinstance(following.joint, Follower):
        return None
    return following.sources(part)[0].part


def remember_combinations(part: _Any, rows: Iterable[tuple[Any, Any, int]]) -> None:
    """Take up what was stored: rows of (given input, own input, how many) of a part with a captured deck."""
    following: Following = part._following
    given, own = following.columns(following.sources(part)[0], part)
    joint = cast(Follower, following.joint)
    joint.remember((given.numbers_of([one])[0], own.numbers_of([two])[0], count) for one, two, count in rows)
