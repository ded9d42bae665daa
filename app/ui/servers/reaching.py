"""What is said of a server before it is added: what it can reach, who keeps it, what it needs. In words, never in a colour alone."""

from __future__ import annotations

from app.core.catalog import Known
from app.ui.kit.theme import Tone
from app.ui.servers.recipes import BundleRecipe, KnownRecipe, Recipe
from app.ui.servers.telling import tr


def kept_by(known: Known) -> tuple[str, Tone, str]:
    """Who keeps it up, as a chip."""
    table: dict[str, tuple[str, Tone, str]] = {
        "vendor": (tr("By its maker"), "muted", "check"),
        "reference": (tr("Reference"), "muted", "check"),
        "archived": (tr("No longer kept up"), "asked", "warning"),
    }
    return table[known.by]


def short(known: Known) -> str:
    """Where it runs and what it needs, in one line of the list."""
    where = tr("runs on the net") if known.url else tr("runs on this computer")
    needs = [tr("a sign-in in the browser")] if known.auth == "oauth" else []
    needs += [one.title for one in known.secrets]
    needs += [one.title for one in known.asks if not one.default]
    return tr("{where} · needs {what}").format(where=where, what=", ".join(needs)) if needs else where


def facts(recipe: Recipe) -> list[str]:
    """What a person should know before going on, one sentence each."""
    if isinstance(recipe, KnownRecipe):
        return _of_known(recipe.known)
    if isinstance(recipe, BundleRecipe):
        said = tr("It is unpacked into Doorkeep's own folder and runs on this computer with your rights.")
        by = tr("It says that it was made by {author}; nobody checked that.").format(author=recipe.author)
        return [said, by] if recipe.author else [said]
    return []


def _of_known(known: Known) -> list[str]:
    found: list[str] = []
    if known.url:
        found.append(tr("It runs at its maker's. What an app sends to its tools leaves this computer."))
    else:
        found.append(tr("It runs on this computer with your rights, whatever its tools say."))
    reach = {
        "network": tr("It reaches the internet."),
        "files": tr("It reads or writes files on this computer, by itself and not by your folders' rules."),
        "browser": tr("It drives a browser: whatever that is signed in to, it can see."),
    }
    found += [reach[one] for one in known.reaches if not (known.url and one == "network")]
    if not known.url and not known.reaches:
        found.append(tr("It needs neither files nor the internet for its work."))
    if known.by == "archived":
        found.append(tr("Nobody mends it any more: a fault found in it stays."))
    return [*found, known.note] if known.note else found


def category(name: str) -> str:
    """A category of the catalog as people say it."""
    table = {
        "business": tr("Business"),
        "cloud": tr("Cloud"),
        "code": tr("Code"),
        "communication": tr("Communication"),
        "data": tr("Databases"),
        "design": tr("Design"),
        "documents": tr("Documents"),
        "files": tr("Files"),
        "memory": tr("Memory"),
        "projects": tr("Projects"),
        "tools": tr("Small tools"),
        "web": tr("Web"),
    }
    return table.get(name, name)


def program(command: str) -> str:
    """What to install where a command is not there."""
    table = {
        "npx": tr("Node.js, which brings npx"),
        "node": tr("Node.js"),
        "uvx": tr("uv, which brings uvx"),
        "uv": tr("uv"),
        "python3": tr("Python 3"),
        "docker": tr("Docker"),
    }
    return table.get(command.rsplit("/", 1)[-1], "")
