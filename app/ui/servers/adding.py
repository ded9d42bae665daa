"""Adding a server in the window: choose, fill in, look at it once, add. Three clicks where nothing has to be typed.

Nothing of a server that was not added stays: no process, no unpacked file, no secret that was kept for it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.core.catalog import Known
from app.core.secret_names import names_of
from app.core.wanted import Wanted
from app.ui.kit.buttons import Button
from app.ui.kit.labels import ElidedLabel, Label
from app.ui.kit.opening import open_page
from app.ui.kit.page import surface
from app.ui.kit.reasons import reason
from app.ui.kit.services import Services
from app.ui.kit.theme import M, S
from app.ui.kit.words import visible
from app.ui.servers import reaching
from app.ui.servers.choosing import CatalogList
from app.ui.servers.filling import AnswersForm, Pick, pick_path
from app.ui.servers.looking import Attempt
from app.ui.servers.offer import Offer
from app.ui.servers.recipes import CommandRecipe, KnownRecipe, Recipe, UrlRecipe, bundle_recipe, free_name
from app.ui.servers.reviews import Review
from app.ui.servers.waiting import WaitPanel

ChooseFile = Callable[[QWidget, Callable[[str], object]], object]


def choose_bundle(parent: QWidget, chosen: Callable[[str], object]) -> None:
    """Ask for a bundle's file. It does not wait for the person."""
    dialog = QFileDialog(parent, parent.tr("Choose a bundle"))
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setNameFilter(parent.tr("Bundles (*.mcpb *.dxt)"))
    dialog.fileSelected.connect(chosen)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


