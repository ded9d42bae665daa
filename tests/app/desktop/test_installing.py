"""Who may install, and that removing asks the clients first."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from app.core.errors import DoorkeepError
from app.desktop import autostart_linux, installing, installing_linux
from app.desktop.installing_linux import InstallError

REFUSES = "#!/bin/sh\ncase $1 in clients) echo 'the file cannot be read' >&2; exit 1 ;; esac\n"
NOTES = '#!/bin/sh\necho "$@" >> "$(dirname "$0")/../../said"\n'


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(installing_linux, "account_home", lambda: str(tmp_path))
    monkeypatch.setattr(autostart_linux, "account_home", lambda: str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    return tmp_path


def put(account: Path, program: str) -> Path:
    """An installation whose console program is that script."""
    folder = account / ".local/lib/doorkeep/versions/1.0"
    folder.mkdir(parents=True)
    for name in ("doorkeep", "doorkeep-tray"):
        (folder / name).write_text(program)
        (folder / name).chmod(0o755)
    (account / ".local/lib/doorkeep/current").symlink_to("versions/1.0")
    return account / ".local/lib/doorkeep"


def test_a_checkout_does_not_install_itself(account: Path) -> None:
    assert not installing.can_install()
    with pytest.raises(InstallError, match="cannot install itself"):
        installing.install(lambda _done, _total: None)


@pytest.mark.parametrize(("where", "offers"), [("Downloads/doorkeep", True), ("lib/versions/1.0", False)])
def test_only_a_packaged_program_that_lies_just_anywhere_offers_it(
    tmp_path: Path, where: str, offers: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / where).mkdir(parents=True)
    (tmp_path / "lib").mkdir(exist_ok=True)
    (tmp_path / "lib/current").symlink_to("versions/1.0")
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / where / "doorkeep-tray"))
    assert installing.can_install() is offers


def test_removing_what_is_not_there_says_who_removes_packages(account: Path) -> None:
    with pytest.raises(InstallError, match=r"not installed for this user.*apt remove"):
        installing.uninstall(str(account / "home"))


def test_removing_leaves_the_clients_ends_the_gateway_and_says_what_stays(account: Path) -> None:
    root = put(account, NOTES.replace('$(dirname "$0")/../../said', str(account / "said")))
    autostart_linux.turn_on(["/x/doorkeep-tray"])
    said = installing.uninstall(str(account / "home"))
    assert (account / "said").read_text().splitlines() == [
        f"clients disconnect --all --home {account}/home",
        f"stop --home {account}/home",
    ]
    assert said == [f"Your settings, log and undo copies stay in {account}/home."]
    assert not root.exists()
    assert not autostart_linux.is_on()


def test_a_client_that_cannot_be_left_keeps_everything(account: Path) -> None:
    root = put(account, REFUSES)
    with pytest.raises(DoorkeepError, match="the file cannot be read"):
        installing.uninstall(str(account / "home"))
    assert (root / "current/doorkeep").is_file()


def test_what_is_installed_is_known_by_the_version_in_force(account: Path) -> None:
    assert installing.installed() is None
    root = put(account, NOTES)
    assert installing.installed() == ("1.0", str(root))
