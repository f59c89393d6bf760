import CKernels

/// Multi-head attention: softmax(q kᵀ / √d) v with q `[N, C]`, k and v `[M, C]` → `[N, C]`, C = heads · d.
///
/// Scores are made a tile of queries at a time and never written out whole.
public func attention(query: Tensor, key: Tensor, value: Tensor, heads: Int) -> Tensor {
    let (queries, keys, channels) = (query.rows, key.rows, query.columns)
    let width = channels / heads
    let scale = 1 / Float(width).squareRoot()
    let out = Tensor(uninitialized: [queries, channels])
    let tile = max(16, min(queries, 65_536 / max(keys, 1)))
    let tiles = (queries + tile - 1) / tile
    parallelFor(heads * tiles) { units in
        let scores = Tensor(uninitialized: [tile, keys])
        for unit in units {
            let column = unit / tiles * width
            let first = unit % tiles * tile
            let rows = min(tile, queries - first)
            unsafe singleThreadedProduct(
                query.pointer + first * channels + column, .plain, stride: channels,
                key.pointer + column, .transposed, stride: channels,
                into: scores.pointer, stride: keys, m: rows, n: keys, k: width, adding: false)
            unsafe ditta_softmax_rows(scores.pointer, scale, rows, keys)
            unsafe singleThreadedProduct(
                scores.pointer, .plain, stride: keys, value.pointer + column, .plain, stride: channels,
                into: out.pointer + first * channels + column, stride: channels,
                m: rows, n: width, k: keys, adding: false)
        }
    }
    return out
}
