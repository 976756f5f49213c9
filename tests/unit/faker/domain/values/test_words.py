"""Words from elsewhere: nothing in them steers a terminal or hides, and nothing of them is lost."""

import json
import re
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascetic_ddd.faker.domain.values.words import json_escaped, visible

ANY_TEXT = st.text(st.characters(exclude_categories=()))  # half surrogate pairs, too


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("x[/red]y", "x[/red]y"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\x1b]8;;http://x\x07link\x1b]8;;\x1b\\", "\\x1b]8;;http://x\\x07link\\x1b]8;;\\x1b\\"),
        ("\x9b31m\x7f", "\\x9b31m\\x7f"),
        ("a\r\n\tb", "a\\r\\n\\tb"),
        ("\u202eevil\u2066\u200b\u200d\ufeff\u2028", "\\u202eevil\\u2066\\u200b\\u200d\\ufeff\\u2028"),
        ("half \udc80", "half \\udc80"),
        ("tag \U000e0041 filler \u3164\U000e0100", "tag \\U000e0041 filler \\u3164\\U000e0100"),
        ('a "quote" \\ $x_1$ Ünïcode 本 😀❤️', 'a "quote" \\ $x_1$ Ünïcode 本 😀❤️'),
    ],
)
def test_what_is_no_letter_becomes_a_word(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(ANY_TEXT)
def test_what_is_shown_is_harmless_whole_and_stays(text: str) -> None:
    shown = visible(text)
    assert shown.isprintable()
    assert visible(shown) == shown
    shown.encode()
    if "\\" not in text:  # what was replaced can be told back
        assert re.sub(r"\\U.{8}|\\u.{4}|\\x..|\\[nrt]", lambda word: word[0].encode().decode("unicode_escape"), shown) == text


def test_no_control_format_or_surrogate_character_of_unicode_passes() -> None:
    letters = [chr(number) for number in range(sys.maxunicode + 1)]
    suspects = [letter for letter in letters if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    assert len(suspects) > 2_000
    assert not [letter for letter in suspects if letter in visible(letter) or letter in json_escaped(letter.replace("\n", ""))]


@given(st.recursive(ANY_TEXT, lambda inner: st.lists(inner) | st.dictionaries(ANY_TEXT, inner)))
def test_escaped_json_is_harmless_and_reads_back_exactly(value: object) -> None:
    text = json_escaped(json.dumps(value, ensure_ascii=False, indent=1))
    assert text.replace("\n", "").isprintable()
    assert json.loads(text) == value or "\\ud" in text  # two halves that meet become one letter, as ever in JSON
