"""Names a reader would use, from the names and ids a file uses."""

import re

_NOUNS = (
    "account", "booking", "call", "case", "change", "chat", "claim", "contact", "contract", "conversation", "customer",
    "employee", "incident", "interaction", "invoice", "order", "patient", "payment", "policy", "problem", "product",
    "project", "request", "review", "sale", "session", "shipment", "subscription", "survey", "task", "ticket",
    "transaction", "user", "visit",
)  # fmt: skip
NONE = ("no", "none", "nein", "kein", "keine", "non", "aucun", "ninguno", "ninguna", "não", "nee", "nej")
_BEGINNINGS = (
    "opened", "open", "created", "started", "start", "begun", "began", "ordered", "received", "submitted", "reported",
    "registered", "booked", "signup",
)  # fmt: skip
# Tables that are called what they are in, not what they hold.
_NO_NOUNS = ("data", "dataset", "export", "file", "main", "raw", "report", "sheet", "table", "extract")
_SUFFIX = re.compile(r"_(id|name|nm|type|typ|cd|code|desc|flag|flg|ind)$")
_WORK_ITEMS = ("incident", "ticket", "case", "issue", "request")
_ID_SUFFIX = re.compile(r"(?<=[a-z0-9])_?(id|ID|Id|key|number|no|nr|code|uuid)$")


def snake(name: str) -> str:
    """Turn a column name into a metric or dimension name."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name.strip())
    plain = re.sub(r"[^\w]+|_+", "_", spaced.lower()).strip("_") or "column"
    return f"c_{plain}" if plain[0].isdigit() else plain


def label(name: str) -> str:
    """Turn a column name into words."""
    words = snake(name).replace("_", " ")
    return words[:1].upper() + words[1:]


def words(name: str) -> str:
    """Turn a table's name into the words of a row of it."""
    return snake(name).replace("_", " ")


def is_name(column: str, noun: str) -> bool:
    """Tell whether a column holds what a row is called: `name`, `title`, `author_name` of an author."""
    plain, of = snake(column).replace("_", ""), noun.replace(" ", "")
    return plain in ("name", "title", "fullname", of, f"{of}name", f"{of}title")


def stem_of_flag(column: str) -> str:
    """Drop the verb of a flag column: `is_resolved` is about `resolved`."""
    return re.sub(r"^(is|has|was|did)_", "", snake(column))


def stem_of_time(column: str) -> str:
    """Drop what marks a column as a time: `opened_at` is about `opened`."""
    return re.sub(r"(_at|_on|_date|_time|_ts|_timestamp|_datetime)$", "", snake(column)).replace("_", " ")


def is_beginning(column: str) -> bool:
    """Tell whether a time column is named like the beginning of something."""
    return stem_of_time(column) in _BEGINNINGS


def what_was_done(column: str) -> str | None:
    """Name what a time column dates by its participle: `opened_at` is when a row was opened."""
    stem = stem_of_time(column)
    return stem if stem != snake(column).replace("_", " ") and re.fullmatch(r"[a-z]+ed", stem) else None


def stem_of_seconds(column: str) -> str | None:
    """Name what a column of seconds measures: `handle_seconds` is about `handle`; None for other columns."""
    found = re.fullmatch(r"(.+?)(?:_time|_duration)?_(?:seconds|secs|sec)", snake(column))
    return found[1].replace("_", " ") if found else None


def what_is_counted(column: str) -> str | None:
    """Name what a column holds a number of: `citation_num` and `num_citations` are of citations."""
    found = re.fullmatch(r"(?:num|nr|no|number|count|cnt)_(?:of_)?(.+)|(.+)_(?:num|count|cnt)", snake(column))
    noun = (found[1] or found[2]).replace("_", " ") if found else ""
    return (noun if noun.endswith(("s", "ed")) else plural(noun)) if noun else None


def is_count(column: str) -> bool:
    """Tell whether a column says how many each row stands for."""
    return snake(column) in ("count", "cnt", "row_count", "frequency")


def bare(name: str) -> str:
    """Drop what only says how a name is stored: `seg_cd` is about `seg`."""
    plain = name
    while (shorter := _SUFFIX.sub("", plain)) != plain and shorter:
        plain = shorter
    return plain.replace("_", " ")


def people(name: str) -> tuple[str, ...]:
    """Give the other words for those whom work is assigned to."""
    return ("assignee", "agent") if name in ("assigned_to", "assignee", "assigned_agent") else ()


def entity(table: str, key: str | None, members: tuple[str, ...], *, is_work_item: bool) -> tuple[str, tuple[str, ...]]:
    """Name what one row is, and its other names, from the key's name, the ids' prefix and the shape.

    A row with a beginning and a later end is a piece of work, whatever the file calls it. The key of a table of
    technicians may be `tech_id`: the longer word is the name.
    """
    of_key, of_table = _noun_of_key(key), noun_of_table(table)
    short = bool(of_key and of_table and of_table.startswith(of_key))
    candidates = [of_table if short else of_key, _noun_of_prefix(members), of_table]
    named = next((noun for noun in candidates if noun), None)
    others = tuple(noun for noun in _WORK_ITEMS if noun != named) if is_work_item else ()
    return named or (others[0] if others else "row"), others


def plural(noun: str) -> str:
    """Form an English plural."""
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "x", "ch", "sh")) else "s")


def _noun_of_key(key: str | None) -> str | None:
    plain = _ID_SUFFIX.sub("", key).strip("_") if key else ""
    return snake(plain).replace("_", " ") if plain and plain != key and len(plain) > 2 else None


def _noun_of_prefix(members: tuple[str, ...]) -> str | None:
    prefixes = {m.group(0).lower() for m in (re.match(r"[A-Za-z]{3,}", member) for member in members) if m}
    if len(prefixes) != 1:
        return None
    prefix = prefixes.pop()
    return next((noun for noun in _NOUNS if noun.startswith(prefix)), None)


def noun_of_table(table: str) -> str | None:
    """Name a row after its table, where that is a word."""
    words = snake(table).split("_")
    known = [noun for noun in _NOUNS if noun in words or plural(noun) in words]
    if known:
        return known[-1]
    plain = re.sub(r"^(fct|fact|dim|tbl|stg)_", "", snake(table))
    if not re.fullmatch(r"[a-z_]{3,}", plain) or plain in _NO_NOUNS:
        return None
    return _singular(plain.replace("_", " "))


def _singular(noun: str) -> str:
    if noun.endswith("ies") and len(noun) > 4:
        return noun[:-3] + "y"
    return noun if noun.endswith(("ss", "us", "is")) else noun.removesuffix("s")
