"""Rules about the tree. Each is a function from a tree to the list of what breaks it: both answers can be tried."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

CODE_FOLDERS = ("ascetic_ddd", "benchmarks", "examples", "tests")
HIDDEN_BUT_OURS = {".ci", ".github"}
GENERATED = {"__pycache__", "build", "dist"}

# One match is one finding. The brackets keep these lines from matching themselves.
FOREIGN_ADDRESSES = {
    "an absolute path of a machine": re.compile(r"(?<![\w.$}~*/-])/(?:home|root|Users|work|opt|tmp)/\w|\b[A-Z]:\\\\?Users\b"),
    "a package index": re.compile(r"pypi[.]org|pythonhosted[.]org|--(?:extra-)?index[-]url|--find[-]links"),
}

AMBIENT_CALLS = re.compile(
    r"random\.(?!Random$)\w+"
    r"|datetime\.datetime\.(?:now|utcnow|today)"
    r"|datetime\.date\.today"
)
SQL_RANDOM = re.compile(r"\brandom\s*\(\s*\)", re.IGNORECASE)


def files_of(root: Path) -> Iterator[Path]:
    """Every file that somebody wrote: no caches, no virtual environments."""
    for path in sorted(root.iterdir()):
        if path.is_dir():
            hidden = path.name.startswith(".") and path.name not in HIDDEN_BUT_OURS
            if not hidden and path.name not in GENERATED and not path.name.endswith(".egg-info"):
                yield from files_of(path)
        elif path.name != ".git":  # a file in a worktree, with the place of the repository
            yield path


def python_files(root: Path, folder: str) -> Iterator[Path]:
    yield from (path for path in files_of(root / folder) if path.suffix == ".py")


def folders_without_init(root: Path) -> list[str]:
    """Folders with Python files somewhere below them, which are not packages."""
    folders = {
        folder
        for name in CODE_FOLDERS
        for path in python_files(root, name)
        for folder in path.relative_to(root).parents
        if folder != Path()
    }
    return sorted(str(folder) for folder in folders if not (root / folder / "__init__.py").exists())


def modules_without_all(root: Path) -> list[str]:
    """Public modules that do not say, in a tuple of strings, what of them is public; and names in it that they lack."""
    found = []
    for path in python_files(root, "ascetic_ddd"):
        tree = ast.parse(path.read_text("utf-8"))
        is_bare_init = path.name == "__init__.py" and all(_is_text(node) for node in tree.body)
        if not is_bare_init and (path.name == "__init__.py" or not path.name.startswith("_")):
            found += [f"{path.relative_to(root)}: {what}" for what in _faults_of_all(tree)]
    return found


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _faults_of_all(tree: ast.Module) -> Iterator[str]:
    values = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets)
    ]
    if len(values) != 1 or not isinstance(values[0], ast.Tuple):
        yield "no __all__ tuple"
        return
    bound = set(_bound_names(tree))
    for name in ast.literal_eval(values[0]):
        if name not in bound:
            yield f"__all__ has {name!r}, the module has not"


def _bound_names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).partition(".")[0]
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def foreign_addresses(root: Path) -> list[str]:
    """Places that would work, or mean anything, on one machine only."""
    found = []
    for path in files_of(root):
        try:
            lines = path.read_text("utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(lines, start=1):
            found += [
                f"{path.relative_to(root)}:{number}: {what}"
                for what, pattern in FOREIGN_ADDRESSES.items()
                if pattern.search(line)
            ]
    return found


def ambient_randomness_and_time(root: Path) -> list[str]:
    """Draws and clocks that no seed rules: the same seed and the same calls must give the same rows."""
    found = []
    for path in files_of(root / "ascetic_ddd"):
        where = path.relative_to(root)
        if path.suffix == ".py":
            tree = ast.parse(path.read_text("utf-8"))
            found += [f"{where}:{line}: {what}" for line, what in sorted({*_ambient_names(tree), *_sql_in_code(tree)})]
        elif path.suffix == ".sql" and SQL_RANDOM.search(path.read_text("utf-8")):
            found.append(f"{where}: SQL random()")
    return found


def _ambient_names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    known_as = dict(_imported_names(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "random":
            for alias in node.names:
                if alias.name != "Random":
                    yield node.lineno, f"random.{alias.name}"
        elif isinstance(node, ast.Attribute):
            name = _full_name(node, known_as)
            if AMBIENT_CALLS.fullmatch(name):
                yield node.lineno, name
        elif isinstance(node, ast.Call) and not node.args and _full_name(node.func, known_as) == "random.Random":
            yield node.lineno, "random.Random() without a seed"


def _imported_names(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.asname or alias.name, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)


def _full_name(node: ast.expr, known_as: dict[str, str]) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_full_name(node.value, known_as)}.{node.attr}"
    return known_as.get(node.id, "") if isinstance(node, ast.Name) else ""


def _sql_in_code(tree: ast.Module) -> Iterator[tuple[int, str]]:
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in docstrings:
            continue
        if isinstance(node.value, str) and SQL_RANDOM.search(node.value):
            yield node.lineno, "SQL random()"


def imports_of_one_s_own_package(root: Path) -> list[str]:
    """Files that take something from a package they stand in, which imports them: circles that no contract sees."""
    found = []
    for path in python_files(root, "ascetic_ddd"):
        inside = {".".join(folder.parts) for folder in path.relative_to(root).parents if folder != Path()}
        for line, module, name in _taken(ast.parse(path.read_text("utf-8"))):
            is_file = name and any(root.joinpath(*module.split("."), name + end).exists() for end in ("", ".py"))
            if module in inside and not is_file:
                found.append(f"{path.relative_to(root)}:{line}: {module}")
    return found


def _taken(tree: ast.Module) -> Iterator[tuple[int, str, str]]:
    """Line, module and name of what is imported; no name where it is the module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, node.module or "", alias.name) for alias in node.names)


