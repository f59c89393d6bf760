import CKernels
package import Raster
package import Tensors

/// Unit features at the network's resolution, seen at full resolution: upsampled bilinearly and normalised again there.
///
/// No full-resolution feature is made: products with prototypes are upsampled products, and norms come from the products
/// of neighbouring cells. Only the n cells exist that masked pixels take from.
package struct UpsampledFeatures: Sendable {
    /// Unit features `[n, D]` of the cells.
    package let features: Tensor
    /// Which cells of the map `[h, w]` they belong to.
    package let cells: CellSubset
    /// One bilinear step to `[H, W]`.
    package let upsampling: Resampling
    /// Products of neighbouring cells, `[4, n]`.
    private let gram: Tensor

    /// Takes features whose rows have unit length.
    package init(_ features: Tensor, at cells: CellSubset, _ upsampling: Resampling) {
        precondition(upsampling.rows.taps <= 2 && upsampling.columns.taps <= 2, "features are upsampled in one step")
        precondition(features.rows == cells.cells.count, "\(cells.cells.count) cells of \(features.shape)")
        self.features = features
        self.cells = cells
        self.upsampling = upsampling
        let gram = Tensor(uninitialized: [4, features.rows])
        self.gram = gram
        let whole = self
        parallelFor(features.rows, grain: 64) { range in
            unsafe whole.withKernelCells { cells in
                unsafe ditta_gram(
                    gram.pointer, features.pointer, features.columns, cells, range.lowerBound, range.upperBound)
            }
        }
    }

    private func withKernelCells<Result>(_ body: (ditta_cells) -> Result) -> Result {
        unsafe upsampling.rows.withKernelAxis { rows in
            unsafe upsampling.columns.withKernelAxis { columns in
                unsafe cells.cells.withUnsafeBufferPointer { cell in
                    unsafe cells.places.withUnsafeBufferPointer { place in
                        unsafe body(
                            ditta_cells(
                                gram: gram.pointer, count: cell.count, cell: cell.baseAddress,
                                place: place.baseAddress, height: cells.height, width: cells.width, rows: rows,
                                columns: columns))
                    }
                }
            }
        }
    }

    /// The sum over each object's pixels of their features, weighted: `[objects, D]`.
    ///
    /// - Parameters:
    ///   - mask: the object of each pixel `[H, W]`, `noLabel` for none; the cells are those under it.
    ///   - weight: the weight of each pixel `[H, W]`.
    ///   - objects: the number of objects; ids in `mask` are below it.
    /// - Returns: a row for each object, 0 for one without pixels.
    package func weightedSums(of mask: LabelMap, weight: Tensor, objects: Int) -> Tensor {
        let (height, width) = (upsampling.rows.outputs, upsampling.columns.outputs)
        let parts = parallelMap(height) { rows in
            let weights = Tensor(zeros: [objects, features.rows])
            unsafe mask.labels.withUnsafeBufferPointer { mask in
                unsafe withKernelCells { cells in
                    for y in rows {
                        unsafe ditta_prototype_row(
                            weights.pointer, cells, mask.baseAddress.map { unsafe $0 + y * width },
                            weight.pointer + y * width, y)
                    }
                }
            }
            return weights
        }
        return matmul(sum(parts), .plain, features, .plain)
    }

    /// Cross entropy of the pixels' similarities to prototypes, with the gradient of the features.
    ///
    /// - Parameters:
    ///   - mask: the object of each pixel `[H, W]`, `noLabel` for none; the cells are those under it.
    ///   - prototypes: unit prototypes `[objects, D]`.
    ///   - scale: what a pixel's loss is multiplied by.
    /// - Returns: the scaled loss and the gradient of the features `[n, D]`.
    package func contrast(_ mask: LabelMap, _ prototypes: Tensor, scale: Float) -> (loss: Double, gradient: Tensor) {
        let (height, width) = (upsampling.rows.outputs, upsampling.columns.outputs)
        let objects = prototypes.rows
        let similarity = matmul(features, .plain, prototypes, .transposed)
        let parts = parallelMap(height) { rows in
            let (dSimilarity, dGram) = (Tensor(zeros: similarity.shape), Tensor(zeros: gram.shape))
            var loss = 0.0
            unsafe mask.labels.withUnsafeBufferPointer { mask in
                unsafe withKernelCells { cells in
                    for y in rows {
                        unsafe ditta_contrast_row(
                            dSimilarity.pointer, dGram.pointer, &loss, similarity.pointer, objects, cells,
                            mask.baseAddress.map { unsafe $0 + y * width }, scale, y)
                    }
                }
            }
            return (loss, dSimilarity, dGram)
        }
        let gradient = Tensor(uninitialized: features.shape)
        multiply(sum(parts.map(\.1)), .plain, prototypes, .plain, into: gradient, adding: false)
        let dGram = sum(parts.map(\.2))
        parallelFor(features.rows, grain: 64) { range in
            unsafe withKernelCells { cells in
                unsafe ditta_gram_backward(
                    gradient.pointer, dGram.pointer, features.pointer, features.columns, cells, range.lowerBound,
                    range.upperBound)
            }
        }
        return (parts.reduce(0) { $0 + $1.0 } * Double(scale), gradient)
    }
}
