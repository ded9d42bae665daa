"""`python -m servers.git`: the git server on stdin and stdout."""

from servers.runtime.launch import launch

launch("servers.git.server")
