"""A person's own tables become a workspace that answers right, whatever they and their columns are called."""

import csv
import json
import random
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

import assistant
from assistant.corpus import build_corpus
from assistant.onboarding import init_workspace
from assistant.types import Answer, Outcome, Refusal
from assistant.workspace import open_workspace
from indexes.search import TranscriptIndex
from semantic_layer.compile import restating
from semantic_layer.loader import load_catalogue

Ask = Callable[..., Outcome]
Rows = list[dict[str, Any]]


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Callable[..., Ask]]:
    """Make a workspace of files and return what asks it."""
    opened = []

    def make(*files: Path) -> Ask:
        init_workspace(tmp_path / "ws", files)
        opened.append(assistant.build(tmp_path / "ws"))
        return opened[-1].ask

    yield make
    for helper in opened:
        helper.close()


def write(file: Path, rows: Rows, *, seed: int = 1) -> Path:
    """Write rows with their columns in a shuffled order."""
    columns = list(rows[0])
    random.Random(seed).shuffle(columns)
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, columns)
        writer.writeheader()
        writer.writerows(rows)
    return file


def table(outcome: Outcome) -> dict[str, float]:
    """Return the shown table of one dimension and one metric."""
    assert isinstance(outcome, Answer), outcome
    assert outcome.table is not None
    return {str(row[0]): row[1] for row in outcome.table.rows}


def value(outcome: Outcome) -> float:
    """Return the first figure."""
    assert isinstance(outcome, Answer), outcome
    found = outcome.figures[0].value
    assert found is not None
    return found


def rates(rows: Rows, dimension: str, flag: str, yes: Any) -> dict[str, float]:
    """Count by hand the share of rows that say yes, per member."""
    groups: dict[str, list[bool]] = {}
    for row in rows:
        groups.setdefault(str(row[dimension]), []).append(row[flag] == yes)
    return {member: sum(said) / len(said) for member, said in groups.items()}


def means(rows: Rows, dimension: str, measure: str) -> dict[str, float]:
    """Average by hand, per member."""
    groups: dict[str, list[float]] = {}
    for row in rows:
        groups.setdefault(str(row[dimension]), []).append(row[measure])
    return {member: sum(found) / len(found) for member, found in groups.items()}


def german(rng: random.Random) -> Rows:
    chance = {"Basis": 0.4, "Komfort": 0.2, "Premium": 0.05}
    tariffs = [rng.choice(list(chance)) for _ in range(1500)]
    return [
        {
            "Kundennummer": f"K-{i:06d}", "Tarif": tariff, "Region": rng.choice(["Nord", "Süd", "West"]),
            "Monatsbetrag": round(rng.uniform(10, 90), 2),
            "Gekündigt": "Ja" if rng.random() < chance[tariff] else "Nein",
        }
        for i, tariff in enumerate(tariffs)
    ]  # fmt: skip


def spanish(rng: random.Random) -> Rows:
    chance = {"Teléfono": 0.9, "Chat": 0.6, "Correo": 0.4}
    channels = [rng.choice(list(chance)) for _ in range(1500)]
    return [
        {
            "id_caso": i + 1, "pais": rng.choice(["México", "España", "Chile"]), "canal": channel,
            "importe": round(rng.expovariate(0.05), 2), "resuelto": "sí" if rng.random() < chance[channel] else "no",
        }
        for i, channel in enumerate(channels)
    ]  # fmt: skip


def cryptic(rng: random.Random) -> Rows:
    chance = {"A1": 0.1, "B2": 0.3, "C3": 0.5}
    segments = [rng.choice(list(chance)) for _ in range(1500)]
    return [
        {
            "uid": f"{rng.getrandbits(48):012x}", "seg_cd": segment, "chnl_typ_cd": rng.choice(["WEB", "IVR", "AGT"]),
            "rev_amt": round(rng.uniform(1, 500), 2), "trm_flg": int(rng.random() < chance[segment]),
        }
        for segment in segments
    ]  # fmt: skip


