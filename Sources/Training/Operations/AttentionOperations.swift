import CKernels
package import Tensors

// Attention of the tape.

extension Tape {
    /// Attention of several heads: queries `[n, C]` to keys and values `[m, C]`, softmax(q kᵀ / √d) v for each head of d = C /
    /// heads columns → the queries' shape.
    ///
    /// The scores of a block of queries exist at a time; backwards they are worked out anew.
    package func attention(query: Variable, key: Variable, value: Variable, heads: Int) -> Variable {
        let attention = HeadedAttention(query.value, key.value, value.value, heads: heads)
        return record(attention.output(), from: [query, key, value]) {
            [query = query.gradient, key = key.gradient, value = value.gradient] gradient in
            let parts = attention.backward(gradient, needsKeys: key != nil || value != nil) { body in
                if let query { query.accumulate(body) } else { body(nil, false) }
            }
            if let (dKey, dValue) = parts {
                key?.add(dKey)
                value?.add(dValue)
            }
        }
    }

    /// Attention of each cell to the window around it.
    package func attention(query: Variable, key: Variable, value: Variable, _ window: WindowAttention) -> Variable {
        let saved = window.forward(query: query.value, key: key.value, value: value.value)
        return record(saved.output, from: [query, key, value]) {
            [query = query.gradient, key = key.gradient, value = value.gradient] gradient in
            let parts = window.backward(gradient, saved)
            query?.add(parts.query)
            key?.add(parts.key)
            value?.add(parts.value)
        }
    }
}

/// Softmax attention of heads that are columns of the same matrices, a block of queries at a time.
private struct HeadedAttention: Sendable {
    let query, key, value: Tensor
    let heads, channels: Int
    let scale: Float

    /// Queries whose scores exist at a time.
    private static let block = 64
    /// Parts of the queries whose shares of the keys' gradients are summed apart; so many whatever the threads.
    private static let parts = 8

    init(_ query: Tensor, _ key: Tensor, _ value: Tensor, heads: Int) {
        precondition(
            key.shape == value.shape && query.columns == key.columns && query.columns % heads == 0,
            "attention of \(query.shape), \(key.shape), \(value.shape) by \(heads) heads")
        (self.query, self.key, self.value, self.heads) = (query, key, value, heads)
        channels = query.columns / heads
        scale = 1 / Float(channels).squareRoot()
    }

    func output() -> Tensor {
        let out = Tensor(uninitialized: query.shape)
        let (width, keys) = (query.columns, key.rows)
        parallelFor((query.rows + Self.block - 1) / Self.block) { blocks in
            let weights = Tensor(uninitialized: [Self.block, keys])
            for index in blocks {
                let rows = index * Self.block..<min((index + 1) * Self.block, query.rows)
                for head in 0..<heads {
                    weigh(rows, head, into: weights)
                    unsafe singleThreadedProduct(
                        weights.pointer, .plain, stride: keys, value.pointer + head * channels, .plain, stride: width,
                        into: out.pointer + rows.lowerBound * width + head * channels, stride: width, m: rows.count,
                        n: channels, k: keys, adding: false)
                }
            }
        }
        return out
    }

    /// The softmax of a head's scores of some queries.
    private func weigh(_ rows: Range<Int>, _ head: Int, into weights: Tensor) {
        let (width, keys) = (query.columns, key.rows)
        unsafe singleThreadedProduct(
            query.pointer + rows.lowerBound * width + head * channels, .plain, stride: width,
            key.pointer + head * channels, .transposed, stride: width, into: weights.pointer, stride: keys,
            m: rows.count, n: keys, k: channels, adding: false)
        unsafe ditta_softmax_rows(weights.pointer, scale, rows.count, keys)
    }

    /// Gradients of keys and values, or nil if they are not needed; `withQuery` gives the memory for the queries', if they are.
    func backward(
        _ gradient: Tensor, needsKeys: Bool, withQuery: ((Tensor?, Bool) -> Void) -> Void
    ) -> (key: Tensor, value: Tensor)? {
        var result: (key: Tensor, value: Tensor)?
        withQuery { dQuery, adding in
            let parts = min(Self.parts, (query.rows + Self.block - 1) / Self.block)
            let dKeys = Tensor(zeros: needsKeys ? [parts] + key.shape : [0])
            let dValues = Tensor(zeros: dKeys.shape)
            parallelFor(parts) { range in
                let scratch = Tensor(uninitialized: [2, Self.block, key.rows])
                for part in range {
                    let rows = part * query.rows / parts..<(part + 1) * query.rows / parts
                    for start in stride(from: rows.lowerBound, to: rows.upperBound, by: Self.block) {
                        let rows = start..<min(start + Self.block, rows.upperBound)
                        for head in 0..<heads {
                            blockBackward(
                                gradient, rows, head, scratch, dQuery: dQuery, adding: adding,
                                dKey: needsKeys ? dKeys.parts[part] : nil,
                                dValue: needsKeys ? dValues.parts[part] : nil)
                        }
                    }
                }
            }
            if needsKeys { result = (sum(dKeys.parts), sum(dValues.parts)) }
        }
        return result
    }

    /// What a block of queries gives to the gradients of a head.
    private func blockBackward(
        _ gradient: Tensor, _ rows: Range<Int>, _ head: Int, _ scratch: Tensor, dQuery: Tensor?, adding: Bool,
        dKey: Tensor?, dValue: Tensor?
    ) {
        let (width, keys, column) = (query.columns, key.rows, head * channels)
        let (weights, scores) = (scratch.part(0, Self.block, keys), scratch.part(1, Self.block, keys))
        let start = rows.lowerBound * width + column
        weigh(rows, head, into: weights)
        if let dValue {
            unsafe singleThreadedProduct(
                weights.pointer, .transposed, stride: keys, gradient.pointer + start, .plain, stride: width,
                into: dValue.pointer + column, stride: width, m: keys, n: channels, k: rows.count, adding: true)
        }
        unsafe singleThreadedProduct(
            gradient.pointer + start, .plain, stride: width, value.pointer + column, .transposed, stride: width,
            into: scores.pointer, stride: keys, m: rows.count, n: keys, k: channels, adding: false)
        unsafe ditta_softmax_rows_backward(
            scores.pointer, scores.pointer, weights.pointer, scale, rows.count, keys, 0)
        if let dQuery {
            unsafe singleThreadedProduct(
                scores.pointer, .plain, stride: keys, key.pointer + column, .plain, stride: width,
                into: dQuery.pointer + start, stride: width, m: rows.count, n: channels, k: keys, adding: adding)
        }
        if let dKey {
            unsafe singleThreadedProduct(
                scores.pointer, .transposed, stride: keys, query.pointer + start, .plain, stride: width,
                into: dKey.pointer + column, stride: width, m: keys, n: channels, k: rows.count, adding: true)
        }
    }
}
