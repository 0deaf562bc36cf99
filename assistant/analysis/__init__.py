"""Pure functions from cubes and series to findings: changes, shifts, drivers."""
