import Checkpoints
import Tensors

/// The weights of SegFormer's encoder (MiT): four stages of overlapping patches and transformer blocks.
///
/// They never change; `CompiledMixTransformer` runs them. Source: Xie et al., "SegFormer", 2021, section 3.1; layout and
/// numerics follow transformers' `SegformerEncoder` (GELU by erf); epsilons are the configuration's.
package struct MixTransformer: Sendable {
    let stages: [Stage]

    /// Takes the weights of `segformer.encoder`.
    init(_ scope: Scope, _ configuration: SegFormerConfiguration) throws(CheckpointError) {
        var stages: [Stage] = []
        for index in 0..<4 { stages.append(try Stage(scope, configuration, index)) }
        self.stages = stages
    }
}

extension MixTransformer {
    struct Convolution: Sendable {
        let weight, bias: Tensor
        let kernel, stride, padding: Int

        init(
            _ scope: Scope, _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int, padding: Int
        ) throws(CheckpointError) {
            weight = unfoldedConvolutionWeight(try scope.tensor("weight", outputs, inputs, kernel, kernel))
            bias = try scope.tensor("bias", outputs)
            (self.kernel, self.stride, self.padding) = (kernel, stride, padding)
        }

        /// The output's extent along a side, of the input's.
        func extent(of input: Int) -> Int { (input + 2 * padding - kernel) / stride + 1 }
    }

    struct Stage: Sendable {
        let patchEmbedding: Convolution
        let patchNorm: LayerNorm
        let blocks: [Block]
        let norm: LayerNorm

        init(_ scope: Scope, _ configuration: SegFormerConfiguration, _ index: Int) throws(CheckpointError) {
            let width = configuration.hiddenSizes[index]
            let patch = configuration.patchSizes[index]
            let embedding = scope["patch_embeddings"][index]
            patchEmbedding = try Convolution(
                embedding["proj"], index == 0 ? 3 : configuration.hiddenSizes[index - 1], width,
                kernel: patch, stride: configuration.strides[index], padding: patch / 2)
            patchNorm = try LayerNorm(embedding["layer_norm"], width, epsilon: configuration.epsilons.embeddings)
            var blocks: [Block] = []
            for block in 0..<configuration.depths[index] {
                blocks.append(try Block(scope["block"][index][block], configuration, stage: index))
            }
            self.blocks = blocks
            norm = try LayerNorm(scope["layer_norm"][index], width, epsilon: configuration.epsilons.blocks)
        }
    }

    struct Block: Sendable {
        let norm1, norm2: LayerNorm
        let attention: EfficientSelfAttention
        let feedForward: MixFeedForward

        init(_ scope: Scope, _ configuration: SegFormerConfiguration, stage: Int) throws(CheckpointError) {
            let width = configuration.hiddenSizes[stage]
            norm1 = try LayerNorm(scope["layer_norm_1"], width, epsilon: configuration.epsilons.blocks)
            attention = try EfficientSelfAttention(
                scope["attention"], width, heads: configuration.attentionHeads[stage],
                reduction: configuration.reductions[stage], epsilon: configuration.epsilons.embeddings)
            norm2 = try LayerNorm(scope["layer_norm_2"], width, epsilon: configuration.epsilons.blocks)
            feedForward = try MixFeedForward(scope["mlp"], width, width * configuration.feedForwardRatios[stage])
        }
    }

    /// Self-attention whose keys and values come from a grid reduced by a strided convolution (section 3.1).
    struct EfficientSelfAttention: Sendable {
        let query, key, value, output: Linear
        let reduction: (convolution: Convolution, norm: LayerNorm)?
        let heads: Int

        init(
            _ scope: Scope, _ width: Int, heads: Int, reduction: Int, epsilon: Float
        ) throws(CheckpointError) {
            let inner = scope["self"]
            query = try Linear(inner["query"], width, width)
            key = try Linear(inner["key"], width, width)
            value = try Linear(inner["value"], width, width)
            output = try Linear(scope["output.dense"], width, width)
            self.heads = heads
            self.reduction =
                reduction > 1
                ? (
                    try Convolution(inner["sr"], width, width, kernel: reduction, stride: reduction, padding: 0),
                    try LayerNorm(inner["layer_norm"], width, epsilon: epsilon)
                ) : nil
        }
    }

    /// Linear, depthwise 3×3, GELU, linear: the convolution stands in for positional encodings (section 3.1).
    struct MixFeedForward: Sendable {
        let dense1, dense2: Linear
        /// The depthwise convolution's weight `[9, C]` and bias `[C]`.
        let weight, bias: Tensor

        init(_ scope: Scope, _ width: Int, _ hidden: Int) throws(CheckpointError) {
            dense1 = try Linear(scope["dense1"], width, hidden)
            weight = depthwiseWeight(try scope["dwconv.dwconv"].tensor("weight", hidden, 1, 3, 3))
            bias = try scope["dwconv.dwconv"].tensor("bias", hidden)
            dense2 = try Linear(scope["dense2"], hidden, width)
        }
    }
}
