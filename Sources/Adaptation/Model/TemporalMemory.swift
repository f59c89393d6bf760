import Engine
import Foundation

/// The memory of the frozen model: class probabilities that follow the scene from frame to frame and gather evidence.
///
/// Each cell of the 1/4 grid finds itself in the frame before by matching frozen features and colour within a window, and
/// takes over what was known there: P = (p + m P') / (1 + m), where m is the evidence at the match, trusted less the worse
/// the match is. Where nothing matches (a cut, something uncovered), m vanishes and the frame speaks for itself. It is the
/// add-on's cross-attention with matching in place of learned queries and keys, and with its own past output as the value.
struct TemporalMemory {
    private let options: AdaptationOptions
    private let attention: WindowAttention
    /// What the next frame attends to: keys `[h, w, D + 1]`, and P with the frames' worth of evidence behind it last,
    /// `[h, w, C + 1]`.
    private var state: (keys: Tensor, values: Tensor)?

    init(_ options: AdaptationOptions) {
        self.options = options
        attention = WindowAttention(radius: options.windowRadius)
    }

    /// Joins the next frame with the memory: ln P `[h, w, C]`, to be upsampled like logits.
    ///
    /// - Parameters:
    ///   - logits: the frozen head's, `[h, w, C]`.
    ///   - descriptors: what cells are matched by, `[h, w, D]`.
    mutating func update(_ logits: Tensor, descriptors: Tensor) -> Tensor {
        let (height, width, classes) = (logits.shape[0], logits.shape[1], logits.columns)
        let (queries, keys, halfNorms) = distanceFactors(descriptors)
        let past = state.map { attention.peaked(query: queries, key: $0.keys, value: $0.values) }
        let own = softmax(logits).values
        let pastValues = past?.output.values ?? []
        let peaks = past?.peaks.values ?? []
        let options = options
        let parts = parallelMap(height * width, grain: 4096) { cells in
            var (values, logarithms) = ([Float](), [Float]())
            values.reserveCapacity(cells.count * (classes + 1))
            logarithms.reserveCapacity(cells.count * classes)
            for cell in cells {
                let start = cell * (classes + 1)
                var evidence: Float = 0
                if !peaks.isEmpty {
                    // The peak is sharpness · (q·k - ½|k|²); what ½|q|² has more is half the best match's squared distance.
                    let distance = halfNorms[cell] - peaks[cell] / options.memorySharpness
                    evidence = pastValues[start + classes]
                        * expf(-options.memoryDoubt * max(distance - options.memoryTolerance, 0))
                }
                for c in 0..<classes {
                    let carried = evidence > 0 ? evidence * pastValues[start + c] : 0
                    let probability = (own[cell * classes + c] + carried) / (1 + evidence)
                    values.append(probability)
                    logarithms.append(logf(max(probability, 1e-8)))
                }
                values.append(min(1 + evidence, options.memoryFrames))
            }
            return (values: values, logarithms: logarithms)
        }
        state = (keys, Tensor(parts.flatMap { $0.values }, [height, width, classes + 1]))
        return Tensor(parts.flatMap { $0.logarithms }, logits.shape)
    }

    /// Queries and keys whose plain products are sharpness · (q·k - ½|k|²): softmax of the negative squared distance.
    private func distanceFactors(_ descriptors: Tensor) -> (queries: Tensor, keys: Tensor, halfNorms: [Float]) {
        let (cells, width) = (descriptors.rows, descriptors.columns)
        let values = descriptors.values
        let halfNorms = (0..<cells).map { cell in
            values[cell * width..<(cell + 1) * width].reduce(0) { $0 + $1 * $1 } / 2
        }
        let sharpness = options.memorySharpness
        var queries = [Float](repeating: sharpness, count: cells * (width + 1))
        var keys = queries
        for cell in 0..<cells {
            for column in 0..<width {
                let value = values[cell * width + column]
                queries[cell * (width + 1) + column] = value * sharpness
                keys[cell * (width + 1) + column] = value
            }
            keys[cell * (width + 1) + width] = -halfNorms[cell]
        }
        let shape = [descriptors.shape[0], descriptors.shape[1], width + 1]
        return (Tensor(queries, shape), Tensor(keys, shape), halfNorms)
    }
}

/// What the memory matches cells by, `[h, w, C₁ + C₂ + 3]`: features of the two finest levels, without their mean and of
/// unit length in each cell, and colour.
///
/// - Parameters:
///   - features: the encoder's levels.
///   - input: the network's input `[4h, 4w, 3]`, normalised.
func memoryDescriptors(_ features: [Tensor], input: Tensor) -> Tensor {
    let (height, width) = (features[0].shape[0], features[0].shape[1])
    let coarse = Resampling.bilinear((features[1].shape[0], features[1].shape[1]), (height, width))(features[1])
    let colors = Resampling(
        rows: .means(of: 4, over: 4 * height), columns: .means(of: 4, over: 4 * width))(input)
    scale(colors, by: 0.5)
    return joinedColumns([centeredUnitRows(features[0]), centeredUnitRows(coarse), colors])
}

/// Rows without their mean and of unit length.
private func centeredUnitRows(_ x: Tensor) -> Tensor {
    // Layer norm leaves rows of length √C, but for constant ones.
    let columns = x.columns
    let ones = Tensor(Array(repeating: 1 / Float(columns).squareRoot(), count: columns), [columns])
    return layerNorm(x, weight: ones, bias: Tensor(zeros: [columns]), epsilon: 1e-12)
}
