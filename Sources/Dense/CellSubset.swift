import CKernels
package import Raster
package import Tensors

/// Some cells of a map, in order: where a loss looks at a part of the frame only, nothing is computed for the others.
package struct CellSubset: Sendable {
    /// The map's extents.
    let height, width: Int
    /// The chosen cells, row-major numbers in rising order.
    let cells: [Int32]
    /// The place of each cell of the map among the chosen ones, -1 for the others.
    let places: [Int32]

    /// The cells that masked pixels take from when they are sampled.
    ///
    /// - Parameters:
    ///   - mask: the object of each pixel `[H, W]`, `noLabel` for none.
    ///   - upsampling: from the map to the pixels.
    package init(under mask: LabelMap, _ upsampling: Resampling) {
        let (height, width) = (upsampling.rows.outputs, upsampling.columns.outputs)
        precondition(
            mask.width == width && mask.height == height,
            "mask of \(mask.width)×\(mask.height) for \(width)×\(height)")
        let covered = upsampling.transposed(Tensor(mask.labels.map { $0 == noLabel ? 0 : 1 }, [height, width, 1]))
            .values
        self.height = upsampling.rows.inputs
        self.width = upsampling.columns.inputs
        cells = covered.indices.filter { covered[$0] > 0 }.map(Int32.init)
        var places = [Int32](repeating: -1, count: covered.count)
        for (place, cell) in cells.enumerated() { places[Int(cell)] = Int32(place) }
        self.places = places
    }

    /// The chosen rows of x `[h, w, D]`, `[n, D]`.
    package func gather(_ x: Tensor) -> Tensor {
        precondition(x.rows == places.count, "\(places.count) cells of \(x.shape)")
        let out = Tensor(uninitialized: [cells.count, x.columns])
        parallelFor(cells.count, grain: 256) { range in
            for place in range {
                let row = unsafe x.pointer + Int(cells[place]) * x.columns
                unsafe (out.pointer + place * x.columns).update(from: row, count: x.columns)
            }
        }
        return out
    }

    /// Adds rows `[n, D]` to the chosen ones of `out` `[h, w, D]`: the adjoint of `gather`.
    package func scatter(_ rows: Tensor, addingTo out: Tensor) {
        precondition(
            rows.rows == cells.count && out.rows == places.count && rows.columns == out.columns,
            "\(cells.count) rows of \(out.shape) from \(rows.shape)")
        parallelFor(cells.count, grain: 256) { range in
            for place in range {
                let row = unsafe out.pointer + Int(cells[place]) * out.columns
                unsafe ditta_add(row, rows.pointer + place * out.columns, out.columns)
            }
        }
    }
}
