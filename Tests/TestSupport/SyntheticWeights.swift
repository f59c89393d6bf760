import Foundation
package import Tensors

/// Numbers drawn uniformly from [-1, 1) by SplitMix64, seeded with the FNV-1a hash of a name.
///
/// `Tests/NetworksTests/Golden/sam2/drawing.py` draws the same, bit for bit.
package func syntheticUnits(name: String, count: Int) -> [Float] {
    let seed = name.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    var numbers = RandomNumbers(seed: seed)
    return (0..<count).map { _ in numbers.unit() * 2 - 1 }
}

/// A module's input drawn from a name, uniform in [-bound, bound).
package func syntheticInput(name: String, shape: [Int], bound: Float) -> Tensor {
    Tensor(syntheticUnits(name: name, count: shape.reduce(1, *)).map { $0 * bound }, shape)
}

/// A frame [3, side, side] as a model takes it, normalised: 8 x 8 patches of one colour each under fine noise.
package func syntheticFrame(_ index: Int, side: Int) -> Tensor {
    let coarse = syntheticInput(name: "frame\(index).coarse", shape: [3, 8, 8], bound: 1.5).values
    var values = syntheticInput(name: "frame\(index).fine", shape: [3, side, side], bound: 0.5).values
    let patch = side / 8
    for position in values.indices {
        let (row, column) = (position / side % side / patch, position % side / patch)
        values[position] = coarse[position / (side * side) * 64 + row * 8 + column] + values[position]
    }
    return Tensor(values, [3, side, side])
}

/// An elliptic mask [height, width] in whole numbers: 1 where (Δrow · wide)² + (Δcolumn · tall)² ≤ (tall · wide)².
package func syntheticDisc(height: Int, width: Int, row: Int, column: Int, tall: Int, wide: Int) -> [Float] {
    let (extent, centre) = (tall * wide, (row, column))
    return (0..<height * width).map { position in
        let across = (position / width - centre.0) * wide
        let along = (position % width - centre.1) * tall
        return across * across + along * along <= extent * extent ? 1 : 0
    }
}

/// The weights of a SAM 2 tensor, drawn from its name and its shape by the rule of `synthetic` in make.py.
package func syntheticTensor(name: String, shape: [Int]) -> [Float] {
    let embeddings = [
        "_token.weight", "_tokens.weight", "_embed.weight", "_embedding", "_encoding", "_pointer", "_parameter",
        "pos_embed", "pos_embed_window", ".scale",
    ]
    let gains = [
        "final_attn_token_to_image.o_proj.weight": 3.0, "pred_obj_score_head.proj_out.weight": 8,
        "iou_prediction_head.proj_out.weight": 4, "cross_attn_image.q_proj.weight": 3,
        "cross_attn_image.o_proj.weight": 4,
    ]
    let source = name.replacing("shared_image_embedding", with: "prompt_encoder.shared_embedding")
    let units = syntheticUnits(name: source, count: shape.reduce(1, *))
    if embeddings.contains(where: name.hasSuffix) { return units }
    if shape.count > 1 {
        let gain = gains.first { name.hasSuffix($0.key) }?.value ?? 1
        let bound = Float(gain * (3 / Double(shape.dropFirst().reduce(1, *))).squareRoot())
        return units.map { $0 * bound }
    }
    return units.map { (name.hasSuffix("weight") ? 1 : 0) + 0.25 * $0 }
}

/// Writes the model that a golden folder describes: `config.json` as it is, and `model.safetensors` drawn from the names
/// and shapes of `tensors.json`.
package func writeSyntheticModel(of golden: String, to folder: String) throws {
    struct Description: Decodable {
        var shapes: [String: [Int]]
        /// What is added to every value of a tensor.
        var offsets: [String: Float]
    }
    let description = try JSONDecoder().decode(
        Description.self, from: Data(contentsOf: URL(fileURLWithPath: golden + "/tensors.json")))
    let entries = description.shapes.map { name, shape in
        let offset = description.offsets[name] ?? 0
        let values = syntheticTensor(name: name, shape: shape).map { $0 + offset }
        return (name, SafetensorsFile.Entry("F32", shape, unsafe values.withUnsafeBytes { unsafe Data($0) }))
    }
    let file = SafetensorsFile(Dictionary(uniqueKeysWithValues: entries))
    try file.data.write(to: URL(fileURLWithPath: folder + "/model.safetensors"))
    try FileManager.default.copyItem(atPath: golden + "/config.json", toPath: folder + "/config.json")
}
