"""Text: arrays of strings, a bag of words, edit distances, a Markov chain."""

import pickle

import numpy as np

text = "the cat sat on the mat the dog sat on the log a cat and a dog"
words = np.array(text.split())
vocabulary, inverse, counts = np.unique(words, return_inverse=True, return_counts=True)
order = np.lexsort((vocabulary, -counts))
for word, n in zip(vocabulary[order][:4], counts[order][:4]):
    print(f"{word:<5}{n:3d}")
print(words.dtype, words.shape, np.char.upper(words[:3]), np.char.str_len(words)[:5], (words == "cat").sum())
one_hot = np.eye(len(vocabulary), dtype=int)[inverse]
print(one_hot.shape, one_hot.sum(axis=0).tolist() == counts.tolist())
docs = ["the cat sat", "the dog sat", "a cat and a dog"]
index = {w: i for i, w in enumerate(vocabulary)}
tf = np.zeros((len(docs), len(vocabulary)))
for i, doc in enumerate(docs):
    for w in doc.split():
        tf[i, index[w]] += 1
df = (tf > 0).sum(axis=0)
idf = np.log(len(docs) / np.maximum(df, 1)) + 1
tfidf = tf * idf
tfidf /= np.linalg.norm(tfidf, axis=1, keepdims=True)
similarity = tfidf @ tfidf.T
print(np.array2string(similarity, formatter={"float_kind": lambda v: "%.3f" % v}))


def levenshtein(a, b):
    d = np.zeros((len(a) + 1, len(b) + 1), dtype=int)
    d[:, 0] = np.arange(len(a) + 1)
    d[0, :] = range(len(b) + 1)
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            d[i, j] = min(d[i - 1, j] + 1, d[i, j - 1] + 1, d[i - 1, j - 1] + (a[i - 1] != b[j - 1]))
    return d[-1, -1]


print([levenshtein("kitten", w) for w in ("sitting", "mitten", "kitten")] == [3, 1, 0])
print("distance: %d" % levenshtein("tensor", "sensor"), {levenshtein("ab", "b"): "one"}[1])
codes = np.frombuffer(b"hello world", dtype=np.uint8)
print(codes, codes.dtype, "".join(chr(c) for c in codes[::-1]), bytes(np.sort(codes)).decode().strip())
caesar = ((codes[codes >= 97] - 97 + 3) % 26 + 97).astype(np.uint8)
print(caesar.tobytes().decode())
np.random.seed(0)
transitions = np.ones((len(vocabulary), len(vocabulary))) * 0.01
np.add.at(transitions, (inverse[:-1], inverse[1:]), 1)
transitions /= transitions.sum(1, keepdims=True)
state, said = index["the"], ["the"]
for _ in range(8):
    state = np.random.choice(len(vocabulary), p=transitions[state])
    said.append(str(vocabulary[state]))
print(" ".join(said))
again = pickle.loads(pickle.dumps({"t": transitions, "v": vocabulary}))
print(np.array_equal(again["t"], transitions), again["v"].tolist() == vocabulary.tolist())
entropy = -np.sum(transitions * np.log2(transitions), axis=1)
print("entropy {:.4f} bits at {!r}".format(entropy.max(), str(vocabulary[entropy.argmax()])))
