import Tensors
package import Training

extension SegFormer {
    /// All parameters under transformers' names: what training may change.
    package var parameters: ParameterSet {
        ParameterSet(encoder.parameters("segformer.encoder") + head.parameters("decode_head"))
    }

    /// What a checkpoint has besides: the running statistics of the head's batch norm.
    package var statistics: [Parameter] { head.statistics("decode_head") }
}

extension MixTransformer {
    /// The parameters under names that begin with the encoder's.
    func parameters(_ name: String) -> [Parameter] {
        stages.enumerated().flatMap { index, stage -> [Parameter] in
            let embedding = "\(name).patch_embeddings.\(index)"
            return stage.patchEmbedding.parameters(embedding + ".proj")
                + stage.patchNorm.parameters(embedding + ".layer_norm")
                + stage.blocks.enumerated().flatMap { $1.parameters("\(name).block.\(index).\($0)") }
                + stage.norm.parameters("\(name).layer_norm.\(index)")
        }
    }
}

extension MixTransformer.Convolution {
    fileprivate func parameters(_ name: String) -> [Parameter] {
        [Parameter(name + ".weight", weight, layout: .unfolded(kernel: kernel)), Parameter(name + ".bias", bias)]
    }
}

extension MixTransformer.Block {
    fileprivate func parameters(_ name: String) -> [Parameter] {
        norm1.parameters(name + ".layer_norm_1") + attention.parameters(name + ".attention")
            + norm2.parameters(name + ".layer_norm_2") + feedForward.parameters(name + ".mlp")
    }
}

extension MixTransformer.EfficientSelfAttention {
    fileprivate func parameters(_ name: String) -> [Parameter] {
        var result = query.parameters(name + ".self.query") + key.parameters(name + ".self.key")
        result += value.parameters(name + ".self.value")
        if let (convolution, norm) = reduction {
            result += convolution.parameters(name + ".self.sr") + norm.parameters(name + ".self.layer_norm")
        }
        return result + output.parameters(name + ".output.dense")
    }
}

extension MixTransformer.MixFeedForward {
    fileprivate func parameters(_ name: String) -> [Parameter] {
        let convolution = name + ".dwconv.dwconv"
        return dense1.parameters(name + ".dense1")
            + [
                Parameter(convolution + ".weight", weight, layout: .depthwise(kernel: 3)),
                Parameter(convolution + ".bias", bias),
            ] + dense2.parameters(name + ".dense2")
    }
}

extension DecodeHead {
    /// The parameters under names that begin with the head's, always in the same order.
    package func parameters(_ name: String) -> [Parameter] {
        let pointwise = [width, fuse.columns, 1, 1]
        return linearWeights.enumerated().map { Parameter("\(name).linear_c.\($0).proj.weight", $1) }
            + linearBiases.enumerated().map { Parameter("\(name).linear_c.\($0).proj.bias", $1) }
            + [
                Parameter(name + ".linear_fuse.weight", fuse, layout: .plain(pointwise)),
                Parameter(name + ".batch_norm.weight", normWeight, isNorm: true),
                Parameter(name + ".batch_norm.bias", normBias, isNorm: true),
                Parameter(name + ".classifier.weight", classifierWeight, layout: .plain([classes, width, 1, 1])),
                Parameter(name + ".classifier.bias", classifierBias),
            ]
    }

    /// The running statistics under names that begin with the head's.
    package func statistics(_ name: String) -> [Parameter] {
        [
            Parameter(name + ".batch_norm.running_mean", runningMean),
            Parameter(name + ".batch_norm.running_var", runningVariance),
        ]
    }
}

extension Linear {
    /// Weight and bias under names that begin with the layer's.
    package func parameters(_ name: String) -> [Parameter] {
        [Parameter(name + ".weight", weight), Parameter(name + ".bias", bias)]
    }
}

extension LayerNorm {
    /// Weight and bias under names that begin with the layer's.
    func parameters(_ name: String) -> [Parameter] {
        [Parameter(name + ".weight", weight, isNorm: true), Parameter(name + ".bias", bias, isNorm: true)]
    }
}
