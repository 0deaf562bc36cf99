"""What makes the weekly report by itself: a line for cron, units for systemd."""

from pathlib import Path
from shlex import quote
from shutil import which


def cron_line(workspace: Path) -> str:
    """Return the line that runs the suites and writes the report on Mondays at six."""
    return f"0 6 * * 1 {_command(workspace)}"


def systemd_units(workspace: Path) -> dict[str, str]:
    """Return a service and its timer by file name."""
    # systemd reads % as a specifier.
    command = f"/bin/sh -c {quote(_command(workspace))}".replace("%", "%%")
    return {
        "because-report.service": f"[Unit]\nDescription=Because: weekly evaluation\n\n[Service]\nType=oneshot\n"
        f"ExecStart={command}\n",
        "because-report.timer": "[Unit]\nDescription=Because: weekly evaluation\n\n[Timer]\nOnCalendar=Mon 06:00\n"
        "Persistent=true\n\n[Install]\nWantedBy=timers.target\n",
    }


def _command(workspace: Path) -> str:
    because, place = quote(which("because") or "because"), quote(str(workspace.resolve()))
    return f"{because} eval run --workspace {place} && {because} eval report --workspace {place}"