FOREIGN = [
    pytest.param(german, "Tarif", "Gekündigt", "Ja", "Monatsbetrag", id="german"),
    pytest.param(spanish, "canal", "resuelto", "sí", "importe", id="spanish"),
    pytest.param(cryptic, "seg_cd", "trm_flg", 1, "rev_amt", id="cryptic"),
]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("make", "dimension", "flag", "yes", "measure"), FOREIGN)
def test_a_rate_by_a_dimension_is_the_one_counted_by_hand(
    own: Callable[..., Ask], tmp_path: Path, make: Callable[[random.Random], Rows], dimension: str, flag: str, yes: Any,
    measure: str, seed: int,
) -> None:  # fmt: skip
    rows = make(random.Random(seed))
    ask = own(write(tmp_path / "t17.csv", rows, seed=seed))
    assert table(ask(f"{flag} rate by {dimension}")) == pytest.approx(rates(rows, dimension, flag, yes))
    assert table(ask(f"What is the average {measure} by {dimension}?")) == pytest.approx(
        means(rows, dimension, measure)
    )
    for member, rate in rates(rows, dimension, flag, yes).items():
        assert value(ask(f"{flag} rate for {member}")) == pytest.approx(rate)


@pytest.mark.parametrize("question", ["{} rate last month", "why is {} up?", "{} rate over the past 12 months"])
def test_a_table_without_dates_declines_every_period(own: Callable[..., Ask], tmp_path: Path, question: str) -> None:
    refused = own(write(tmp_path / "bestand.csv", german(random.Random(5))))(question.format("Gekündigt"))
    assert isinstance(refused, Refusal)
    assert refused.reason == "no_data"
    assert "no dates" in refused.message
    assert refused.nearest


def shop(folder: Path) -> list[Path]:
    """Customers who signed up last year, products, and this year's orders of both."""
    rng = random.Random(9)
    begun = datetime(2025, 1, 1)
    customers = [
        {
            "customer_id": f"C{i:04d}", "country": rng.choice(["France", "Italy", "Japan"]),
            "signup_date": f"2024-0{1 + i % 9}-11",
        }
        for i in range(300)
    ]  # fmt: skip
    products = [{"product_id": i, "family": f} for i, f in enumerate(["Hardware", "Hardware", "Software"])]
    orders = [
        {
            "order_id": i, "customer_id": f"C{rng.randrange(300):04d}", "product_id": rng.randrange(3),
            "ordered_at": (begun + timedelta(hours=2 * i)).isoformat(sep=" "), "amount": round(rng.uniform(5, 300), 2),
        }
        for i in range(4000)
    ]  # fmt: skip
    tables: dict[str, Rows] = {"customers": customers, "products": products, "orders": orders}
    return [write(folder / f"{name}.csv", rows) for name, rows in tables.items()]


def counted(sql: str, folder: Path) -> dict[str, float]:
    """Count with SQL written by hand over the files."""
    with closing(duckdb.connect()) as connection:
        for name in ("customers", "products", "orders"):
            connection.execute(f"CREATE VIEW {name} AS FROM read_csv('{folder / name}.csv')")
        return {str(member): float(number) for member, number in connection.execute(sql).fetchall()}


