"""The statements of the example add up, and are what their generator makes."""

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq

EXAMPLE = Path(__file__).parents[3] / "examples" / "statements"


def test_the_generator_makes_exactly_the_committed_rows(tmp_path: Path) -> None:
    output = tmp_path / "again.parquet"
    subprocess.run([sys.executable, str(EXAMPLE / "generate.py"), "--output", str(output)], check=True, timeout=60)
    # The rows, not the bytes: those hold the version of pyarrow.
    assert pq.read_table(output).equals(pq.read_table(EXAMPLE / "statements.parquet"))


def test_every_statement_closes_with_what_it_opened_with_and_its_movements() -> None:
    statements = pq.read_table(EXAMPLE / "statements.parquet").to_pylist()
    assert len(statements) == 60
    for statement in statements:
        moved = sum((movement["amount"] for movement in statement["movements"]), Decimal(0))
        assert statement["closing"] == statement["opening"] + moved, statement["account"]
