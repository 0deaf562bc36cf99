"""The `because` command: registers the commands and turns errors into messages and exit codes."""

import os
import sys
import traceback
from collections.abc import Sequence
from typing import Annotated

import typer

from semantic_layer.errors import BecauseError
from ui.commands import (
    ask,
    demo,
    dictionary,
    doctor,
    evaluate,
    feedback,
    forget,
    index,
    init,
    interchange,
    mcp,
    redact,
    serve,
    sql,
    why,
)
from ui.output import emit, err

app = typer.Typer(
    name="because",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _show_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"because {version('because-ai')}")
        raise typer.Exit


VersionOption = Annotated[
    bool, typer.Option("--version", help="Print the version and exit.", is_eager=True, callback=_show_version)
]


@app.callback()
def because(version: VersionOption = False) -> None:
    """Ask why a contact-centre number moved and get an answer you can check."""


app.command("demo")(demo.demo)
app.command("init")(init.init)
app.command("ask")(ask.ask)
app.command("plan")(ask.plan)
app.command("why")(why.why)
app.command("sql")(sql.sql)
app.command("metrics")(dictionary.metrics)
app.command("check")(dictionary.check)
app.command("import")(interchange.import_)
app.command("export")(interchange.export)
index.app.command("forget")(forget.forget)
app.add_typer(index.app, name="index")
app.command("search")(index.search)
app.command("redact")(redact.redact)
app.add_typer(evaluate.app, name="eval")
app.command("feedback")(feedback.feedback)
app.command("approve")(feedback.approve)
app.command("serve")(serve.serve)
app.command("mcp")(mcp.mcp)
app.command("doctor")(doctor.doctor)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 ok, 2 yours to fix, 3 the outside world, 70 our bug."""
    argv = list(sys.argv[1:] if arguments is None else arguments)
    sys.exit(run(argv))


def run(argv: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    argv = [argument.encode("utf-8", "replace").decode("utf-8") for argument in argv]
    as_json = "--json" in argv
    try:
        result = app(args=argv, standalone_mode=False, prog_name="because")
        return result if isinstance(result, int) else 0
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - the interpreter flushes it on exit
        return 1
    except Exception as error:
        return report(error, as_json=as_json)


def report(error: Exception, *, as_json: bool) -> int:
    """Print an error for a program or a person; return the exit code of whose it is."""
    code, message, hint, exit_code = _explain(error)
    if exit_code == 70 and os.environ.get("BECAUSE_DEBUG"):
        traceback.print_exception(error, file=sys.stderr)
    if as_json:
        emit({"kind": "error", "code": code, "message": message, "hint": hint})
        return exit_code
    console = err()
    console.print(f"[bold red]Error:[/] {_escape(message)}")
    if hint:
        console.print(f"[dim]Try:[/] {_escape(hint)}")
    return exit_code


def _explain(error: Exception) -> tuple[str, str, str, int]:
    if isinstance(error, BecauseError):
        return error.code, error.message, error.hint, error.exit_code
    usage = getattr(error, "format_message", None)
    if usage is not None:
        path = getattr(getattr(error, "ctx", None), "command_path", "because")
        return "usage", usage(), f"{path} --help", 2
    if isinstance(error, OSError):
        return "system", str(error), "check the path, its permissions and the space left on the disk", 3
    hint = "this is a bug of ours: run again with BECAUSE_DEBUG=1 and report the traceback it prints"
    return "internal", f"{type(error).__name__}: {error}", hint, 70


def _escape(text: str) -> str:
    return text.replace("[", "\\[")


if __name__ == "__main__":
    main()