OUTPUT = {"print", "echo", "secho", "write", "writelines", "Console", "excepthook"}
PRINTERS = {"faker/cli/printing.py", "faker/cli/streams.py", "faker/cli/terminal.py"}
FILE_MAKERS = {"open", "write_text", "write_bytes", "mkstemp", "NamedTemporaryFile", "touch"}
FILE_MAKING_MODULES = ("faker/application/files.py", "faker/cli/streams.py", "faker/infrastructure/embedded")
READING = {"rb", "r", "rt"}


def words_past_the_printer(root: Path) -> list[str]:
    """Places of the package that print by themselves: what they print is not made visible."""
    return [
        f"{path.relative_to(root)}:{call.lineno}: {name}()"
        for path in python_files(root, "ascetic_ddd")
        if path.relative_to(root / "ascetic_ddd").as_posix() not in PRINTERS
        for call, name in _calls(path)
        if name in ("print", "Console") or (name in OUTPUT and "cli" in path.parts)
    ]


def files_made_elsewhere(root: Path) -> list[str]:
    """Places of the package that make files by themselves: with a mode, and over links, that nobody thought of."""
    return [
        f"{path.relative_to(root)}:{call.lineno}: {name}()"
        for path in python_files(root, "ascetic_ddd")
        if not path.relative_to(root / "ascetic_ddd").as_posix().startswith(FILE_MAKING_MODULES)
        for call, name in _calls(path)
        if name in FILE_MAKERS and (name != "open" or _mode_of(call) not in READING)
    ]


def _calls(path: Path) -> Iterator[tuple[ast.Call, str]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, (ast.Name, ast.Attribute)):
            yield node, node.func.id if isinstance(node.func, ast.Name) else node.func.attr


def _mode_of(call: ast.Call) -> str:
    """The mode of an ``open``: of a path's method the first argument, of the function the second."""
    told = [keyword.value for keyword in call.keywords if keyword.arg == "mode"]
    told += call.args[isinstance(call.func, ast.Name) :]
    return str(told[0].value) if told and isinstance(told[0], ast.Constant) else "r" if not told else "?"
