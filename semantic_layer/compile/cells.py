"""A cube's cells: how dimensions are grouped cheaply, and how cells become members' numbers again.

Text is slow to group by. What a joined table says of its own rows is therefore one number a row of
that table, which is far shorter than a fact, and is taken apart after grouping. The fact's own
dimensions are numbered row by row, which costs a dictionary entry each.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from semantic_layer.compile import ast
from semantic_layer.compile.scan import Scan
from semantic_layer.model import DimensionSpec
from semantic_layer.query import UNKNOWN

Members = Mapping[str, Sequence[str]]
_LARGEST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Block:
    """Dimensions of one joined table as one number: the place of each member, the first highest.

    A dimension counts one place more than it has members, for those not listed.
    """

    table: str
    name: str
    sizes: tuple[tuple[str, int], ...]

    def parts(self) -> Iterator[tuple[str, int, int]]:
        """Yield each dimension with the worth of one step and its number of places."""
        worth = 1
        for name, size in reversed(self.sizes):
            yield name, worth, size
            worth *= size


def blocks(dimensions: Sequence[str], scan: Scan, members: Members) -> tuple[Block, ...]:
    """Put the dimensions that joined tables hold into blocks, none larger than an integer."""
    found: dict[str, list[list[tuple[str, int]]]] = {}
    for name in dimensions:
        spec, size = scan.catalogue.dimension(name), len(members[name]) + 1
        if not _is_of_rows(spec, scan):
            continue
        open_blocks = found.setdefault(spec.table, [[]])
        if _product(open_blocks[-1]) * size > _LARGEST:
            open_blocks.append([])
        open_blocks[-1].append((name, size))
    return tuple(
        Block(table, f"cell_{i}_of_{table}", tuple(sizes))
        for table, held in found.items()
        for i, sizes in enumerate(held, start=1)
    )


def numbered_tables(found: Sequence[Block], scan: Scan, members: Members) -> list[tuple[str, exp.Select]]:
    """Return the joined tables with their blocks, and let the scan read these instead."""
    ctes = []
    for table in dict.fromkeys(block.table for block in found):
        own = Scan(scan.catalogue, table)
        values = [ast.alias(_packed(b, own, members), b.name) for b in found if b.table == table]
        name = f"numbered_{table}"
        while any(t.name == name for t in scan.catalogue.tables):
            name = f"{name}_"
        scan.stand_ins[table] = name
        ctes.append((name, own.select([exp.Star(), *values], [])))
    return ctes


def block_key(block: Block, scan: Scan, members: Members) -> exp.Expr:
    """Return a block's number at a fact row; a row that finds no partner has unknown members."""
    value = scan.column(block.table, block.name)
    unknown = sum(worth * _unknown(members[name]) for name, worth, _ in block.parts())
    return ast.alias(exp.Coalesce(this=value, expressions=[exp.Literal.number(unknown)]), block.name)


def unpacked(found: Sequence[Block]) -> dict[str, exp.Expr]:
    """Return each dimension's place, taken out of its block."""
    return {name: _place(block, worth, size) for block in found for name, worth, size in block.parts()}


def bands(spec: DimensionSpec) -> tuple[str, ...] | None:
    """Return the members of a dimension that is a CASE of literals; None for any other."""
    tree = ast.parsed(spec.expr) if spec.expr and spec.type == "text" else None
    if not isinstance(tree, exp.Case) or not all(_is_literal(found) for found in _outcomes(tree)):
        return None
    return tuple(dict.fromkeys(str(o.this) for o in _outcomes(tree) if not isinstance(o, exp.Null)))


def band(spec: DimensionSpec, scan: Scan, members: Sequence[str]) -> exp.Expr | None:
    """Return the place of a row's band where the dimension is a CASE of literals; else None."""
    if bands(spec) is None:
        return None
    numbered = scan.dimension(spec)
    assert isinstance(numbered, exp.Case)
    for branch in numbered.args["ifs"]:
        branch.set("true", _literal_place(branch.args["true"], members))
    numbered.set("default", _literal_place(numbered.args.get("default") or exp.Null(), members))
    return numbered


def number(member: exp.Expr, members: Sequence[str]) -> exp.Expr:
    """Return a member's place among the members; NULL for one not listed."""
    kind = exp.DataType(this=exp.DataType.Type.ENUM, expressions=[ast.text(m) for m in members])
    return exp.Anonymous(this="ENUM_CODE", expressions=[exp.TryCast(this=member, to=kind, safe=True)])


def _is_of_rows(spec: DimensionSpec, scan: Scan) -> bool:
    """Whether a dimension belongs to the rows of a joined table of things, whatever the fact row's date."""
    if spec.table == scan.table.name or scan.catalogue.table(spec.table).time:
        return False
    named = ast.parsed(spec.expr).find_all(exp.Column) if spec.expr else ()
    return all(c.name != ast.ROW_DATE and c.table in ("", spec.table) for c in named)


def _packed(block: Block, own: Scan, members: Members) -> exp.Expr:
    whole: exp.Expr | None = None
    for name, size in block.sizes:
        member = own.member(own.catalogue.dimension(name))
        place = exp.Coalesce(this=number(member, members[name]), expressions=[exp.Literal.number(size - 1)])
        whole = _integer(place) if whole is None else exp.Add(this=_times(whole, size), expression=place)
    assert whole is not None
    return whole


def _times(value: exp.Expr, size: int) -> exp.Expr:
    return exp.Mul(this=ast.operand(value), expression=exp.Literal.number(size))


def _integer(value: exp.Expr) -> exp.Expr:
    """Widen: a member's number is as narrow as its list is short."""
    return exp.Cast(this=value, to=exp.DataType(this=exp.DataType.Type.INT))


def _place(block: Block, worth: int, size: int) -> exp.Expr:
    cell: exp.Expr = ast.column(block.name)
    if worth > 1:
        cell = exp.IntDiv(this=cell, expression=exp.Literal.number(worth))
    return exp.Mod(this=cell, expression=exp.Literal.number(size))


def _unknown(members: Sequence[str]) -> int:
    return members.index(UNKNOWN) if UNKNOWN in members else len(members)


def _outcomes(case: exp.Case) -> list[exp.Expr]:
    default = case.args.get("default")
    return [*(branch.args["true"] for branch in case.args["ifs"]), *([default] if default is not None else [])]


def _is_literal(value: exp.Expr) -> bool:
    return isinstance(value, exp.Null) or (isinstance(value, exp.Literal) and value.is_string)


def _literal_place(value: exp.Expr, members: Sequence[str]) -> exp.Expr:
    if isinstance(value, exp.Null):
        return exp.Literal.number(_unknown(members))
    name = str(value.this)
    return exp.Literal.number(members.index(name) if name in members else len(members))


def _product(sizes: Sequence[tuple[str, int]]) -> int:
    total = 1
    for _, size in sizes:
        total *= size
    return total
