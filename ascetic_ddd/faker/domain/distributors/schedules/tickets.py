"""Tickets, one a use, in the order in which they will be drawn."""

from random import Random

from ascetic_ddd.faker.domain.rewinding import Journal

__all__ = ("Tickets",)


class Tickets:
    """What has been planned and not drawn yet.

    Args:
        random: the stream that says where a ticket comes to lie that is put back.
        journal: notes how each change is taken back, but for those to ``entries`` itself.

    Attributes:
        entries: the tickets, the next one last; always the same list.
    """

    __slots__ = ("_journal", "_random", "entries")

    def __init__(self, random: Random, journal: Journal) -> None:
        self._random = random
        self._journal = journal
        self.entries: list[int] = []

    def put_back(self, ticket: int) -> None:
        """It will be drawn again, whenever."""
        tickets = self.entries
        tickets.append(ticket)
        place = int(self._random.random() * len(tickets))
        tickets[place], tickets[-1] = tickets[-1], tickets[place]
        self._journal.note(self._unput, place)

    def take_out(self, ticket: int) -> bool:
        """Take one like it out of its place. Returns False if there is none."""
        if ticket not in self.entries:
            return False
        place = self.entries.index(ticket)
        del self.entries[place]
        self._journal.note(self._reinsert, (place, ticket))
        return True

    def pull(self, place: int) -> int:
        """Draw the ticket at a place; the next one takes its place."""
        tickets = self.entries
        tickets[place], tickets[-1] = tickets[-1], tickets[place]
        ticket = tickets.pop()
        self._journal.note(self._unpull, (place, ticket))
        return ticket

    def undraw(self, ticket: int) -> None:
        """It is the next one again."""
        self.entries.append(ticket)

    def undraw_all(self, tickets: list[int]) -> None:
        """They are the next ones again, in the order in which they were drawn."""
        self.entries.extend(reversed(tickets))

    def _unpull(self, pulled: tuple[int, int]) -> None:
        place, ticket = pulled
        self.entries.append(ticket)
        self.entries[place], self.entries[-1] = self.entries[-1], self.entries[place]

    def _unput(self, place: int) -> None:
        tickets = self.entries
        tickets[place], tickets[-1] = tickets[-1], tickets[place]
        tickets.pop()

    def _reinsert(self, taken: tuple[int, int]) -> None:
        self.entries.insert(*taken)
