"""The panel that takes a value: a name, the value unseen, and the two buttons. What was typed is forgotten when it closes."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.core.secret_names import NAME
from app.ui.kit.buttons import Button
from app.ui.kit.labels import Label
from app.ui.kit.page import surface
from app.ui.kit.services import Services
from app.ui.kit.theme import S

MOST = 256 * 1024


class KeepPanel(QWidget):
    """`kept` carries the name once the keychain has it."""

    kept = Signal(str)

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        theme = services.theme
        self.title = Label("", theme, "heading", wrap=True)
        self.name = QLineEdit()
        self.name.setAccessibleName(self.tr("Name of the secret"))
        self.name.setPlaceholderText(self.tr("Name, for example github"))
        self.name.setMaxLength(60)
        self.value = QLineEdit()
        self.value.setAccessibleName(self.tr("Value of the secret"))
        self.value.setPlaceholderText(self.tr("Paste the token or password"))
        self.value.setEchoMode(QLineEdit.EchoMode.Password)
        self.value.setMaxLength(MOST)
        self.said = Label(
            self.tr("It goes into the system's keychain and is never shown again."),
            theme,
            "secondary",
            "muted",
            wrap=True,
        )
        self.problem = Label("", theme, "secondary", "error", wrap=True)
        self.yes = Button(self.tr("Keep"), theme, "primary", pressed=self._keep)
        self.no = Button(self.tr("Cancel"), theme, "quiet", pressed=self.put_away)
        for field in (self.name, self.value):
            field.textChanged.connect(lambda _text: self._look())
            field.returnPressed.connect(self._keep)
        row = QHBoxLayout()
        row.setSpacing(S)
        row.addWidget(self.said, 1)
        row.addWidget(self.no)
        row.addWidget(self.yes)
        inside = QVBoxLayout()
        inside.setSpacing(S)
        for part in (self.title, self.name, self.value):
            inside.addWidget(part)
        inside.addLayout(row)
        inside.addWidget(self.problem)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(surface(inside))
        self.hide()

    def ask(self, name: str = "") -> None:
        """For a new secret, or for another value of a known one."""
        self.title.setText(self.tr("The value of {name}").format(name=name) if name else self.tr("A new secret"))
        self.name.setText(name)
        self.name.setVisible(not name)
        self.value.clear()
        self._problem("")
        self._look()
        self.show()
        (self.value if name else self.name).setFocus()

    def put_away(self) -> None:
        """Close, and forget what was typed."""
        self.value.clear()
        self.hide()

    def _look(self) -> None:
        self.yes.setEnabled(bool(self.value.text()) and bool(self.name.text().strip()))

    def _keep(self) -> None:
        name = self.name.text().strip()
        if not NAME.fullmatch(name):
            self._problem(
                self.tr("A name has a to z, 0 to 9, dot, dash and underscore, and begins with a letter or digit.")
            )
            return
        if not self.value.text():
            return
        self.yes.setEnabled(False)
        self._problem("")
        self._services.link.call(
            "set_secret", lambda _found: self._kept(name), self._failed, name=name, value=self.value.text()
        )

    def _kept(self, name: str) -> None:
        self.put_away()
        self.kept.emit(name)

    def _failed(self, error: Exception) -> None:
        self._look()
        self._problem(str(error))

    def _problem(self, words: str) -> None:
        self.problem.setText(words)
        self.problem.setVisible(bool(words))
