from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servers.runtime.templates import UriTemplate

FILES = UriTemplate("file:///{+path}")
THINGS = UriTemplate("thing://{kind}/{+path}?v={version}")
text = st.text(min_size=1).filter(lambda value: not any("\ud800" <= sign <= "\udfff" for sign in value))


@given(text, text, text)
def test_what_expands_matches_and_gives_the_values_back(kind: str, path: str, version: str) -> None:
    uri = THINGS.expand(kind=kind, path=path.replace("?", "-").replace("%", "-"), version=version)
    found = THINGS.match(uri)
    assert found == {"kind": kind, "path": path.replace("?", "-").replace("%", "-"), "version": version}


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///home/ann/a%20b.txt", "home/ann/a b.txt"),
        ("file:///%C3%A4", "ä"),
        ("file:///a+b", "a+b"),
        ("file:///", None),
        ("file://home/x", None),
        ("files:///x", None),
        ("file:///a b", None),
        ("file:///%FF", None),
        ("file:///x\n", None),
    ],
)
def test_a_uri_is_taken_apart_or_is_none_of_this_template(uri: str, path: str | None) -> None:
    assert FILES.match(uri) == (None if path is None else {"path": path})


def test_a_plain_variable_is_one_segment() -> None:
    assert THINGS.match("thing://a/b/c?v=1") == {"kind": "a", "path": "b/c", "version": "1"}
    assert UriTemplate("x:{one}").match("x:a/b") is None


@pytest.mark.parametrize("template", ["x:{?query}", "x:{a}{a}", "x:{a", "x:{a*}"])
def test_other_kinds_of_templates_are_refused_at_once(template: str) -> None:
    with pytest.raises(ValueError, match="x:"):
        UriTemplate(template)
