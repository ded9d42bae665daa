"""A real keychain, one for all tests of this room; each test has a service name of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes import keychain as fake
from tests.fakes.keychain import Keychain


@pytest.fixture(scope="module")
def keychain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keychain]:
    if fake.missing():
        pytest.skip(f"needs {fake.missing()} (Debian: dbus-daemon gnome-keyring)")
    with fake.running(tmp_path_factory.mktemp("keychain")) as running:
        yield running
