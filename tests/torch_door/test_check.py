"""``--check`` of programs, folders and installed packages: what would stop them, and how often."""

from __future__ import annotations

import pytest

from fastgrad.torch._check import check, problems


@pytest.fixture
def package(tmp_path, monkeypatch):
    home = tmp_path / "some_package"
    (home / "inner").mkdir(parents=True)
    (home / ".hidden").mkdir()
    (home / "__init__.py").write_text("raise RuntimeError('nothing is run')\n")
    (home / "one.py").write_text("import torch\nx = torch.stft\ny = torch.stft\n")
    (home / "inner" / "two.py").write_text("from torch import lobpcg\nimport torch\ntorch.stft\n")
    (home / "inner" / "broken.py").write_text("print 'old'\n")
    (home / ".hidden" / "three.py").write_text("import torch\ntorch.stft\n")
    monkeypatch.syspath_prepend(tmp_path)
    return home


@pytest.mark.parametrize("said", ["folder", "name"])
def test_all_files_are_read_and_counted(package, said, capsys):
    assert check([str(package) if said == "folder" else "some_package"]) == 1
    told = capsys.readouterr().out
    assert f"{package}/one.py:2: torch.stft is not in" in told
    assert f"{package}/inner/two.py:1: torch.lobpcg is not in" in told
    assert f"{package}/inner/broken.py:1: this is no Python" in told
    assert "    3 in 2: torch.stft is not in" in told
    assert told.endswith("5 names that are not there, of 4 files\n")
    assert "hidden" not in told


def test_a_part_of_a_package(package, capsys):
    assert check(["some_package.one"]) == 1
    assert capsys.readouterr().out.endswith("2 names that are not there\n")
    check(["some_package.inner"])
    assert "of 2 files" in capsys.readouterr().out


def test_what_is_neither_a_file_nor_a_package_is_said(capsys):
    assert check(["no_such_package"]) == 2
    assert "got 'no_such_package'" in capsys.readouterr().err


@pytest.mark.parametrize(
    "program",
    [
        "try:\n    from torch import lobpcg\nexcept ImportError:\n    lobpcg = None",
        "import torch\ntry:\n    torch.stft\nexcept (TypeError, AttributeError):\n    pass",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from torch import lobpcg",
    ],
)
def test_what_a_program_is_prepared_for_stops_nothing(program):
    assert list(problems(program)) == []


def test_what_follows_such_a_block_is_told():
    program = "try:\n    import torch\nexcept ImportError:\n    torch = None\nelse:\n    torch.stft\ntorch.lobpcg"
    assert [line for line, _ in problems(program)] == [6, 7]
