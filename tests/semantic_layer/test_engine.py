"""The warehouse is read behind a locked door, within a time and a number of rows."""

import subprocess
import sys
import threading
from pathlib import Path

import duckdb
import pytest

from semantic_layer.engine import DuckDbEngine
from semantic_layer.errors import BecauseError, UpstreamError, UserError
from semantic_layer.query import Column, Sql
from semantic_layer.storage import build_aside, open_reader


def sql(text: str) -> Sql:
    return Sql(text=text, columns=(Column(name="x", kind="metric"),))


def numbered(file: Path, number: int) -> Path:
    with build_aside(file) as connection:
        connection.execute(f"CREATE TABLE t AS SELECT {number} AS x")
    return file


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return numbered(tmp_path / "warehouse.duckdb", 1)


ATTACKS = [
    "COPY (SELECT 1) TO '{folder}/stolen.csv' (USE_TMP_FILE false)",
    "COPY (SELECT 1) TO '{file}' (USE_TMP_FILE false)",
    "ATTACH '{folder}/other.duckdb' AS other",
    "ATTACH '{file}' AS again",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM glob('/*')",
    "SELECT * FROM read_duckdb('{file}')",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "RESET disabled_filesystems",
    "DETACH warehouse",
    "CREATE TABLE mine (x INT)",
    "DROP TABLE t",
    "INSERT INTO t VALUES (2)",
    "UPDATE t SET x = 2",
    "EXPORT DATABASE '{folder}/out'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SELECT 1; DROP TABLE t",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_statement_leaves_the_sandbox(attack: str, file: Path) -> None:
    before, listed = file.read_bytes(), sorted(file.parent.iterdir())
    engine = DuckDbEngine(file)
    with pytest.raises(BecauseError):
        engine.run(sql(attack.format(file=file, folder=file.parent)))
    assert engine.run(sql("SELECT x FROM t")).rows() == ((1,),)
    engine.close()
    assert file.read_bytes() == before
    assert sorted(file.parent.iterdir()) == listed


def test_a_python_variable_is_not_a_table(file: Path) -> None:
    import numpy as np

    secret = np.arange(3)
    assert len(secret) == 3
    with pytest.raises(UserError):
        DuckDbEngine(file).run(sql("SELECT * FROM secret"))


def test_a_slow_query_is_stopped_and_says_so(file: Path) -> None:
    engine = DuckDbEngine(file)
    with pytest.raises(UserError) as error:
        engine.run(sql("SELECT count(*) FROM range(100000000) a, range(100000) b WHERE a.range % 7 = 3"), timeout=0.2)
    assert error.value.code == "timeout"
    assert "range(100000)" in error.value.hint
    assert engine.run(sql("SELECT x FROM t")).rows() == ((1,),)


def test_more_rows_than_the_limit_are_cut_and_marked(file: Path) -> None:
    engine = DuckDbEngine(file, max_rows=3)
    assert len(engine.run(sql("SELECT * FROM range(4)"))) == 3
    assert engine.run(sql("SELECT * FROM range(4)")).truncated
    assert not engine.run(sql("SELECT * FROM range(3)")).truncated
    assert len(engine.run(sql("SELECT * FROM range(4)"), max_rows=9)) == 4


def test_an_error_carries_the_sql(file: Path) -> None:
    with pytest.raises(UserError) as error:
        DuckDbEngine(file).run(sql("SELECT sum('many') FROM t"))
    assert error.value.code == "bad_sql"
    assert "SELECT sum('many') FROM t" in error.value.hint


@pytest.mark.parametrize(
    "text", ["SELECT gone FROM t", "SELECT t.gone FROM t", "SELECT count(*) FILTER (t.gone) FROM t"]
)
def test_a_column_that_vanished_is_named(text: str, file: Path) -> None:
    with pytest.raises(UserError, match="no column 'gone'") as error:
        DuckDbEngine(file).run(sql(text))
    assert error.value.code == "missing_column"
    assert "because check" in error.value.hint


def test_threads_do_not_disturb_each_other(file: Path) -> None:
    engine = DuckDbEngine(file)
    found: dict[int, object] = {}

    def ask(n: int) -> None:
        found[n] = engine.run(sql(f"SELECT sum(range) + {n} FROM range(100000)")).rows()[0][0]

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {n: 4999950000 + n for n in range(8)}


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"gone\.duckdb") as error:
        open_reader(tmp_path / "gone.duckdb")
    assert error.value.code == "no_warehouse"


@pytest.mark.parametrize("content", [b"", b"locked? no, broken" * 999])
def test_a_corrupt_file_is_named(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "locker.duckdb").write_bytes(content)
    with pytest.raises(UserError, match=r"locker\.duckdb") as error:
        open_reader(tmp_path / "locker.duckdb")
    assert error.value.code == "corrupt_warehouse"


def test_a_file_that_another_program_writes_is_locked(file: Path) -> None:
    hold = (
        f"import duckdb; c = duckdb.connect({str(file)!r}); c.execute('CREATE TABLE u (x INT)'); print(1, flush=True)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", f"{hold}; input()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        with pytest.raises(UpstreamError) as error:
            open_reader(file)
        writer.communicate(b"\n")
    assert error.value.code == "locked_warehouse"


def test_a_file_replaced_while_open_is_read_anew_by_everyone(file: Path) -> None:
    one, other = DuckDbEngine(file), DuckDbEngine(file)
    assert one.run(sql("SELECT x FROM t")).rows() == other.run(sql("SELECT x FROM t")).rows() == ((1,),)
    numbered(file, 2)
    assert one.run(sql("SELECT x FROM t")).rows() == ((2,),)
    assert other.run(sql("SELECT x FROM t")).rows() == ((2,),)


def test_a_question_that_runs_while_the_file_is_replaced_ends_on_the_old_rows(file: Path) -> None:
    engine = DuckDbEngine(file)
    cursor = engine._current().cursor()
    numbered(file, 2)
    assert engine.run(sql("SELECT x FROM t")).rows() == ((2,),)
    assert cursor.execute("SELECT x FROM t").fetchall() == [(1,)]


def test_a_build_that_fails_leaves_the_old_file(file: Path) -> None:
    def build() -> None:
        with build_aside(file) as connection:
            connection.execute("CREATE TABLE half (x INT)")
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        build()
    assert open_reader(file).execute("SELECT x FROM t").fetchall() == [(1,)]
    assert list(file.parent.iterdir()) == [file]


def test_a_build_makes_its_folder(tmp_path: Path) -> None:
    file = numbered(tmp_path / "new" / "it's ü.duckdb", 5)
    reader = open_reader(file)
    assert reader.execute("SELECT x FROM t").fetchall() == [(5,)]
    reader.close()
    with duckdb.connect(str(file)) as writable:
        assert writable.execute("SELECT x FROM t").fetchall() == [(5,)]


def test_results_hold_numbers_or_nothing(file: Path) -> None:
    engine = DuckDbEngine(file)
    values = "SELECT unnest([1.50::DECIMAL(9, 2)::DOUBLE, 'nan'::DOUBLE, 'inf'::DOUBLE, NULL]) AS x"
    assert engine.run(sql(values)).column("x") == (1.5, None, None, None)
    assert [type(v) for v in engine.run(sql("SELECT 1.50::DECIMAL(9, 2) AS x")).column("x")] == [float]
    engine.close()
