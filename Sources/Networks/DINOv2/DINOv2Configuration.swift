import Checkpoints

/// The shape of a DINOv2, as its tensors state it, and where there is one `config.json`.
package struct DINOv2Configuration: Sendable, Equatable {
    /// Channels: 384, 768, 1024 and 1536 for S, B, L and g.
    package let width: Int
    /// Blocks: 12, 12, 24 and 40.
    package let depth: Int
    /// Attention heads, of 64 channels in all published models.
    package let heads: Int
    /// Hidden channels of a block's perceptron: 4 times the width, and 4096 for g.
    package let hidden: Int
    /// Whether the perceptron is gated (SwiGLU), as in g.
    package let isGated: Bool
    /// Tokens that belong to no place, besides the class token: 0 or 4.
    package let registers: Int
    /// The side of the grid of learnt positions: 37.
    package let grid: Int
    /// How they are resampled to other grids.
    package let positions: Positions
    /// What keeps layer norms from dividing by zero: 1e-6.
    package let epsilon: Float

    /// How learnt positions are brought to a picture's grid, by Keys' cubic kernels.
    ///
    /// Source: facebookresearch/dinov2, dinov2/models/vision_transformer.py (`interpolate_pos_encoding`), and transformers'
    /// modeling_dinov2.py and modeling_dinov2_with_registers.py.
    package enum Positions: Sendable {
        /// From extent to extent: transformers without registers.
        case exact
        /// By (extent + 0.1) / side, though the extents are whole: Meta without registers.
        case offset
        /// From extent to extent, with a kernel that widens as the grid shrinks: all with registers.
        case antialiased
    }

    /// The families whose `config.json` it reads.
    static let modelTypes = ["dinov2", "dinov2_with_registers"]

    /// The side of a patch in pixels.
    package static let patch = 14

    /// Reads the shape of a network from its tensors.
    ///
    /// - Parameters:
    ///   - file: the tensors.
    ///   - layout: how they are named.
    ///   - description: where `config.json` is; nil if the layout has none, which means heads of 64 channels.
    /// - Throws: if tensors that tell the shape are missing, it is impossible, or `config.json` cannot be read or says
    ///   another one.
    init(_ file: any TensorFile, _ layout: DINOv2Layout, description: String?) throws(CheckpointError) {
        let names = Checkpoint(file, names: layout.table).root
        func shape(_ name: String, rank: Int) throws(CheckpointError) -> [Int] {
            let shape = try names.shape(of: name)
            guard shape.count == rank, shape.allSatisfy({ (1...1 << 20).contains($0) }) else {
                throw CheckpointError("\(file.path): tensor '\(name)': expected \(rank) dimensions, found \(shape)")
            }
            return shape
        }
        let positions = try shape("pos_embed", rank: 3)
        width = positions[2]
        grid = Int(Double(positions[1]).squareRoot())
        depth = (0...file.names.count).first { !file.names.contains(layout.block($0) + ".norm1.weight") } ?? 0
        isGated = file.names.contains { $0.hasSuffix("mlp.w12.weight") || $0.hasSuffix("mlp.weights_in.weight") }
        hidden =
            isGated
            ? try shape("blocks.0.mlp.w12.weight", rank: 2)[0] / 2 : try shape("blocks.0.mlp.fc1.weight", rank: 2)[0]
        let hasRegisters = file.names.contains { $0.hasSuffix("register_tokens") }
        registers = hasRegisters ? try shape("register_tokens", rank: 3)[1] : 0
        if hasRegisters { self.positions = .antialiased } else { self.positions = layout.isMeta ? .offset : .exact }
        var described = Description()
        if let description {
            described = try decodedDescription(
                Description.self, at: description, as: "DINOv2 configuration", expected: "the model's config.json")
            try described.expect(width: width, depth: depth, at: description)
        }
        heads = described.num_attention_heads ?? max(width / 64, 1)
        epsilon = described.layer_norm_eps ?? 1e-6
        try validate(description ?? file.path, positions: positions[1])
    }

    private func validate(_ path: String, positions: Int) throws(CheckpointError) {
        guard (1...8192).contains(width), (1...65536).contains(hidden), registers <= 1024 else {
            throw CheckpointError(
                "\(path): has \(width) channels, \(hidden) hidden ones and \(registers) registers; expected at most 8192, "
                    + "65536 and 1024")
        }
        guard (1...1024).contains(heads), width % heads == 0 else {
            throw CheckpointError("\(path): \(width) channels are no multiple of \(heads) heads")
        }
        guard (1...1024).contains(grid), grid * grid + 1 == positions else {
            throw CheckpointError(
                "\(path): has \(positions) positions, expected those of a class token and of a square of patches")
        }
        guard epsilon > 0, epsilon < 1 else {
            throw CheckpointError("\(path): layer_norm_eps: expected a number above 0 and below 1, found \(epsilon)")
        }
    }

    /// The letter of the published size that has this width and depth, if one has.
    var size: String? {
        let published = [("S", 384, 12), ("B", 768, 12), ("L", 1024, 24), ("g", 1536, 40)]
        return published.first { $0.1 == width && $0.2 == depth }?.0
    }

    // The names are the file's own.
    private struct Description: Decodable {
        var hidden_size, num_hidden_layers, num_attention_heads: Int?
        var layer_norm_eps: Float?
        var hidden_act: String?

        /// What would be another network than the tensors are.
        func expect(width: Int, depth: Int, at path: String) throws(CheckpointError) {
            for (name, found, expected) in [
                ("hidden_size", hidden_size, width), ("num_hidden_layers", num_hidden_layers, depth),
            ] {
                guard let found, found != expected else { continue }
                throw CheckpointError("\(path): \(name): expected \(expected) as the tensors have, found \(found)")
            }
            guard hidden_act ?? "gelu" == "gelu" else {
                throw CheckpointError("\(path): hidden_act: expected 'gelu', found '\(hidden_act ?? "")'")
            }
        }
    }
}
