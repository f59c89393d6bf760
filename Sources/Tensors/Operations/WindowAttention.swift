import CKernels

/// Attention of each cell to the cells around it in another map: softmax over the window of plain dot products q·k (no
/// 1/√d), weighted sum of the values.
///
/// Only the window's (2r + 1)² products a cell exist; a dense matrix of all cells would be some hundred times larger.
package struct WindowAttention: Sendable {
    /// What the backward pass needs.
    package struct Activations: Sendable {
        /// The weighted values `[h, w, C]`.
        package let output: Tensor
        fileprivate let query, key, value, weights: Tensor
    }

    /// How many cells the window reaches to each side, at most 15.
    package let radius: Int

    /// Makes the attention of a window of side 2 · radius + 1.
    package init(radius: Int) {
        precondition((0...15).contains(radius), "window radius \(radius), expected 0...15")
        self.radius = radius
    }

    /// query and key `[h, w, D]`, value `[h, w, C]` → `[h, w, C]`.
    package func callAsFunction(query: Tensor, key: Tensor, value: Tensor) -> Tensor {
        run(query, key, value)
    }

    /// The same for the queries `[n, D]` of some cells only, in rising order; zero `[h, w, C]` elsewhere.
    package func callAsFunction(query: Tensor, at cells: [Int32], key: Tensor, value: Tensor) -> Tensor {
        precondition(
            query.shape == [cells.count, key.columns] && key.shape.count == 3
                && value.shape.dropLast() == key.shape.dropLast(),
            "window attention of \(query.shape) at \(cells.count) cells, \(key.shape), \(value.shape)")
        let out = Tensor(zeros: value.shape)
        let window = window(key, value)
        parallelFor(cells.count, grain: 16) { range in
            unsafe cells.withUnsafeBufferPointer { cells in
                unsafe ditta_window_attention_at(
                    out.pointer, cells.baseAddress.map { unsafe $0 + range.lowerBound }, range.count,
                    query.pointer + range.lowerBound * key.columns, key.pointer, value.pointer, window)
            }
        }
        return out
    }

    /// The same, keeping the weights for `backward`.
    package func forward(query: Tensor, key: Tensor, value: Tensor) -> Activations {
        let side = 2 * radius + 1
        let weights = Tensor(uninitialized: [query.rows, side * side])
        let output = run(query, key, value, weights: weights)
        return Activations(output: output, query: query, key: key, value: value, weights: weights)
    }

    private func run(
        _ query: Tensor, _ key: Tensor, _ value: Tensor, weights: Tensor? = nil
    ) -> Tensor {
        precondition(
            query.shape == key.shape && query.shape.count == 3 && value.shape.dropLast() == query.shape.dropLast(),
            "window attention of \(query.shape), \(key.shape), \(value.shape)")
        let out = Tensor(uninitialized: value.shape)
        let window = window(query, value)
        parallelFor(query.shape[0]) { rows in
            unsafe ditta_window_attention(
                out.pointer, weights?.pointer, query.pointer, key.pointer, value.pointer, window,
                rows.lowerBound, rows.upperBound)
        }
        return out
    }

    /// Gradients of query, key `[h, w, D]` and value `[h, w, C]`.
    package func backward(_ gradient: Tensor, _ saved: Activations) -> (query: Tensor, key: Tensor, value: Tensor) {
        let (dQuery, dKey) = (Tensor(uninitialized: saved.query.shape), Tensor(uninitialized: saved.key.shape))
        let dValue = Tensor(uninitialized: saved.value.shape)
        let scores = Tensor(uninitialized: saved.weights.shape)
        let window = window(saved.query, saved.value)
        parallelFor(saved.query.shape[0]) { rows in
            unsafe ditta_window_attention_query_backward(
                dQuery.pointer, scores.pointer, gradient.pointer, saved.weights.pointer, saved.key.pointer,
                saved.value.pointer, window, rows.lowerBound, rows.upperBound)
        }
        parallelFor(saved.query.shape[0]) { rows in
            unsafe ditta_window_attention_key_backward(
                dKey.pointer, dValue.pointer, scores.pointer, gradient.pointer, saved.weights.pointer,
                saved.query.pointer, window, rows.lowerBound, rows.upperBound)
        }
        return (dQuery, dKey, dValue)
    }

    private func window(_ query: Tensor, _ value: Tensor) -> ditta_window {
        ditta_window(
            height: query.shape[0], width: query.shape[1], channels: query.columns, classes: value.columns,
            radius: radius)
    }
}
