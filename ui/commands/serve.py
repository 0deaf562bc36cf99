"""`because serve`: the page, on this machine only unless told otherwise."""

import socket
from pathlib import Path
from typing import Annotated

import typer

from semantic_layer.errors import UserError
from ui.options import DEFAULT_WORKSPACE, JsonOption, WorkspaceOption
from ui.output import emit, err, waiting

FIRST_PORT = 7860
TRIES = 50
HostOption = Annotated[str, typer.Option("--host", help="Address to listen on.")]
PortOption = Annotated[int | None, typer.Option("--port", help="Port; default: the first free from 7860.")]


def serve(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    host: HostOption = "127.0.0.1",
    port: PortOption = None,
    as_json: JsonOption = False,
) -> None:
    """Open the app."""
    open_page(workspace, host=host, port=port, as_json=as_json)


def open_page(workspace: Path, *, host: str, port: int | None, as_json: bool = False) -> None:
    """Serve the page until interrupted; raise UserError (port_taken, no_workspace)."""
    from assistant.workspace import open_workspace

    open_workspace(workspace)
    chosen = free_port(host, port)
    with waiting("Opening the page …"):
        from ui.app import launch

        page = launch(workspace, host=host, port=chosen)
    if as_json:
        emit({"url": page.url, "workspace": workspace})
    err().print(f"Because is at [bold]{page.url}[/]  (Ctrl-C stops it)")
    if host not in ("127.0.0.1", "localhost", "::1"):
        err().print("Anyone who reaches this address can ask: there is no sign-in on this page.", style="yellow")
    try:
        page.wait()
    except KeyboardInterrupt:
        page.close()


def free_port(host: str, port: int | None) -> int:
    """Return the port to use: the one asked for, else the first free one."""
    candidates = [port] if port is not None else list(range(FIRST_PORT, FIRST_PORT + TRIES))
    for candidate in candidates:
        if _is_free(host, candidate):
            return candidate
    if port is not None:
        raise UserError(
            f"port {port} on {host} cannot be used: something else listens there",
            code="port_taken",
            hint="stop it, name another with --port, or leave --port out to take the first free one",
        )
    raise UserError(
        f"no free port between {FIRST_PORT} and {FIRST_PORT + TRIES - 1} on {host}",
        code="port_taken",
        hint="name one with --port",
    )


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True
