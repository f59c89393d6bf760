package import Compiled
package import Tensors
package import Training

/// A segmentation network, as far as methods and runs know it.
///
/// It has levels of features, a head that may be adapted, classes, and a way from pictures to input. It comes in three forms:
/// its weights, compiled for one input size, and traced on a tape, where gradients flow through it. Which network it is,
/// only its own folder says.
package protocol SegmentationNetwork: Sendable {
    /// What the encoder's features are, the finest level first.
    var levels: [FeatureLevel] { get }
    /// The head with its published weights: what methods may adapt.
    var head: any SegmentationHead { get }
    /// The names of the classes, in the order of their ids.
    var classNames: [String] { get }
    /// How pictures become input.
    var preprocessor: Preprocessor { get set }
    /// What in the checkpoint is not used, a sentence each.
    var notes: [String] { get }

    /// All parameters under their published names: what training may change.
    var parameters: ParameterSet { get }
    /// What a checkpoint has besides: running statistics of norms.
    var statistics: [Parameter] { get }

    /// A network whose tensors have storage of their own, for methods that change more than the head.
    func copy() -> Self
    /// The encoder on a tape: the levels' features `[h, w, C]` of an input `[H, W, 3]`, the finest first.
    func traceEncoder(_ input: Variable, on tape: Tape) -> [Variable]
    /// Compiles the encoder for inputs `[height, width, 3]` of one size.
    func compileEncoder(height: Int, width: Int, precision: Precision) -> any CompiledEncoder
}

extension SegmentationNetwork {
    /// How many numbers its parameters are.
    package var weightCount: Int { parameters.tensors.reduce(0) { $0 + $1.count } }
}

/// A level of an encoder's features.
package struct FeatureLevel: Sendable, Equatable {
    /// How many pixels of the network's input a cell is wide and high.
    package let stride: Int
    /// The channels of a cell.
    package let channels: Int

    /// Describes a level.
    package init(stride: Int, channels: Int) {
        (self.stride, self.channels) = (stride, channels)
    }
}

/// An encoder compiled for inputs of one size; its features lie in memory that the next frame takes.
package protocol CompiledEncoder: AnyObject, Sendable {
    /// What it multiplies.
    var precision: Precision { get }
    /// The grid of each level, the finest first, and its channels.
    var levels: [(grid: Tiling, width: Int)] { get }

    /// The features of an input `[H, W, 3]`, normalised: they hold until the next call.
    func callAsFunction(_ input: Tensor) -> EncoderFeatures
}

/// A head: from an encoder's features to fused features F `[h, w, D]` and logits S `[h, w, C]` on the finest level's grid.
package protocol SegmentationHead: Sendable {
    /// The channels D of the fused features.
    var width: Int { get }
    /// The number of classes C.
    var classes: Int { get }

    /// A head whose tensors have storage of their own.
    func copy() -> Self
    /// The trained tensors under names that begin with the head's, always in the same order.
    func parameters(_ name: String) -> [Parameter]
    /// What follows the data besides: running statistics of norms, under names that begin with the head's.
    func statistics(_ name: String) -> [Parameter]
    /// The head on a tape, with channel dropout before the classifier.
    ///
    /// - Parameters:
    ///   - clip: the encoder's levels of each of N frames, `[[h, w, C₁], [h/2, w/2, C₂], …]`.
    ///   - normalization: which statistics the batch norm uses.
    ///   - dropout: for each frame a factor for every channel `[D]`: 0, or 1 / (1 - p) (Dropout2d); nil for none.
    ///   - tape: where the operations are noted.
    /// - Returns: what is trained of it, and what it computed.
    func traced(
        _ clip: [[Variable]], normalization: NormStatistics, dropout: [Tensor]?, on tape: Tape
    ) -> TracedHead
    /// What training makes of the last frame of a clip, without gradients: fused features `[h, w, D]`, logits `[h, w, C]` and
    /// the clip's statistics, to which the other frames add; `dropout` has the factors of the last frame's channels `[D]`.
    func lastFrame(
        of clip: [[Tensor]], normalization: NormStatistics, dropout: Tensor
    ) -> (fused: Tensor, logits: Tensor, batch: BatchStatistics?)
    /// Moves the running statistics towards those of a batch.
    mutating func updateRunningStatistics(_ statistics: BatchStatistics, momentum: Float)
    /// Compiles the head for the features of an encoder.
    func compile(for encoder: any CompiledEncoder) -> any CompiledHead
}

/// Whose statistics a head's batch norm uses in training.
package enum NormStatistics: String, Sendable, Codable, CaseIterable {
    /// The clip's own; the running ones follow.
    case batch
    /// The source's running ones, which stay.
    case source
}

/// What a head makes of a clip of N frames on a tape.
package struct TracedHead {
    /// Fused features F, after the activation: `[N, h, w, D]`.
    package let fused: Variable
    /// Logits S: `[h, w, C]` for each frame.
    package let logits: [Variable]
    /// Statistics of the batch norm over the whole clip; nil if the running ones normalised it.
    package let batch: BatchStatistics?

    /// Puts together what a head made.
    package init(fused: Variable, logits: [Variable], batch: BatchStatistics?) {
        (self.fused, self.logits, self.batch) = (fused, logits, batch)
    }
}

/// A head compiled for the features of one encoder; what it computes lies in memory that the next frame takes.
package protocol CompiledHead: AnyObject, Sendable {
    /// What it multiplies.
    var precision: Precision { get }
    /// The grid of the logits, a row at a time.
    var grid: Tiling { get }
    /// The fused features F of the last frame, `[h · w, D]` in its precision; they hold until the next call.
    var fused: Matrix { get }

    /// The logits `[h, w, C]` of a frame; they hold until the next call.
    func callAsFunction(_ features: EncoderFeatures) -> Tensor
}

/// The encoder's features of a frame; the next frame overwrites them.
package struct EncoderFeatures: Sendable {
    /// A level in both forms.
    package struct Level: Sendable {
        let grid: Tiling
        /// Float32.
        let values: Matrix
        /// The same in the network's precision.
        let rounded: Matrix

        /// Describes a level `[cells, C]`.
        package init(grid: Tiling, values: Matrix, rounded: Matrix) {
            (self.grid, self.values, self.rounded) = (grid, values, rounded)
        }
    }

    let levels: [Level]

    /// Takes the levels, the finest first.
    package init(levels: [Level]) { self.levels = levels }

    /// A level's features `[h, w, C]`, without a copy.
    package subscript(_ level: Int) -> Tensor {
        let grid = levels[level].grid
        return levels[level].values.tensor(grid.height, grid.width, levels[level].values.columns)
    }

    /// The number of levels.
    package var count: Int { levels.count }

    /// Copies of all levels, to keep: `[h, w, C₁]` of the finest first.
    package func copies() -> [Tensor] { levels.indices.map { self[$0].copy() } }
}
