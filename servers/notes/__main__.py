"""`python -m servers.notes`: the notes server on stdin and stdout."""

from servers.runtime.launch import launch

launch("servers.notes.server")
