"""`because mcp`: the commands as tools for other agents."""

from typing import Annotated

import typer

from ui.options import DEFAULT_WORKSPACE, RoleOption, WorkspaceOption

HttpOption = Annotated[bool, typer.Option("--http", help="Serve over HTTP on this machine instead of stdio.")]
PortOption = Annotated[int, typer.Option("--port", help="Port of the HTTP server.")]


def mcp(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    role: RoleOption = None,
    http: HttpOption = False,
    port: PortOption = 7880,
) -> None:
    """Offer ask, metrics, sql and search to other agents (Model Context Protocol)."""
    from ui.mcp_server import server
    from ui.opened import open_here

    with open_here(workspace).access(role):
        pass
    made = server(workspace, role)
    if http:
        made.run("streamable-http", host="127.0.0.1", port=port)
    else:
        made.run("stdio")