def test_tables_are_joined_and_the_dates_of_what_is_referred_to_do_not_end_the_data(
    own: Callable[..., Ask], tmp_path: Path
) -> None:
    ask = own(*shop(tmp_path))
    by_country = counted(
        "SELECT country, count(*) FROM orders JOIN customers USING (customer_id)"
        " WHERE ordered_at >= '2025-03-01' AND ordered_at < '2025-04-01' GROUP BY 1",
        tmp_path,
    )
    assert table(ask("how many orders by country in March 2025")) == pytest.approx(by_country)
    by_family = counted("SELECT family, sum(amount) FROM orders JOIN products USING (product_id) GROUP BY 1", tmp_path)
    assert table(ask("total amount by family in 2025")) == pytest.approx(by_family)
    assert "as_of: 2025-11-30" in (tmp_path / "ws" / "because.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize("suffix", [".parquet", ".duckdb"])
def test_parquet_and_duckdb_files_answer_like_the_csv(own: Callable[..., Ask], tmp_path: Path, suffix: str) -> None:
    rows = cryptic(random.Random(2))
    source = write(tmp_path / "t.csv", rows)
    file = tmp_path / f"t{suffix}"
    with closing(duckdb.connect(str(file) if suffix == ".duckdb" else ":memory:")) as connection:
        body = f"FROM read_csv('{source}')"
        connection.execute(f"CREATE TABLE t AS {body}" if suffix == ".duckdb" else f"COPY ({body}) TO '{file}'")
    assert table(own(file)("trm_flg rate by seg_cd")) == pytest.approx(rates(rows, "seg_cd", "trm_flg", 1))


def test_transcripts_beside_a_table_are_tied_to_its_rows(own: Callable[..., Ask], tmp_path: Path) -> None:
    from assistant.corpus import build_corpus
    from assistant.workspace import open_workspace

    said = {"billing": "I was charged twice on my invoice this month", "login": "I cannot log in after the reset"}
    rows: Rows = [
        {
            "contact_id": f"CT{i:04d}", "started_at": f"2026-0{1 + i % 6}-10 09:00:00", "topic": list(said)[i % 2],
            "handle_seconds": 100 + i,
        }
        for i in range(400)
    ]  # fmt: skip
    talks = tmp_path / "calls.jsonl"
    talks.write_text(
        "".join(
            json.dumps({
                "contact_id": row["contact_id"],
                "turns": [
                    {"turn": 1, "speaker": "agent", "text": "Hello, how can I help you today?"},
                    {"turn": 2, "speaker": "customer", "text": f"{said[row['topic']]}, case {i}"},
                ],
            })
            + "\n"
            for i, row in enumerate(rows)
        ),
        encoding="utf-8",
    )  # fmt: skip
    ask = own(write(tmp_path / "contacts.csv", rows), talks)
    build_corpus(open_workspace(tmp_path / "ws"))
    heard = ask("what do customers say about being charged twice for billing in 2026?")
    assert isinstance(heard, Answer)
    assert heard.evidence
    assert {e.contact_id for e in heard.evidence} <= {row["contact_id"] for row in rows if row["topic"] == "billing"}
    assert value(ask("average handle time in June 2026")) == pytest.approx(
        sum(r["handle_seconds"] for r in rows if r["started_at"].startswith("2026-06")) / len(rows) * 6, rel=0.02
    )


def test_the_column_of_an_outcome_never_drives_its_own_rate(own: Callable[..., Ask], tmp_path: Path) -> None:
    rng = random.Random(4)
    rows: Rows = [
        {
            "nr": f"X{i:05d}", "opened_at": f"2025-0{1 + m}-15 10:00:00", "team": rng.choice("AB"),
            "solved": rng.random() < (0.8 if m < 5 else 0.4), "stars": rng.randint(1, 5),
        }
        for m in range(6) for i in range(m * 500, m * 500 + 500)
    ]  # fmt: skip
    ask = own(write(tmp_path / "cases.csv", rows))
    why = ask("why did the solved rate drop in June 2025?")
    assert isinstance(why, Answer)
    assert why.drivers is not None
    assert {d.dimension for d in why.drivers.by_dimension} == {"team", "stars"}
    catalogue = load_catalogue(tmp_path / "ws" / "metrics").catalogue
    assert restating("solved_rate", catalogue) == {"solved"}
    assert restating("average_stars", catalogue) == {"stars"}


def test_members_that_tie_are_not_ranked(own: Callable[..., Ask], tmp_path: Path) -> None:
    rows: Rows = [{"id": i, "site": "NSEW"[i % 4], "kind": "xy"[i % 2]} for i in range(400)]
    ask = own(write(tmp_path / "visits.csv", rows))
    assert "share the highest" in headline(ask("which site has the most visits?"))
    assert "same in every group: 100" in headline(ask("visits by site"))


def headline(outcome: Outcome) -> str:
    """Return the headline of an answer."""
    assert isinstance(outcome, Answer), outcome
    return outcome.headline


def test_a_count_that_is_named_like_a_verb_is_still_a_count(own: Callable[..., Ask], tmp_path: Path) -> None:
    ask = own(*shop(tmp_path))
    assert sum(table(ask("orders by country in 2025")).values()) == 4000


def test_subscribers(own: Callable[..., Ask], shared_data: Path) -> None:
    ask = own(shared_data / "telco_churn" / "Telco-Customer-Churn.csv")
    contract = {"Month-to-month": 0.4271, "One year": 0.1127, "Two year": 0.0283}
    assert table(ask("what is the churn rate by contract?")) == pytest.approx(contract, abs=5e-5)
    assert value(ask("What is our overall churn rate?")) == pytest.approx(0.2654, abs=5e-5)
    assert value(ask("churn rate for fiber optic customers")) == pytest.approx(0.4189, abs=5e-5)
    assert value(ask("how many customers churned?")) == 1869
    assert table(ask("churn rate by payment method"))["Electronic check"] == pytest.approx(0.4529, abs=5e-5)
    assert value(ask("customers without tech support: churn rate")) == pytest.approx(0.4164, abs=5e-5)
    for question in ("churn rate last month", "why is churn up?", "churn trend"):
        assert isinstance(ask(question), Refusal)
    seniors = ask("How many senior citizens are there?")
    assert value(seniors) == 1142


@pytest.mark.parametrize("flag", [1, 2, 3, 4, 5, 12, 47])
def test_incidents(own: Callable[..., Ask], shared_data: Path, flag: int) -> None:
    folder = shared_data / "insightbench"
    file = folder / "csvs" / f"flag-{flag}.csv"
    ask = own(file)
    with file.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    expected: dict[str, int] = {}
    for row in rows:
        expected[row["category"]] = expected.get(row["category"], 0) + 1
    assert table(ask("how many incidents by category")) == expected
    months = ask("how many incidents per month in 2023")
    assert isinstance(months, Answer)
    assert months.table is not None
    assert sum(row[1] for row in months.table.rows) == sum(r["opened_at"].startswith("2023") for r in rows)
    group = "assignement_group" if "assignement_group" in rows[0] else "assignment_group"
    assert set(table(ask("incidents by assignment group"))) == {r[group] or "(unknown)" for r in rows}
    for case in json.loads((folder / "verified_questions.json").read_text(encoding="utf-8")):
        if case["flag"] == flag:
            days = 1 if case["measure"] == "count" else 86_400
            said = {member: found / days for member, found in table(ask(case["question"])).items()}
            assert said == pytest.approx(dict(zip(case["x"], case["y"], strict=True)), rel=0.06)


def test_chats_are_searched_and_quoted_without_any_table(tmp_path: Path, shared_data: Path) -> None:
    from assistant.corpus import build_corpus
    from assistant.workspace import open_workspace

    root = tmp_path / "chats"
    init_workspace(root, [shared_data / "taubench_airline" / "gpt-4o-airline.json"])
    build_corpus(open_workspace(root))
    helper = assistant.build(root)
    with closing(helper):
        heard = helper.ask("show me quotes about delayed flights")
        assert isinstance(heard, Answer)
        assert len(heard.evidence) >= 3
        assert sum("delay" in e.quote.lower() for e in heard.evidence) >= 3
        assert isinstance(helper.ask("why is churn up?"), Refusal)


def test_texts_without_a_key_are_searchable(shared_data: Path, tmp_path: Path) -> None:
    """BANKING77: a text and a category a row, no column that names it."""
    source = (shared_data / "banking77" / "train.csv").read_text(encoding="utf-8").splitlines()[:400]
    file = tmp_path / "queries.csv"
    file.write_text("\n".join(source) + "\n", encoding="utf-8")
    init_workspace(tmp_path / "ws", [file])
    workspace = open_workspace(tmp_path / "ws")
    report = build_corpus(workspace)
    assert (report.contacts, report.bad_lines) == (399, ())
    (first, *_) = TranscriptIndex.open(workspace.index).search("my card has not arrived yet")
    assert "card" in first.quote
    assert first.contact_id.startswith("queries-")


def test_columns_of_peoples_names_are_hidden_in_transcripts(tmp_path: Path) -> None:
    names = ("Zainab Keller", "Aoife Byrne", "Tomasz Nowak", "Ines Moreau")
    agents = tmp_path / "agents.csv"
    agents.write_text(
        "agent_id,Full Name,team\n" + "".join(f"A{i},{n},T{i % 2}\n" for i, n in enumerate(names)), "utf-8"
    )
    products = tmp_path / "products.csv"
    products.write_text("product_id,name\nP1,Fibre\nP2,Mobile\nP3,Cloud Phone\nP4,TV\n", encoding="utf-8")
    call = tmp_path / "call.txt"
    call.write_text("Agent: Fibre is back, tomasz nowak told me.\nCustomer: Keller promised it.\n", encoding="utf-8")
    init_workspace(tmp_path / "ws", [agents, products, call])
    workspace = open_workspace(tmp_path / "ws")
    assert workspace.config.redaction.known_names == ("agents.Full Name",)
    build_corpus(workspace)
    said = TranscriptIndex.open(workspace.index).quote("call:1-2")
    assert said == "Fibre is back, [NAME] told me.\n[NAME] promised it."
