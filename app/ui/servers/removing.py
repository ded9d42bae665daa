"""The question before a server is taken out: what goes, what stays, and whether its secrets go too."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.kit.buttons import Button
from app.ui.kit.labels import Label
from app.ui.kit.page import surface
from app.ui.kit.theme import S, Theme
from app.ui.kit.toggle import Toggle
from app.ui.kit.words import visible


class RemoveQuestion(QWidget):
    """`meant` carries whether the secrets go too; `kept`: the person thought better of it."""

    meant = Signal(bool)
    kept = Signal()

    def __init__(self, title: str, secrets: list[str], theme: Theme, *, bundle: bool, oauth: bool) -> None:
        """`secrets`: those that no other server uses. `bundle`: it was unpacked; `oauth`: one is signed in to it."""
        super().__init__()
        said = self.tr("Apps lose its tools at once, and what you accepted of it is forgotten. Its rules go with it.")
        if bundle:
            said += " " + self.tr("The files that its bundle was unpacked to are deleted.")
        if oauth:
            said += " " + self.tr("You are signed out of it.")
        self.secrets = Toggle(self.tr("Remove its secrets from the keychain too"), theme)
        names = ", ".join(visible(name, 60) for name in secrets[:8])
        about = self.tr("Remove its secrets from the keychain too: {names}").format(names=names)
        row = QHBoxLayout()
        row.setSpacing(S)
        row.addWidget(self.secrets)
        row.addWidget(Label(about, theme, "body", wrap=True), 1)
        held = QWidget()
        held.setLayout(row)
        row.setContentsMargins(0, 0, 0, 0)
        held.setVisible(bool(secrets))
        self.yes = Button(
            self.tr("Remove"), theme, "primary", "trash", lambda: self.meant.emit(self.secrets.isChecked())
        )
        self.no = Button(self.tr("Keep it"), theme, "plain", pressed=self.kept.emit)
        for button in (self.yes, self.no):
            button.setAccessibleDescription(title)
        foot = QHBoxLayout()
        foot.setSpacing(S)
        foot.addWidget(self.yes)
        foot.addWidget(self.no)
        foot.addStretch(1)
        inside = QVBoxLayout()
        inside.setSpacing(S)
        inside.addWidget(Label(self.tr("Remove {server}?").format(server=title), theme, "heading"))
        inside.addWidget(Label(said, theme, "body", wrap=True))
        inside.addWidget(held)
        inside.addLayout(foot)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(surface(inside))

    def busy(self, on: bool) -> None:
        """While it is carried out."""
        for part in (self.yes, self.no, self.secrets):
            part.setEnabled(not on)
