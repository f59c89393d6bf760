import Networks
import Raster
import Tensors

/// What cells are matched by: features of the frozen encoder's fine levels and colour, on the finest grid.
struct AffinityDescriptor {
    /// How one level's features are normalised and projected.
    private struct Projection {
        let level: Int
        let weight: Float
        let scale, shift, directions: Tensor

        /// Unit vectors of normalised channels `[h, w, C]`.
        func unit(_ frame: WarmUpFrame) -> Tensor {
            unitRows(affineColumns(frame.features[level], scale: scale, shift: shift)).rows
        }
    }

    private let options: AffinityOptions
    private let projections: [Projection]

    /// Takes the statistics that normalise and project each level's channels from one frame of the clip.
    init(_ frame: WarmUpFrame, _ options: AffinityOptions) {
        self.options = options
        // By the strides that a SegFormer's second and third level have.
        let levels = [
            (8, options.fineWeight, options.fineComponents), (16, options.coarseWeight, options.coarseComponents),
        ]
        projections = levels.map { stride, weight, components in
            let level = frame.level(ofStride: stride)
            let moments = batchStatistics(frame.features[level])
            let scale = moments.variance.values.map { 1 / ($0.squareRoot() + 1e-6) }
            let shift = zip(moments.mean.values, scale).map { -$0 * $1 }
            let (scales, shifts) = (Tensor(scale, [scale.count]), Tensor(shift, [shift.count]))
            let unit = unitRows(affineColumns(frame.features[level], scale: scales, shift: shifts)).rows
            return Projection(
                level: level, weight: weight, scale: scales, shift: shifts,
                directions: principalDirections(unit, count: components))
        }
    }

    /// Descriptors `[h, w, D]`: of each level unit vectors, weighted; the colours of the cell's four quarters.
    func callAsFunction(_ frame: WarmUpFrame) -> Tensor {
        let (height, width) = (frame.features[0].shape[0], frame.features[0].shape[1])
        var parts = projections.map { projection -> [Float] in
            let shape = frame.features[projection.level].shape
            let projected = linear(projection.unit(frame), projection.directions)
            let onGrid = Resampling.bilinear((shape[0], shape[1]), (height, width))(projected)
            let factor = projection.weight.squareRoot()
            return unitRows(onGrid).rows.values.map { $0 * factor }
        }
        parts.append(quarterColors(frame.image, height, width, pixels: frame.levels[0].stride))
        let widths = parts.map { $0.count / (height * width) }
        // Interleaved by cell, and padded so that distances run over whole vectors.
        let columns = (widths.reduce(0, +) + 15) / 16 * 16
        var values = [Float](repeating: 0, count: height * width * columns)
        var offset = 0
        for (part, columnsOfPart) in zip(parts, widths) {
            for cell in 0..<height * width {
                for column in 0..<columnsOfPart {
                    values[cell * columns + offset + column] = part[cell * columnsOfPart + column]
                }
            }
            offset += columnsOfPart
        }
        return Tensor(values, [height, width, columns])
    }

    /// The mean colours of each cell's quarters, `[h · w · 12]`, scaled.
    private func quarterColors(_ image: Image, _ height: Int, _ width: Int, pixels side: Int) -> [Float] {
        let colors = labColors(image, height: side * height, width: side * width).values
        // A quarter is the mean of its pixels; the squared distances of the four quarters are averaged.
        let (root, half) = (options.colorWeight.squareRoot(), max(side / 2, 1))
        let pixels = Float(half * half)
        let factors = [options.lightnessScale, options.chromaScale, options.chromaScale].map { root / $0 / 2 / pixels }
        var result = [Float](repeating: 0, count: height * width * 12)
        for y in 0..<side * height {
            for x in 0..<side * width {
                let cell = (y / side) * width + x / side
                let quarter = min(y % side / half, 1) * 2 + min(x % side / half, 1)
                for channel in 0..<3 {
                    result[cell * 12 + quarter * 3 + channel] +=
                        colors[(y * side * width + x) * 3 + channel] * factors[channel]
                }
            }
        }
        return result
    }
}
