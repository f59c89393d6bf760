"""Makes the golden values of the region vote with numpy and dictionaries.

    pip install numpy==2.4.6 safetensors
    python Tests/MethodsTests/Golden/make_regions.py

What is here is the definition: a graph of dictionaries, every cut replayed from the first merge, every vote from its cells.
`regions.safetensors` has affinities [h, w, 14] and probabilities [h, w, C] of a small grid of patches under noise, the votes
[h, w, C], and the number of regions at each threshold.
"""

import heapq
import pathlib

import numpy
from safetensors.numpy import save_file

HERE = pathlib.Path(__file__).parent
OFFSETS = [(0, 1), (1, 0), (1, 1), (1, -1), (0, 3), (3, 0), (3, 3), (3, -3), (0, 9), (9, 0), (9, 9), (9, -9), (0, 24), (24, 0)]
LINKED = 12
THRESHOLDS = (0.75, 0.8, 0.85, 0.9, 0.95, 0.97)
HEIGHT, WIDTH, CLASSES = 18, 27, 5


def pairs(dy, dx):
    """Places in a grid that have a cell at an offset, and those cells."""
    first, last = max(0, -dx), min(WIDTH, WIDTH - dx)
    rows, others = slice(0, max(HEIGHT - dy, 0)), slice(min(dy, HEIGHT), HEIGHT)
    return (rows, slice(first, last)), (others, slice(first + dx, last + dx))


def merges(affinities):
    """Average linkage: [(gone, kept, affinity)], the highest mean affinity first."""
    cell = numpy.arange(HEIGHT * WIDTH).reshape(HEIGHT, WIDTH)
    near = [{} for _ in range(HEIGHT * WIDTH)]
    heap = []
    for k in range(LINKED):
        s, t = pairs(*OFFSETS[k])
        for a, b, p in zip(cell[s].ravel().tolist(), cell[t].ravel().tolist(), affinities[..., k][s].ravel().tolist()):
            near[a][b] = near[b][a] = (p, 1)  # sum and number of affinities between two regions
            heap.append((-p, a, b, 1))
    heapq.heapify(heap)
    made = []
    while heap:
        p, a, b, n = heapq.heappop(heap)
        edge = near[a].get(b) if near[a] is not None and near[b] is not None else None
        if edge is None or edge[1] != n or -edge[0] / n != p:
            continue  # it has changed since
        if -p < min(THRESHOLDS):
            break
        made.append((a, b, -p))
        del near[b][a]
        for x, (s, n) in near[a].items():
            if x == b:
                continue
            other = near[b].get(x, (0.0, 0))
            near[b][x] = near[x][b] = joined = (other[0] + s, other[1] + n)
            del near[x][a]
            heapq.heappush(heap, (-joined[0] / joined[1], min(b, x), max(b, x), joined[1]))
        near[a] = None
    return made


def cut(made, threshold):
    """The region of each cell, from 0, after the merges down to a threshold."""
    root = numpy.arange(HEIGHT * WIDTH)
    for a, b, p in made:
        if p < threshold:
            break
        root[a] = b
    while (root[root] != root).any():
        root = root[root]
    return numpy.unique(root, return_inverse=True)[1]


def vote(probabilities, region):
    """In each region the softmax of the mean of log P."""
    logs = numpy.log(probabilities.reshape(-1, CLASSES).astype(numpy.float64) + 1e-3)
    count = numpy.bincount(region)
    means = numpy.stack([numpy.bincount(region, logs[:, c]) for c in range(CLASSES)], 1) / count[:, None]
    result = numpy.exp(means - means.max(1, keepdims=True))
    return (result / result.sum(1, keepdims=True))[region].reshape(probabilities.shape)


def softmax(x):
    result = numpy.exp(x - x.max(-1, keepdims=True))
    return result / result.sum(-1, keepdims=True)


def main():
    random = numpy.random.default_rng(5)
    rows, columns = numpy.mgrid[0:HEIGHT, 0:WIDTH]
    patch = (rows > 5 + columns / 6).astype(int) * 2 + (columns > 11 + 3 * numpy.sin(rows / 3))
    patch[(abs(rows - 11) < 3) & (abs(columns - 19) < 4)] = 4
    logits = random.normal(0, 1, (HEIGHT, WIDTH, CLASSES)) + 1.2 * numpy.eye(CLASSES)[patch]
    probabilities = softmax(logits).astype(numpy.float32)
    affinities = random.uniform(0, 1, (HEIGHT, WIDTH, len(OFFSETS))).astype(numpy.float32)
    for k, offset in enumerate(OFFSETS):
        s, t = pairs(*offset)
        same = patch[s] == patch[t]
        logit = numpy.where(same, 3.2, -1.5) + random.normal(0, 1.6, same.shape)
        affinities[..., k][s] = 1 / (1 + numpy.exp(-logit))
    made = merges(affinities)
    regions = [cut(made, threshold) for threshold in THRESHOLDS]
    votes = sum(vote(probabilities, region) for region in regions) / len(regions)
    counts = numpy.array([region.max() + 1 for region in regions], numpy.float32)
    print("regions", counts, "labels that change", (votes.argmax(-1) != probabilities.argmax(-1)).mean())
    save_file(
        {"affinities": affinities, "probabilities": probabilities, "votes": votes.astype(numpy.float32), "counts": counts},
        HERE / "regions.safetensors",
    )


if __name__ == "__main__":
    main()
