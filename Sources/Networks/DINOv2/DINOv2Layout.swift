import Checkpoints

/// How a DINOv2's tensors are named: ditta uses Meta's names.
enum DINOv2Layout: Sendable, Equatable {
    /// Meta's `dinov2_vitb14_pretrain.pth` and the like.
    case meta
    /// `Dinov2Model` and `Dinov2WithRegistersModel` of transformers, or what is built on one, with what its names begin with.
    case huggingFace(prefix: String)

    /// Recognises the layout by tensors that every size has.
    init?(names: Set<String>) {
        if names.contains("patch_embed.proj.weight") && names.contains("blocks.0.ls1.gamma") {
            self = .meta
            return
        }
        let prefix = ["", "dinov2.", "dinov2_with_registers."].first {
            names.contains($0 + "embeddings.patch_embeddings.projection.weight")
                && names.contains($0 + "encoder.layer.0.layer_scale1.lambda1")
        }
        guard let prefix else { return nil }
        self = .huggingFace(prefix: prefix)
    }

    var isMeta: Bool { self == .meta }

    /// What the names of a block in the file begin with.
    func block(_ index: Int) -> String {
        switch self {
        case .meta: "blocks.\(index)"
        case .huggingFace(let prefix): "\(prefix)encoder.layer.\(index)"
        }
    }

    /// The names in the file for Meta's.
    var table: NameTable {
        switch self {
        case .meta: return NameTable(unneeded: ["mask_token"])
        case .huggingFace(let prefix):
            let (embeddings, layer) = (prefix + "embeddings", prefix + "encoder.layer.#")
            let attention = layer + ".attention"
            return NameTable(
                [
                    .init("cls_token", embeddings + ".cls_token"),
                    .init("pos_embed", embeddings + ".position_embeddings"),
                    .init("register_tokens", embeddings + ".register_tokens"),
                    .init("patch_embed.proj", embeddings + ".patch_embeddings.projection"),
                    .init(
                        "blocks.#.attn.qkv", stacked: ["query", "key", "value"].map { "\(attention).attention.\($0)" }),
                    .init("blocks.#.attn.proj", attention + ".output.dense"),
                    .init("blocks.#.ls1.gamma", layer + ".layer_scale1.lambda1"),
                    .init("blocks.#.ls2.gamma", layer + ".layer_scale2.lambda1"),
                    .init("blocks.#.mlp.w12", layer + ".mlp.weights_in"),
                    .init("blocks.#.mlp.w3", layer + ".mlp.weights_out"),
                    .init("blocks.#", layer), .init("norm", prefix + "layernorm"),
                ], unneeded: [embeddings + ".mask_token"] + Self.additions)
        }
    }

    /// What classification checkpoints have besides.
    static let additions = ["classifier."]
}
