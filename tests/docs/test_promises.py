"""The page of promises names a proof for each, and each proof is there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = re.findall(r"^\| (\d+) \| (.+?) \| (.+?) \|$", (ROOT / "docs/explanation/promises.md").read_text(), re.MULTILINE)
PROOFS = [(number, proof) for number, _, proofs in ROWS for proof in re.findall(r"`(tests/[^`]+)`", proofs)]


def test_all_thirteen_promises_have_proofs():
    assert [int(number) for number, _, _ in ROWS] == list(range(1, 14))
    assert {int(number) for number, _ in PROOFS} == set(range(1, 14))


@pytest.mark.parametrize("proof", [proof for _, proof in PROOFS])
def test_the_proof_is_there(proof):
    path, _, name = proof.partition("::")
    tree = ast.parse((ROOT / path).read_text())
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
