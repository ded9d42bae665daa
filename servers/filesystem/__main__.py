"""`python -m servers.filesystem`: the filesystem server on stdin and stdout."""

from servers.runtime.launch import launch

launch("servers.filesystem.server")
