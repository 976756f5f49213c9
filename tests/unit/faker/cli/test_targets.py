import sys
from pathlib import Path

import pytest

from ascetic_ddd.faker.application.runs.target import Target
from ascetic_ddd.faker.cli.exits import CommandError, Exit
from ascetic_ddd.faker.cli.targets import load_target

MODULE = """
from examples.library.wiring import make_book_provider, target
something = 7
class Klass: pass
def fails(): raise RuntimeError("no wire")
def exits(): raise SystemExit(3)
def nothing(): return None
async def later(): return target()
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "planted_target.py").write_text(MODULE)
    (tmp_path / "planted_broken.py").write_text("1 / 0")
    (tmp_path / "planted_needy.py").write_text("import not_installed_anywhere")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    for name in ("planted_target", "planted_broken", "planted_needy"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return "planted_target"


def test_a_target_and_a_provider_are_both_taken_from_the_current_directory(module: str) -> None:
    target = load_target(f"{module}:target")
    assert isinstance(target, Target)
    assert target.create_schema is not None
    assert load_target(f"{module}:make_book_provider").create_schema is None


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("planted_target", "expected package.module:callable"),
        (":target", "expected package.module:callable"),
        ("./shop:target", "is 'shop:target' meant?"),
        ("shop.py:target", "is 'shop:target' meant?"),
        ("shop.py", "is 'shop:target' meant?"),
        ("shop/target", "is 'shop:target' meant?"),
        ("shop.wiring.target", "is 'shop.wiring:target' meant?"),
        ("src/shop/wiring.py:make", "is 'src.shop.wiring:make' meant?"),
        (r".\shop\wiring.py:make", "is 'shop.wiring:make' meant?"),
        ("/srv/shop/wiring.py:make", "is 'wiring:make' meant, in the folder /srv/shop?"),
        ("planted_target:", "is 'planted_target:target' meant?"),
        ("my-shop:target", "expected package.module:callable"),
        ("planted_target:targt", "has no 'targt'; is 'target' meant?"),
        ("planted_targets:target", "no module 'planted_targets'"),
        ("planted_target.deeper:target", "no module 'planted_target.deeper'"),
        ("planted_broken:target", "importing 'planted_broken' failed: ZeroDivisionError"),
        ("planted_needy:target", "needs 'not_installed_anywhere'"),
        ("planted_target:tarjet", "has no 'tarjet'"),
        ("planted_target:something", "of type int"),
        ("planted_target:Klass", "the class Klass"),
        ("planted_target:fails", "RuntimeError: no wire"),
        ("planted_target:exits", "SystemExit: 3"),
        ("planted_target:nothing", "returned None; expected a Target"),
        ("planted_target:later", "coroutine"),
    ],
)
def test_what_is_no_target_is_said_to_be_none(module: str, name: str, words: str) -> None:
    with pytest.raises(CommandError) as caught:
        load_target(name)
    assert words in str(caught.value)
    assert caught.value.code is Exit.USAGE
