import Checkpoints

extension SegFormerConfiguration {
    /// Reads the shape of a network from the tensors of a file in NVlabs' layout, which has no other description.
    ///
    /// Heads leave no trace in a tensor: all published sizes have 1, 2, 5 and 8. Layer norms are those of the original code:
    /// epsilon 1e-6 in blocks and after stages, PyTorch's 1e-5 in patch embeddings and reductions.
    /// Source: NVlabs/SegFormer, mmseg/models/backbones/mix_transformer.py.
    ///
    /// - Throws: if tensors that tell the shape are missing, or it is impossible.
    init(nvlabs file: any TensorFile) throws(CheckpointError) {
        func shape(_ name: String, rank: Int) throws(CheckpointError) -> [Int] {
            guard let shape = file.shape(of: name) else {
                throw CheckpointError("\(file.path): has no tensor '\(name)'")
            }
            guard shape.count == rank else {
                throw CheckpointError("\(file.path): tensor '\(name)': expected \(rank) dimensions, found \(shape)")
            }
            return shape
        }
        var (hiddenSizes, depths, reductions, patchSizes, ratios): ([Int], [Int], [Int], [Int], [Int])
        (hiddenSizes, depths, reductions, patchSizes, ratios) = ([], [], [], [], [])
        for stage in 1...4 {
            let patch = try shape("backbone.patch_embed\(stage).proj.weight", rank: 4)
            let block = "backbone.block\(stage)"
            hiddenSizes.append(patch[0])
            patchSizes.append(patch[3])
            depths.append((0..<file.names.count).first { !file.names.contains("\(block).\($0).norm1.weight") } ?? 0)
            let reduction = "\(block).0.attn.sr.weight"
            reductions.append(file.names.contains(reduction) ? try shape(reduction, rank: 4)[3] : 1)
            ratios.append(try shape("\(block).0.mlp.fc1.weight", rank: 2)[0] / max(patch[0], 1))
        }
        guard try shape("decode_head.linear_pred.bias", rank: 1) != [1] else {
            throw CheckpointError(
                "\(file.path): tensor 'decode_head.linear_pred.bias': expected 2 classes or more, found one logit, and "
                    + "nothing says above which value its class is there")
        }
        try self.init(
            file.path, hiddenSizes: hiddenSizes, depths: depths, attentionHeads: [1, 2, 5, 8], reductions: reductions,
            patchSizes: patchSizes, strides: [4, 2, 2, 2], feedForwardRatios: ratios,
            epsilons: Epsilons(blocks: 1e-6, embeddings: 1e-5),
            classNames: Dictionary(uniqueKeysWithValues: file.classNames.enumerated().map { ($0, $1.printable) }))
    }
}
