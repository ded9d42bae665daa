"""The guide in the running app: by a key from any page, by a few letters, and from it back into the window."""

from __future__ import annotations

from collections.abc import Callable

from tests.fakes.person import BOUND, Person


def test_a_key_opens_what_the_guide_says_of_the_page_in_view(person: Person, wait_until: Callable) -> None:
    person.click("^Folders$", role="Row")
    person.sees("^Access to ")
    person.press("F1")
    wait_until(lambda: person.sees("^The article$").value.startswith("Folders\n"), BOUND)


def test_a_few_letters_lead_to_a_section_and_the_side_list_back(person: Person, wait_until: Callable) -> None:
    person.click("^Help$", role="Row")
    person.click("^Search the guide$", role="EditableText")
    person.session.do("type", "tray icon")
    person.click("^There is no tray icon", role="Row")
    wait_until(lambda: person.sees("^The article$").value.startswith("Troubleshooting\n"), BOUND)
    person.click("^Activity$", role="Row")
    person.sees("^Filter$", role="EditableText")
