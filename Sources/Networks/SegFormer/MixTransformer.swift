public import Engine

/// The encoder of SegFormer (MiT): four stages of overlapping patches and transformer blocks.
///
/// Frozen: there is a forward pass only. Source: Xie et al., "SegFormer", 2021, section 3.1; layout and numerics follow
/// transformers' `SegformerEncoder` (LayerNorm epsilon 1e-5, GELU by erf).
public struct MixTransformer: Sendable {
    private let stages: [Stage]

    /// Takes the weights of `segformer.encoder`.
    init(_ scope: Scope, _ configuration: SegFormerConfiguration) throws(CheckpointError) {
        var stages: [Stage] = []
        for index in 0..<4 { stages.append(try Stage(scope, configuration, index)) }
        self.stages = stages
    }

    /// The features of an image `[H, W, 3]`, normalised, with sides that are multiples of 32.
    ///
    /// - Returns: `[H/4, W/4, C₁]`, `[H/8, W/8, C₂]`, `[H/16, W/16, C₃]`, `[H/32, W/32, C₄]`.
    public func callAsFunction(_ image: Tensor) -> [Tensor] {
        var features: [Tensor] = []
        for stage in stages { features.append(stage(features.last ?? image)) }
        return features
    }
}

private let epsilon: Float = 1e-5

private struct LayerNorm: Sendable {
    let weight, bias: Tensor

    init(_ scope: Scope, _ width: Int) throws(CheckpointError) {
        weight = try scope.tensor("weight", width)
        bias = try scope.tensor("bias", width)
    }

    func callAsFunction(_ x: Tensor) -> Tensor { layerNorm(x, weight: weight, bias: bias, epsilon: epsilon) }
}

private struct Linear: Sendable {
    let weight, bias: Tensor

    init(_ scope: Scope, _ inputs: Int, _ outputs: Int) throws(CheckpointError) {
        weight = try scope.tensor("weight", outputs, inputs)
        bias = try scope.tensor("bias", outputs)
    }

    func callAsFunction(_ x: Tensor) -> Tensor { linear(x, weight, bias) }
}

private struct Convolution: Sendable {
    let weight, bias: Tensor
    let kernel, stride, padding: Int

    init(
        _ scope: Scope, _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int, padding: Int
    ) throws(CheckpointError) {
        weight = unfoldedConvolutionWeight(try scope.tensor("weight", outputs, inputs, kernel, kernel))
        bias = try scope.tensor("bias", outputs)
        (self.kernel, self.stride, self.padding) = (kernel, stride, padding)
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
        convolution(x, weight: weight, bias: bias, kernel: kernel, stride: stride, padding: padding)
    }
}

private struct Stage: Sendable {
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
        patchNorm = try LayerNorm(embedding["layer_norm"], width)
        var blocks: [Block] = []
        for block in 0..<configuration.depths[index] {
            blocks.append(try Block(scope["block"][index][block], configuration, stage: index))
        }
        self.blocks = blocks
        norm = try LayerNorm(scope["layer_norm"][index], width)
    }

    /// x `[H, W, C]` → `[H/stride, W/stride, C']`.
    func callAsFunction(_ x: Tensor) -> Tensor {
        var x = patchNorm(patchEmbedding(x))
        for block in blocks { x = block(x) }
        return norm(x)
    }
}

private struct Block: Sendable {
    let norm1, norm2: LayerNorm
    let attention: EfficientSelfAttention
    let feedForward: MixFeedForward

    init(_ scope: Scope, _ configuration: SegFormerConfiguration, stage: Int) throws(CheckpointError) {
        let width = configuration.hiddenSizes[stage]
        norm1 = try LayerNorm(scope["layer_norm_1"], width)
        attention = try EfficientSelfAttention(
            scope["attention"], width, heads: configuration.attentionHeads[stage],
            reduction: configuration.reductions[stage])
        norm2 = try LayerNorm(scope["layer_norm_2"], width)
        feedForward = try MixFeedForward(scope["mlp"], width, width * configuration.feedForwardRatios[stage])
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
        let attended = attention(norm1(x))
        add(x, to: attended)
        let transformed = feedForward(norm2(attended))
        add(attended, to: transformed)
        return transformed
    }
}

/// Self-attention whose keys and values come from a grid reduced by a strided convolution (section 3.1).
private struct EfficientSelfAttention: Sendable {
    let query, key, value, output: Linear
    let reduction: (convolution: Convolution, norm: LayerNorm)?
    let heads: Int

    init(_ scope: Scope, _ width: Int, heads: Int, reduction: Int) throws(CheckpointError) {
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
                try LayerNorm(inner["layer_norm"], width)
            ) : nil
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
        let reduced = reduction.map { $0.norm($0.convolution(x)) } ?? x
        let attended = attention(query: query(x), key: key(reduced), value: value(reduced), heads: heads)
        return output(attended).reshaped(x.shape[0], x.shape[1], x.shape[2])
    }
}

/// Linear, depthwise 3×3, GELU, linear: the convolution stands in for positional encodings (section 3.1).
private struct MixFeedForward: Sendable {
    let dense1, dense2: Linear
    let weight, bias: Tensor

    init(_ scope: Scope, _ width: Int, _ hidden: Int) throws(CheckpointError) {
        dense1 = try Linear(scope["dense1"], width, hidden)
        weight = depthwiseWeight(try scope["dwconv.dwconv"].tensor("weight", hidden, 1, 3, 3))
        bias = try scope["dwconv.dwconv"].tensor("bias", hidden)
        dense2 = try Linear(scope["dense2"], hidden, width)
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
        dense2(depthwiseConvolutionGELU(dense1(x), weight: weight, bias: bias))
    }
}
