import CKernels

/// Unit features at the network's resolution, seen at full resolution: upsampled bilinearly and normalised again there.
///
/// No full-resolution feature is made: products with prototypes are upsampled products, and norms come from the products
/// of neighbouring cells.
public struct UpsampledFeatures: Sendable {
    /// Unit features `[h, w, D]`.
    public let features: Tensor
    /// One bilinear step to `[H, W]`.
    public let upsampling: Resampling
    /// Products of neighbouring cells, `[4, h · w]`.
    private let gram: Tensor

    /// Takes features whose rows have unit length.
    public init(_ features: Tensor, _ upsampling: Resampling) {
        precondition(upsampling.rows.taps <= 2 && upsampling.columns.taps <= 2, "features are upsampled in one step")
        self.features = features
        self.upsampling = upsampling
        let (height, width, channels) = (features.shape[0], features.shape[1], features.shape[2])
        let gram = Tensor(uninitialized: [4, height * width])
        parallelFor(height) { rows in
            unsafe ditta_gram(
                gram.pointer, features.pointer, height, width, channels, rows.lowerBound, rows.upperBound)
        }
        self.gram = gram
    }

    private func withKernelCells<Result>(_ body: (ditta_cells) -> Result) -> Result {
        unsafe upsampling.rows.withKernelAxis { rows in
            unsafe upsampling.columns.withKernelAxis { columns in
                unsafe body(
                    ditta_cells(
                        gram: gram.pointer, height: features.shape[0], width: features.shape[1], rows: rows,
                        columns: columns))
            }
        }
    }

    /// The sum over each object's pixels of their features, weighted: `[objects, D]`.
    ///
    /// - Parameters:
    ///   - mask: the object of each pixel `[H · W]`, `noLabel` for none.
    ///   - weight: the weight of each pixel `[H, W]`.
    ///   - objects: the number of objects; ids in `mask` are below it.
    public func weightedSums(of mask: [UInt16], weight: Tensor, objects: Int) -> Tensor {
        let (height, width) = (upsampling.rows.outputs, upsampling.columns.outputs)
        let parts = parallelMap(height) { rows in
            let weights = Tensor(zeros: [objects, features.rows])
            unsafe mask.withUnsafeBufferPointer { mask in
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
    ///   - mask: the object of each pixel `[H · W]`, `noLabel` for none.
    ///   - prototypes: unit prototypes `[objects, D]`.
    ///   - scale: what a pixel's loss is multiplied by.
    /// - Returns: the scaled loss and the gradient of the features `[h, w, D]`.
    public func contrast(_ mask: [UInt16], _ prototypes: Tensor, scale: Float) -> (loss: Double, gradient: Tensor) {
        let (height, width) = (upsampling.rows.outputs, upsampling.columns.outputs)
        let objects = prototypes.rows
        let similarity = matmul(features, .plain, prototypes, .transposed)
        let parts = parallelMap(height) { rows in
            let (dSimilarity, dGram) = (Tensor(zeros: similarity.shape), Tensor(zeros: gram.shape))
            var loss = 0.0
            unsafe mask.withUnsafeBufferPointer { mask in
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
        parallelFor(features.shape[0]) { rows in
            unsafe ditta_gram_backward(
                gradient.pointer, dGram.pointer, features.pointer, features.shape[0], features.shape[1],
                features.shape[2], rows.lowerBound, rows.upperBound)
        }
        return (parts.reduce(0) { $0 + $1.0 } * Double(scale), gradient)
    }
}
