"""One module per command group; heavy libraries are imported inside the commands."""
