"""What makes the objects: straight code, written and compiled once for each graph.

A walk through the nodes for every object would cost more than all its factories. So a function is written that calls them one
after the other, as one would by hand: a line a call, and the line tells where an error came from.

Source: as the standard library's ``dataclasses`` and ``collections.namedtuple`` make their methods.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from keyword import iskeyword
from typing import Any, TypeAlias

from ascetic_ddd.faker.domain.blueprint.nodes import Failed, Id, Node, Parts, Value
from ascetic_ddd.faker.domain.blueprint.slot import NOTHING, Slot
from ascetic_ddd.faker.domain.errors import ConfigurationError

__all__ = ("Build", "Make", "written_build", "written_keep", "written_make", "written_row")

Build: TypeAlias = Callable[[], Any]
"""Makes the output of the slots' inputs."""

Make: TypeAlias = Callable[[Any], Any]
"""Makes a fresh output of plain data."""


def written_build(node: Node, *, keeps: bool) -> Build:
    """A function that makes an object of what is in the slots.

    Args:
        node: what it is made of.
        keeps: outputs are kept in the slots, and one that is there is not made again.
    """
    code = _Code(keeps)
    code.write("def build():")
    code.write("    try:")
    result = code.of_slots(node, 8)
    code.write(f"        return {result}")
    build: Build = code.function("build")
    return build


def written_row(node: Node, slots: Sequence[Slot], load: Callable[[tuple[Any, ...]], object]) -> Callable[..., Any]:
    """A function that makes an object of what it is given: of each slot, in this order, the input, or whether it is null.

    Args:
        node: what it is made of.
        slots: those of its leaves give inputs, those of objects in it tell whether they are null; without these, none is.
        load: is called with what the function was given if a factory raises, before anybody hears of it.
    """
    code = _Code(keeps=False)
    code.load = load
    code.write(f"def row({', '.join(f'told{number}' for number in range(len(slots)))}):")
    code.write("    try:")
    result = code.of_arguments(node, {id(slot): f"told{number}" for number, slot in enumerate(slots)}, 8)
    code.write(f"        return {result}")
    row: Callable[..., Any] = code.function("row")
    return row


def written_keep(node: Node, slots: Sequence[Slot]) -> Callable[[], tuple[Any, ...]]:
    """A function that gives what :func:`written_row` takes, of what is in the slots."""
    wholes = {id(each.slot) for each in _wholes(node)}
    names = {f"slot{number}": slot for number, slot in enumerate(slots)}
    told = "".join(f"{name}.{'is_null' if id(slot) in wholes else 'input'}, " for name, slot in names.items())
    namespace: dict[str, Any] = {**names}
    exec(_compiled(f"def keep():\n    return ({told})"), namespace)  # noqa: S102  # our own words
    keep: Callable[[], tuple[Any, ...]] = namespace["keep"]
    return keep


def _wholes(node: Node) -> Iterator[Parts]:
    if isinstance(node, Parts):
        yield node
        for _, part in node.parts:
            yield from _wholes(part)


def written_make(node: Node) -> Make:
    """A function that makes an object of plain data, shaped as the node is."""
    code = _Code(keeps=False)
    code.write("def make(input):")
    code.write("    try:")
    result = code.of_input(node, "input", 8)
    code.write(f"        return {result}")
    make: Make = code.function("make")
    return make


@lru_cache(maxsize=1_000)
def _compiled(source: str) -> Any:
    """The clones of a provider have the same source."""
    return compile(source, "<construction>", "exec")


