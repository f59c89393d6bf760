package import Checkpoints
import Raster
package import Tensors

/// The weights of SegFormer's all-MLP head: what adaptation may change of the network.
///
/// c_i → linear to D → upsample to 1/4 → concatenate (c4, c3, c2, c1) → 1×1 convolution → batch norm → ReLU → classifier.
/// Source: Xie et al., "SegFormer", 2021, section 3.2; names follow transformers' `SegformerDecodeHead`.
package struct DecodeHead: SegmentationHead {
    /// Linear maps of the four levels, weights `[D, Cᵢ]`.
    package var linearWeights: [Tensor]
    /// Biases of the linear maps, `[D]` each.
    package var linearBiases: [Tensor]
    /// Fusing 1×1 convolution `[D, 4D]`, its columns in the order c4, c3, c2, c1; it has no bias.
    package var fuse: Tensor
    /// Batch norm scale γ `[D]`.
    package var normWeight: Tensor
    /// Batch norm shift β `[D]`.
    package var normBias: Tensor
    /// Running mean of the batch norm `[D]`.
    package var runningMean: Tensor
    /// Running variance of the batch norm `[D]`.
    package var runningVariance: Tensor
    /// Classifier `[C, D]`.
    package var classifierWeight: Tensor
    /// Classifier bias `[C]`.
    package var classifierBias: Tensor

    /// The epsilon of the batch norm.
    package static let epsilon: Float = 1e-5

    /// The decoder width D.
    package var width: Int { fuse.shape[0] }

    /// The number of classes C.
    package var classes: Int { classifierBias.count }

    /// Takes the weights of `decode_head`, over levels of the given channels; D and C are read from the tensors.
    ///
    /// A classifier of one logit z becomes one of two, 0 and z: background, and what it was trained for.
    ///
    /// - Throws: if a tensor is missing or misshapen.
    package init(_ scope: Scope, channels hiddenSizes: [Int]) throws(CheckpointError) {
        let width = try scope.extent(of: "batch_norm.weight", in: 1...65535)
        // Class ids are 16-bit numbers, the highest of which stands for no label.
        let logits = try scope.extent(of: "classifier.bias", in: 1...Int(noLabel))
        linearWeights = []
        linearBiases = []
        for (level, channels) in hiddenSizes.enumerated() {
            let linear = scope["linear_c"][level]["proj"]
            linearWeights.append(try linear.tensor("weight", width, channels))
            linearBiases.append(try linear.tensor("bias", width))
        }
        fuse = try scope["linear_fuse"].tensor("weight", width, 4 * width, 1, 1).reshaped(width, 4 * width)
        let norm = scope["batch_norm"]
        normWeight = try norm.tensor("weight", width)
        normBias = try norm.tensor("bias", width)
        runningMean = try norm.tensor("running_mean", width)
        runningVariance = try norm.tensor("running_var", width)
        let classifier = scope["classifier"]
        let weight = try classifier.tensor("weight", logits, width, 1, 1).reshaped(logits, width)
        let bias = try classifier.tensor("bias", logits)
        // One logit is what binary training has: its class is where it is above 0. Two logits, 0 and it, say the same.
        let isBinary = logits == 1
        classifierWeight = isBinary ? stacked([Tensor(zeros: [1, width]), weight]).reshaped(2, width) : weight
        classifierBias = isBinary ? stacked([Tensor(zeros: [1]), bias]).reshaped(2) : bias
    }

    /// A head whose tensors have storage of their own.
    package func copy() -> DecodeHead {
        var result = self
        result.linearWeights = linearWeights.map { $0.copy() }
        result.linearBiases = linearBiases.map { $0.copy() }
        result.fuse = fuse.copy()
        result.normWeight = normWeight.copy()
        result.normBias = normBias.copy()
        result.runningMean = runningMean.copy()
        result.runningVariance = runningVariance.copy()
        result.classifierWeight = classifierWeight.copy()
        result.classifierBias = classifierBias.copy()
        return result
    }

    /// Compiles the head for the features of an encoder.
    package func compile(for encoder: any CompiledEncoder) -> any CompiledHead {
        CompiledDecodeHead(self, for: encoder)
    }

    /// The columns of the fusing convolution that belong to a level (0 is 1/4, 3 is 1/32).
    func fuseColumns(of level: Int) -> Range<Int> { (3 - level) * width..<(4 - level) * width }
}
