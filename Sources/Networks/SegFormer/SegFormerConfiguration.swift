package import Checkpoints

/// The shape of a SegFormer, as `config.json` of a Hugging Face checkpoint or the tensors of another one state it.
package struct SegFormerConfiguration: Sendable, Equatable {
    /// Channels of each encoder stage: 32, 64, 160, 256 for B0.
    package let hiddenSizes: [Int]
    /// Transformer blocks of each stage: 2, 2, 2, 2 for B0 and 3, 6, 40, 3 for B5.
    package let depths: [Int]
    /// Attention heads of each stage: mostly 1, 2, 5, 8.
    package let attentionHeads: [Int]
    /// By how much keys and values are reduced along each side: mostly 8, 4, 2, 1.
    package let reductions: [Int]
    /// Kernel of each stage's overlapping patch embedding: mostly 7, 3, 3, 3.
    package let patchSizes: [Int]
    /// Stride of each stage's patch embedding: 4, 2, 2, 2.
    package let strides: [Int]
    /// Width of each stage's Mix-FFN over its channels: mostly 4, 4, 4, 4.
    package let feedForwardRatios: [Int]
    /// What keeps layer norms from dividing by zero.
    package let epsilons: Epsilons
    /// Class names by id, where the checkpoint names them.
    package let classNames: [Int: String]

    /// Epsilons of layer norms: the original code has two, transformers one.
    package struct Epsilons: Sendable, Equatable {
        /// In blocks and after stages.
        package let blocks: Float
        /// In patch embeddings and in the reduction of keys and values.
        package let embeddings: Float

        /// Makes a pair.
        package init(blocks: Float, embeddings: Float) {
            (self.blocks, self.embeddings) = (blocks, embeddings)
        }
    }

    /// Reads `config.json`.
    ///
    /// - Throws: if it cannot be read, describes another model, or states impossible sizes.
    package init(path: String) throws(CheckpointError) {
        try expectFamily(Self.modelTypes, at: path, as: "SegFormer configuration")
        let file = try decodedDescription(
            File.self, at: path, as: "SegFormer configuration", expected: "the model's config.json")
        try file.refuseVariants(path)
        let names = (file.id2label ?? [:]).compactMap { key, value in Int(key).map { ($0, value.printable) } }
        // transformers builds every norm with PyTorch's default, whatever `layer_norm_eps` says. `reshape_last_stage` is about
        // the layout of features; where transformers computes anything without it, it computes the same.
        try self.init(
            path, hiddenSizes: file.hidden_sizes, depths: file.depths, attentionHeads: file.num_attention_heads,
            reductions: file.sr_ratios, patchSizes: file.patch_sizes, strides: file.strides,
            feedForwardRatios: file.mlp_ratios, epsilons: Epsilons(blocks: 1e-5, embeddings: 1e-5),
            classNames: Dictionary(names, uniquingKeysWith: { first, _ in first }))
    }

    /// Makes a configuration that a network can be built of; `path` is the file that states it.
    init(
        _ path: String, hiddenSizes: [Int], depths: [Int], attentionHeads: [Int], reductions: [Int], patchSizes: [Int],
        strides: [Int], feedForwardRatios: [Int], epsilons: Epsilons, classNames: [Int: String]
    ) throws(CheckpointError) {
        (self.hiddenSizes, self.depths, self.attentionHeads) = (hiddenSizes, depths, attentionHeads)
        (self.reductions, self.patchSizes, self.strides) = (reductions, patchSizes, strides)
        (self.feedForwardRatios, self.epsilons, self.classNames) = (feedForwardRatios, epsilons, classNames)
        try validate(path)
    }

    /// The levels of the encoder's features, the finest first.
    package var levels: [FeatureLevel] {
        hiddenSizes.indices.map { index in
            FeatureLevel(stride: strides[...index].reduce(1, *), channels: hiddenSizes[index])
        }
    }

    /// The published size that has these widths and depths, if one has: `B0` to `B5`.
    package var size: String? {
        let depths = [[2, 2, 2, 2], [2, 2, 2, 2], [3, 4, 6, 3], [3, 4, 18, 3], [3, 8, 27, 3], [3, 6, 40, 3]]
        let widths = [32, 64, 160, 256]
        let index = depths.indices.first { index in
            self.depths == depths[index] && hiddenSizes == (index == 0 ? widths : [64, 128, 320, 512])
        }
        return index.map { "B\($0)" }
    }

    private func validate(_ path: String) throws(CheckpointError) {
        let lists = [
            ("hidden_sizes", hiddenSizes), ("depths", depths), ("num_attention_heads", attentionHeads),
            ("sr_ratios", reductions), ("patch_sizes", patchSizes), ("strides", strides),
            ("mlp_ratios", feedForwardRatios),
        ]
        for (name, values) in lists where values.count != 4 || !values.allSatisfy({ (1...8192).contains($0) }) {
            throw CheckpointError("\(path): \(name): expected 4 numbers from 1 to 8192, found \(values)")
        }
        for stage in 0..<4 where hiddenSizes[stage] % attentionHeads[stage] != 0 {
            throw CheckpointError(
                "\(path): stage \(stage): hidden size \(hiddenSizes[stage]) is no multiple of "
                    + "\(attentionHeads[stage]) heads")
        }
        // The smallest input, 32×32, must leave a key.
        guard zip(reductions, [8, 4, 2, 1]).allSatisfy(<=) else {
            throw CheckpointError("\(path): sr_ratios: expected at most [8, 4, 2, 1], found \(reductions)")
        }
        // Even ones, padded by half, would make features a cell larger than the strides say.
        guard patchSizes.allSatisfy({ $0 % 2 == 1 }) else {
            throw CheckpointError("\(path): patch_sizes: expected odd numbers, found \(patchSizes)")
        }
        guard strides == [4, 2, 2, 2] else {
            throw CheckpointError("\(path): strides: expected [4, 2, 2, 2], found \(strides)")
        }
    }

    /// The families whose `config.json` it reads.
    static let modelTypes = ["segformer"]

    // The names are the file's own.
    private struct File: Decodable {
        let hidden_sizes, depths, num_attention_heads, sr_ratios, patch_sizes, strides, mlp_ratios: [Int]
        let id2label: [String: String]?
        let architectures: [String]?
        let hidden_act, problem_type: String?
        let num_channels, num_encoder_blocks: Int?

        /// What would compute something else with the same tensors, or mean something else by its logits.
        func refuseVariants(_ path: String) throws(CheckpointError) {
            let head = "SegformerForSemanticSegmentation"
            if let architectures, !architectures.isEmpty, !architectures.contains(where: { $0.contains(head) }) {
                throw CheckpointError(
                    "\(path): architectures: expected \(head), found \(architectures.joined(separator: ", "))")
            }
            let fixed: [(name: String, found: String?, expected: String)] = [
                ("hidden_act", hidden_act, "gelu"),
                // Classes that do not exclude each other, or a number, are no labels.
                ("problem_type", problem_type, "single_label_classification"),
                ("num_channels", num_channels.map { String($0) }, "3"),
                ("num_encoder_blocks", num_encoder_blocks.map { String($0) }, "4"),
            ]
            for (name, found, expected) in fixed {
                guard let found, found != expected else { continue }
                throw CheckpointError("\(path): \(name): expected '\(expected)', found '\(found)'")
            }
        }
    }
}