class AddPanel(QWidget):
    """`added` carries the name of the server that was set up; `closed`: the panel is put away, with or without that."""

    added = Signal(str)
    closed = Signal()

    def __init__(
        self,
        services: Services,
        taken: Callable[[], Collection[str]],
        choose_file: ChooseFile = choose_bundle,
        open_page: Callable[[str], object] = open_page,
        pick: Pick = pick_path,
    ) -> None:
        """`taken` gives the names that servers have."""
        super().__init__()
        self._services = services
        self._taken = taken
        self._choose_file = choose_file
        self._open_page = open_page
        self._pick = pick
        self._turn = 0
        self._recipe: Recipe | None = None
        self.form: AnswersForm | None = None
        self.offer: Offer | None = None
        theme = services.theme
        self.title = ElidedLabel("", theme, "heading")
        self.about = Label("", theme, "body", wrap=True)
        self.facts = Label("", theme, "secondary", "muted", wrap=True)
        self.problem = Label("", theme, "secondary", "error", wrap=True)
        self.close_button = Button(self.tr("Cancel"), theme, "quiet", "cross", self.put_away)
        self.close_button.setAccessibleName(self.tr("Cancel adding a server"))
        self.choosing = CatalogList(theme)
        self.choosing.chosen.connect(self._choose_known)
        self.choosing.bundle_wanted.connect(lambda: self._choose_file(self, self.open_bundle))
        self.choosing.command_wanted.connect(lambda: self._take(CommandRecipe()))
        self.choosing.url_wanted.connect(lambda: self._take(UrlRecipe()))
        self.waiting = WaitPanel(services)
        self.waiting.cancelled.connect(self.put_away)
        self.waiting.again.connect(self._start)
        self.waiting.back.connect(self._back)
        self.attempt = Attempt(services, open_page, self)
        self.attempt.doing.connect(self.waiting.now)
        self.attempt.looked.connect(self._offered)
        self.attempt.refused.connect(self._refused)
        self.attempt.failed.connect(self.waiting.fail)
        self.attempt.added.connect(self._added)
        self._place = QVBoxLayout()
        self._place.setSpacing(M)
        self.go_on = Button(self.tr("Continue"), theme, "primary", pressed=self._start)
        self.add = Button(self.tr("Add"), theme, "primary", "plus", self._add)
        self.change = Button(self.tr("Change the answers"), theme, "plain", "edit", self._back)
        self.back = Button(self.tr("Back"), theme, "plain", pressed=self._to_choosing)
        self._lay_out()
        self.hide()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(S)
        head.addWidget(self.title, 1)
        head.addWidget(self.close_button)
        foot = QHBoxLayout()
        foot.setSpacing(S)
        for button in (self.add, self.go_on, self.change, self.back):
            foot.addWidget(button)
        foot.addStretch(1)
        inside = QVBoxLayout()
        inside.setSpacing(M)
        inside.addLayout(head)
        for part in (self.about, self.facts, self.waiting):
            inside.addWidget(part)
        inside.addLayout(self._place)
        inside.addWidget(self.problem)
        inside.addLayout(foot)
        self.box = surface(inside)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S)
        column.addWidget(self.box)
        column.addWidget(self.choosing)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes it, and undoes what was begun."""
        if event.key() == Qt.Key.Key_Escape:
            self.put_away()
        else:
            super().keyPressEvent(event)

    # -- steps --------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """The first step."""
        self._to_choosing()
        self.show()
        self.choosing.begin()

    def open_bundle(self, path: str) -> None:
        """With a bundle's file: read its manifest, then ask."""
        self._to_choosing()
        self.show()
        turn, taken = self._turn, set(self._taken())
        self._services.background.run(
            lambda: bundle_recipe(path, taken),
            lambda recipe: self._take(recipe) if turn == self._turn else None,
            lambda error: self._say(reason(error)) if turn == self._turn else None,
            self,
        )

    def put_away(self) -> None:
        """Close it; what was begun is undone."""
        self._leave()
        if not self.isHidden():
            self.hide()
            self.closed.emit()

    def _leave(self) -> None:
        self._turn += 1
        self.waiting.end()
        self.attempt.undo()
        if self.form is not None:
            self.form.forget()
        self._recipe = None
        self._clear()

    def _to_choosing(self) -> None:
        self._leave()
        self._show("choosing", self.tr("Add a server"), self.tr("Choose one that is known, or bring your own."))

    def _choose_known(self, known: Known) -> None:
        self._take(KnownRecipe(known, free_name(known.name, self._taken())))

    def _take(self, recipe: Recipe) -> None:
        self._leave()
        self._recipe = recipe
        turn, home = self._turn, self._services.home
        self._services.background.run(
            lambda: set(names_of(home)),
            lambda kept: self._ask(recipe, kept) if turn == self._turn else None,
            owner=self,
        )

    def _ask(self, recipe: Recipe, kept: set[str]) -> None:
        wanted = recipe.wanted(recipe.name)
        if not recipe.name:
            said = self.tr("A short one: a to z, 0 to 9 and dash.")
            wanted = (Wanted("name", self.tr("Name"), about=said), *wanted)
        self.form = AnswersForm(wanted, kept, self._services.theme, self._pick, self._open_page)
        self.form.finished.connect(self._start)
        self.form.hide()
        self._place.addWidget(self.form)
        if isinstance(recipe, KnownRecipe) and all(_answered(one, kept) for one in wanted):
            self._start()
        else:
            self._back()

    def _back(self) -> None:
        """To the form, with all that was typed."""
        recipe = self._recipe
        if recipe is None or self.form is None:
            return
        self.attempt.undo()
        self._forget_offer()
        own = not recipe.name
        title = recipe.title if own else self.tr("Add {server}").format(server=visible(recipe.title, 80))
        self._show(
            "filling", title, visible(recipe.about, 400), "\n".join(visible(one, 300) for one in reaching.facts(recipe))
        )
        self.form.show()
        self.form.begin()

    def _start(self) -> None:
        """Start it once and see."""
        recipe, form = self._recipe, self.form
        if recipe is None or form is None:
            return
        self.attempt.undo()
        answers = form.answers()
        name = recipe.name or str(answers.pop("name", "")).strip()
        title = recipe.title if recipe.name else name
        facts = "\n".join(visible(one, 300) for one in reaching.facts(recipe))
        self._show(
            "waiting", self.tr("Add {server}").format(server=visible(title, 80)), visible(recipe.about, 400), facts
        )
        self.waiting.begin(name, self.tr("Starting it once, to see what it offers…"))
        self.attempt.begin(recipe, name, answers, form.secrets(), set(self._taken()))

    def _offered(self, review: Review) -> None:
        self.waiting.end()
        self._forget_offer()
        shown = visible(review.title or (self._recipe.title if self._recipe else "") or self.attempt.name, 80)
        one, many = self.tr("{server} offers one tool"), self.tr("{server} offers {count} tools")
        title = (one if len(review.tools) == 1 else many).format(server=shown, count=len(review.tools))
        self._show("offering", title, self.tr("Read what it says of itself: the model reads the same words."))
        if review.suspicious:
            self._say(self.tr("There are warnings above. Add it only if you know why they are there."))
        self.change.setVisible(self.form is not None and bool(self.form.fields))
        self.offer = Offer(review, self._services.theme)
        self._place.addWidget(self.offer)
        self.offer.show()
        self.add.setEnabled(True)
        self.add.setFocus()

    def _add(self) -> None:
        self.add.setEnabled(False)
        self._say("")
        self.attempt.add()

    def _added(self, name: str) -> None:
        self.put_away()
        self.added.emit(name)

    def _refused(self, words: str) -> None:
        """What was typed cannot be used, or it could not be written."""
        self.waiting.end()
        if self.offer is not None:
            self.add.setEnabled(True)
        elif self._recipe is not None and self.form is not None and self.form.fields:
            self._back()
        else:
            self.waiting.fail(words)
            return
        self._say(words)

    # -- showing ------------------------------------------------------------------------------------------------

    def _show(self, step: str, title: str, about: str = "", facts: str = "") -> None:
        self.title.setText(title)
        for label, text in ((self.about, about), (self.facts, facts)):
            label.setText(text)
            label.setVisible(bool(text))
        self._say("")
        self.choosing.setVisible(step == "choosing")
        self.waiting.setVisible(step == "waiting")
        self.go_on.setVisible(step == "filling")
        self.back.setVisible(step == "filling")
        self.add.setVisible(step == "offering")
        self.change.setVisible(step == "offering")
        self.close_button.setVisible(step != "waiting")
        if self.form is not None:
            self.form.hide()

    def _say(self, problem: str) -> None:
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))

    def _forget_offer(self) -> None:
        if self.offer is not None:
            self._drop(self.offer)
            self.offer = None

    def _clear(self) -> None:
        self._forget_offer()
        if self.form is not None:
            self._drop(self.form)
            self.form = None

    def _drop(self, part: QWidget) -> None:
        self._place.removeWidget(part)
        part.hide()
        part.deleteLater()


def _answered(one: Wanted, kept: set[str]) -> bool:
    """Whether it can be left as it is."""
    return one.secret in kept if one.kind == "secret" else one.default is not None or not one.needed