class _Code:
    """Lines of a function, and what their names stand for."""

    def __init__(self, keeps: bool) -> None:
        self._keeps = keeps
        self._lines: list[str] = []
        self._names: dict[str, Any] = {"NOTHING": NOTHING, "failed": self._tell}
        self.load: Callable[[tuple[Any, ...]], object] | None = None
        self._calls: dict[int, tuple[Failed, str]] = {}  # by line: who hears of an error, and what gives the input

    def write(self, line: str) -> None:
        self._lines.append(line)

    def function(self, name: str) -> Any:
        self.write("    except Exception as error:")
        self.write("        failed(error, locals())")
        self.write("        raise")
        exec(_compiled("\n".join(self._lines)), self._names)  # noqa: S102  # our own words, and names that are identifiers
        return self._names[name]

    def of_slots(self, node: Node, indent: int) -> str:
        """Write how a node's output is made of what is in its slots; gives the variable that holds it."""
        space = " " * indent
        slot = self._name("slot", node.slot)
        output = f"output{slot[4:]}"
        if self._keeps:
            self.write(f"{space}{output} = {slot}.output")
            self.write(f"{space}if {output} is NOTHING:")
            indent, space = indent + 4, space + "    "
        if isinstance(node, Parts):
            self.write(f"{space}if {slot}.is_null: {output} = None")
            self.write(f"{space}else:")
            parts = [(name, self.of_slots(part, indent + 4)) for name, part in node.parts]
            self._call(f"{space}    {output} =", node, parts)
        else:
            self.write(f"{space}input{slot[4:]} = {slot}.input")
            self._make(space, output, f"input{slot[4:]}", node)
        if self._keeps:
            self.write(f"{space}{slot}.output = {output}")
        return output

    def of_arguments(self, node: Node, told: Mapping[int, str], indent: int) -> str:
        """Write how a node's output is made of the arguments that tell its slots; gives the variable that holds it."""
        space = " " * indent
        output = f"output{len(self._lines)}"
        if not isinstance(node, Parts):
            self._make(space, output, told[id(node.slot)], node)
            return output
        is_null = told.get(id(node.slot))
        if is_null is not None:
            self.write(f"{space}if {is_null}: {output} = None")
            self.write(f"{space}else:")
            indent, space = indent + 4, space + "    "
        parts = [(name, self.of_arguments(part, told, indent)) for name, part in node.parts]
        if is_null is None:
            output = f"output{len(self._lines)}"  # its parts have taken the lines before
        self._call(f"{space}{output} =", node, parts)
        return output

    def of_input(self, node: Node, input: str, indent: int) -> str:
        """Write how a node's output is made of the plain data in a variable; gives the variable that holds it."""
        space = " " * indent
        output = f"output{len(self._lines)}"
        if isinstance(node, Parts):
            self.write(f"{space}if {input} is None: {output} = None")
            self.write(f"{space}else:")
            parts = []
            for name, part in node.parts:
                told = f"input{len(self._lines)}"
                self.write(f"{space}    {told} = {input}.get({name!r})")
                parts.append((name, self.of_input(part, told, indent + 4)))
            self._call(f"{space}    {output} =", node, parts, input)
        else:
            self._make(space, output, input, node)
        return output

    def _make(self, space: str, output: str, input: str, node: Value | Id) -> None:
        """Write how one value is made."""
        make = node.make if isinstance(node, Id) else node.factory
        if make is None:
            self.write(f"{space}{output} = {input}")
            return
        call = f"{self._name('make', make)}({input})"
        takes_none = isinstance(node, Value) and node.takes_none
        self.write(f"{space}{output} = {call}" if takes_none else f"{space}{output} = None if {input} is None else {call}")
        if isinstance(node, Value):
            self._calls[len(self._lines)] = (node.failed, input)

    def _call(self, start: str, node: Parts, parts: list[tuple[str, str]], input: str = "") -> None:
        for name, _ in parts:
            if not name.isidentifier() or iskeyword(name):
                raise ConfigurationError(f"{name!r} is no name that a factory can take; name the part otherwise")
        arguments = ", ".join(f"{name}={output}" for name, output in parts)
        self.write(f"{start} {self._name('make', node.factory)}({arguments})")
        known = node.known
        self._calls[len(self._lines)] = (node.failed, input) if input else (lambda error, _: node.failed(error, known()), "")

    def _name(self, kind: str, value: Any) -> str:
        name = f"{kind}{len(self._names)}"
        self._names[name] = value
        return name

    def _tell(self, error: Exception, found: dict[str, Any]) -> None:
        """Whose factory raised an error: the line tells."""
        traceback = error.__traceback__
        call = None if traceback is None else self._calls.get(traceback.tb_lineno)
        if self.load is not None:
            self.load(tuple(value for name, value in found.items() if name.startswith("told")))
        if call is not None:
            failed, input = call
            failed(error, found.get(input))
