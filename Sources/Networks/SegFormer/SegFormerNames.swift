import Checkpoints
import Compiled
import Tensors

/// How a SegFormer's tensors are named and made.
package enum SegFormerLayout: String, Sendable {
    /// `SegformerForSemanticSegmentation` as it is published, whose names ditta uses.
    case huggingFace = "Hugging Face"
    /// The same under the names that transformers 5 has within.
    case huggingFace5 = "Hugging Face, transformers 5"
    /// NVlabs' original, and CFFM and DiTTA after it.
    case nvlabs = "NVlabs"
    /// mmsegmentation's own.
    case mmsegmentation = "mmsegmentation"
    /// The encoder alone, as NVlabs and transformers publish it trained on ImageNet.
    case encoder = "encoder only"

    /// Recognises the layout by a tensor that every size has.
    package init?(names: Set<String>) {
        let marks: [(String, SegFormerLayout)] = [
            ("segformer.encoder.patch_embeddings.0.proj.weight", .huggingFace),
            ("segformer.stages.0.patch_embeddings.proj.weight", .huggingFace5),
            ("backbone.patch_embed1.proj.weight", .nvlabs),
            ("backbone.layers.0.0.projection.weight", .mmsegmentation),
            ("patch_embed1.proj.weight", .encoder), ("encoder.patch_embeddings.0.proj.weight", .encoder),
            ("stages.0.patch_embeddings.proj.weight", .encoder),
        ]
        guard let layout = marks.first(where: { names.contains($0.0) })?.1 else { return nil }
        self = layout
    }

    /// The names in the file for those of transformers.
    var table: NameTable {
        switch self {
        // A classifier that mmsegmentation's base class makes and nobody calls.
        case .nvlabs:
            NameTable(Self.nvlabsRules, unneeded: ["decode_head.conv_seg."] + Self.additions.flatMap(\.names))
        case .huggingFace5: NameTable(Self.huggingFace5Rules)
        default: NameTable()
        }
    }

    /// What NVlabs' descendants have besides the network, by the beginnings of the names.
    static let additions: [(what: String, names: [String])] = [
        ("DiTTA's add-on", ["decode_head.query_layer.", "decode_head.key_layer.", "decode_head.proj_feat."]),
        (
            "CFFM's temporal head",
            [
                "decode_head.linear_pred2.", "decode_head.linear_pred3.", "decode_head.decoder_focal.",
                "decode_head.decoder_swin.",
            ]
        ),
    ]

    // Source: transformers, conversion_mapping.py, "SegformerModel" and "SegformerForSemanticSegmentation".
    private static let huggingFace5Rules: [NameTable.Rule] =
        [
            ("layer_norm_1", "layernorm_before"), ("layer_norm_2", "layernorm_after"),
            ("attention.self.query", "attention.q_proj"), ("attention.self.key", "attention.k_proj"),
            ("attention.self.value", "attention.v_proj"), ("attention.output.dense", "attention.o_proj"),
            ("attention.self.sr", "attention.sequence_reduction.sequence_reduction"),
            ("attention.self.layer_norm", "attention.sequence_reduction.layer_norm"), ("mlp.dense1", "mlp.fc1"),
            ("mlp.dense2", "mlp.fc2"), ("mlp.dwconv", "mlp.dwconv"),
        ].map { .init("segformer.encoder.block.#.#.\($0)", "segformer.stages.#.blocks.#.\($1)") } + [
            .init("segformer.encoder.patch_embeddings.#", "segformer.stages.#.patch_embeddings"),
            .init("segformer.encoder.layer_norm.#", "segformer.stages.#.layer_norm"),
            .init("decode_head.linear_c", "decode_head.linear_projections"),
        ]

    private static let nvlabsRules: [NameTable.Rule] =
        (0..<4).flatMap { stage -> [NameTable.Rule] in
            let (encoder, number) = ("segformer.encoder", stage + 1)
            let (block, original) = ("\(encoder).block.\(stage).#", "backbone.block\(number).#")
            let attention = "\(block).attention.self"
            return [
                .init("\(encoder).patch_embeddings.\(stage).proj", "backbone.patch_embed\(number).proj"),
                .init("\(encoder).patch_embeddings.\(stage).layer_norm", "backbone.patch_embed\(number).norm"),
                .init("\(encoder).layer_norm.\(stage)", "backbone.norm\(number)"),
                .init("\(block).layer_norm_1", "\(original).norm1"),
                .init("\(block).layer_norm_2", "\(original).norm2"),
                .init("\(attention).query", "\(original).attn.q"),
                .init("\(attention).key", share: 0, of: 2, "\(original).attn.kv"),
                .init("\(attention).value", share: 1, of: 2, "\(original).attn.kv"),
                .init("\(attention).sr", "\(original).attn.sr"),
                .init("\(attention).layer_norm", "\(original).attn.norm"),
                .init("\(block).attention.output.dense", "\(original).attn.proj"),
                .init("\(block).mlp.dense1", "\(original).mlp.fc1"),
                .init("\(block).mlp.dwconv", "\(original).mlp.dwconv"),
                .init("\(block).mlp.dense2", "\(original).mlp.fc2"),
                .init("decode_head.linear_c.\(stage).proj", "decode_head.linear_c\(number).proj"),
            ]
        } + [
            .init("decode_head.linear_fuse", "decode_head.linear_fuse.conv"),
            .init("decode_head.batch_norm", "decode_head.linear_fuse.bn"),
            .init("decode_head.classifier", "decode_head.linear_pred"),
        ]
}
