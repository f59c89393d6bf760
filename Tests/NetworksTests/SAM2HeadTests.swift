import Checkpoints
import Compiled
import Foundation
import Networks
import Tensors
import TestSupport
import Testing

/// SAM 2's prompt encoder, mask decoder and memory encoder against transformers', on synthetic weights.
struct SAM2HeadTests {
    static let precisions = Precision.allCases.filter(\.isSupported)

    /// What differs from PyTorch: in single precision the order of sums of up to 600 numbers near 1, through some ten
    /// layers; in bfloat16 what is multiplied is rounded by 1/512 in each of them.
    static func tolerance(_ precision: Precision) -> Float { precision == .fp32 ? 2e-5 : 0.05 }

    @Test("prompts", arguments: SAM2Golden.small)
    func prompts(folder: String) throws {
        let heads = try Heads(folder)
        let (encoder, golden, side) = (heads.prompts, heads.golden, heads.side)
        for name in ["click", "pair", "box"] {
            // Sines of angles up to 20, which are rounded by 1e-6.
            expectClose(encoder.sparse(heads.points(name)), try golden.value("prompt." + name), absolute: 1e-5, name)
        }
        let none = encoder.sparse([])
        #expect(none.shape == [2, heads.configuration.width])
        #expect(none.parts[0].values == none.parts[1].values)
        try golden.expect(encoder.imagePositions, "prompt.position", stride: 7, absolute: 1e-5)
        expectClose(encoder.noMask.reshaped(1, encoder.noMask.count, 1, 1), try golden.value("prompt.none"))
        let mask = syntheticInput(name: "prompt.logits", shape: [side / 4, side / 4], bound: 10)
        try golden.expect(encoder.dense(mask), "prompt.mask", stride: 7, absolute: 2e-5)
    }

    @Test("masks, their IoU and tokens", arguments: SAM2Golden.small, precisions)
    func masks(folder: String, precision: Precision) throws {
        let heads = try Heads(folder)
        let decode = try heads.decoder(precision)
        let tolerance = Self.tolerance(precision)
        for name in ["click", "pair", "box", "masked", "mask", "none"] {
            let found = decode(name)
            func golden(_ value: String) throws -> Tensor { try heads.own.tensor("decoder.\(name).\(value)") }
            let tokens = try golden("tokens").parts
            expectClose(found.tokens, stacked(Array(tokens[2..<6])), absolute: tolerance, "\(name) tokens")
            expectClose(Tensor(found.ious, [4]), try golden("ious"), absolute: tolerance, "\(name) IoUs")
            let score = Tensor([found.objectScore], [1])
            expectClose(score, try golden("score"), absolute: tolerance, "\(name) score")
            if ["pair", "box", "masked"].contains(name) {
                let selected = found.selected(multimask: false, heads.configuration.decoder)
                expectClose(thinned(selected.mask, 13), try golden("masks"), absolute: tolerance, "\(name) mask")
                expectClose(Tensor([selected.iou], [1]), try golden("iou"), absolute: tolerance, "\(name) IoU")
                #expect(selected.token.values == found.tokens.parts[0].values)
            } else {
                let masks = stacked(Array(found.masks.parts.dropFirst()))
                expectClose(thinned(masks, 13), try golden("masks"), absolute: tolerance, "\(name) masks")
            }
        }
    }

    @Test("memories", arguments: SAM2Golden.small, precisions)
    func memories(folder: String, precision: Precision) throws {
        let heads = try Heads(folder)
        let (encoder, encode) = try heads.memoryEncoder(precision)
        for name in ["soft", "hard"] {
            try heads.golden.expect(encode(name), "memory." + name, stride: 5, absolute: Self.tolerance(precision))
        }
        try heads.golden.expect(encoder.positions, "memory.position", stride: 7, absolute: 2e-6)
    }

    @Test("a picture of another size than the configuration's", arguments: SAM2Golden.small, precisions)
    func otherSize(folder: String, precision: Precision) throws {
        let heads = try Heads(folder, side: 96)
        let (decode, tolerance) = (try heads.decoder(precision), Self.tolerance(precision))
        let masked = decode("masked")
        let tokens = try heads.own.tensor("odd.decoder.masked.tokens").parts
        expectClose(masked.tokens, stacked(Array(tokens[2..<6])), absolute: tolerance)
        let selected = masked.selected(multimask: false, heads.configuration.decoder)
        expectClose(
            thinned(selected.mask, 13), try heads.own.tensor("odd.decoder.masked.masks"), absolute: tolerance)
        let masks = stacked(Array(decode("none").masks.parts.dropFirst()))
        expectClose(thinned(masks, 13), try heads.own.tensor("odd.decoder.none.masks"), absolute: tolerance)
        let memory = try heads.memoryEncoder(precision).encode("soft")
        expectClose(thinned(transposed(memory), 5), try heads.own.tensor("odd.memory.soft"), absolute: tolerance)
    }

    @Test("the smallest grid", arguments: SAM2Golden.small)
    func smallest(folder: String) throws {
        let heads = try Heads(folder, side: 32)
        #expect(try heads.decoder(.fp32)("masked").masks.values.allSatisfy(\.isFinite))
        #expect(try heads.memoryEncoder(.fp32).encode("soft").values.allSatisfy(\.isFinite))
    }

    @Test("a whole model takes every weight but those it is known not to need", arguments: SAM2Golden.small)
    func strictness(name: String) throws {
        let folder = try #require(Bundle.module.resourcePath) + "/Golden/sam2/" + name
        try withTemporaryFolder { temporary in
            try writeSyntheticModel(of: folder, to: temporary)
            let checkpoint = try Checkpoint(path: temporary + "/model.safetensors")
            let configuration = try SAM2Configuration(path: temporary + "/config.json")
            _ = try SAM2Base(checkpoint.root, configuration, side: 64, precision: .fp32)
            try checkpoint.finish(ignoring: SAM2Base.unused)
        }
    }
}

/// A golden folder's heads, for inputs of some size, and the inputs of its golden values.
private struct Heads {
    let golden: SAM2Golden
    /// What heads.py made.
    let own: Scope
    let prompts: PromptEncoder
    let side: Int
    var configuration: SAM2Configuration { golden.configuration }
    var grid: Int { side / 16 }

    init(_ name: String, side: Int? = nil) throws {
        golden = try SAM2Golden(name)
        let folder = try #require(Bundle.module.resourcePath) + "/Golden/sam2/" + name
        own = try Checkpoint(path: folder + "/heads.safetensors").root
        self.side = side ?? golden.side
        prompts = try PromptEncoder(golden.root["prompt_encoder"], golden.configuration, grid: self.side / 16)
    }

    func points(_ name: String) -> [PromptEncoder.Point] {
        let cases: [String: [(Float, Float, PromptEncoder.Point.Label)]] = [
            "click": [(0.3, 0.4, .positive)], "masked": [(0.3, 0.4, .positive)],
            "pair": [(0.3, 0.4, .positive), (0.7, 0.65, .negative)],
            "box": [(0.2, 0.25, .topLeft), (0.8, 0.7, .bottomRight)],
        ]
        return (cases[name] ?? []).map { .init(x: $0.0 * Float(side), y: $0.1 * Float(side), label: $0.2) }
    }

    /// The mask decoder on the drawn features, for each case of prompts.
    func decoder(_ precision: Precision) throws -> (String) -> MaskDecoder.Prediction {
        let width = configuration.width
        let decoder = try MaskDecoder(
            golden.root["mask_decoder"], configuration, grid: grid, imagePositions: prompts.imagePositions,
            precision: precision)
        let noMemory = try golden.root.tensor("no_memory_embedding", 1, 1, width).reshaped(width)
        let features = affineColumns(
            cells("decoder.features", width, grid, bound: 2),
            scale: Tensor(Array(repeating: 1, count: width), [width]), shift: noMemory)
        let s0 = cells("decoder.s0", width / 8, 4 * grid, bound: 1)
        let s1 = cells("decoder.s1", width / 4, 2 * grid, bound: 1)
        let logits = syntheticInput(name: "prompt.logits", shape: [4 * grid, 4 * grid], bound: 10)
        return { name in
            decoder(
                features: Matrix(features, rows: features.rows),
                dense: name.hasPrefix("mask") ? prompts.dense(logits) : prompts.noMask,
                sparse: prompts.sparse(points(name)),
                highResolution: (Matrix(s0, rows: s0.rows), Matrix(s1, rows: s1.rows)))
        }
    }

    /// The memory encoder, and what it makes of the drawn features and a soft or a hard mask.
    func memoryEncoder(_ precision: Precision) throws -> (encoder: MemoryEncoder, encode: (String) -> Tensor) {
        let encoder = try MemoryEncoder(
            golden.root["memory_encoder"], configuration, grid: grid, precision: precision)
        let features = cells("memory.features", configuration.width, grid, bound: 2)
        let projected = encoder.project(Matrix(features, rows: features.rows))
        let noise = syntheticInput(name: "memory.logits", shape: [side, side], bound: 6).values
        let disc = syntheticDisc(
            height: side, width: side, row: side / 3, column: side / 2, tall: side / 4, wide: side / 5)
        let logits = zip(noise, disc).map { $0 + 8 * $1 - 4 }
        let (scale, bias) = (configuration.memory.sigmoidScale, configuration.memory.sigmoidBias)
        let encode = { (name: String) in
            let probabilities = logits.map { name == "soft" ? 1 / (1 + exp(-$0)) : $0 > 0 ? 1 : 0 }
            return encoder(projected: projected, mask: Tensor(probabilities.map { $0 * scale + bias }, [side, side]))
        }
        return (encoder, encode)
    }

    /// A drawn map `[channels, side, side]` as cells `[side², channels]`.
    private func cells(_ name: String, _ channels: Int, _ side: Int, bound: Float) -> Tensor {
        transposed(syntheticInput(name: name, shape: [channels, side * side], bound: bound))
    }
}

/// The other way round: `[M, N]` → `[N, M]`.
private func transposed(_ x: Tensor) -> Tensor {
    let values = x.values
    return Tensor((0..<x.count).map { values[$0 % x.rows * x.columns + $0 / x.rows] }, [x.columns, x.rows])
}

/// Every so many values of a tensor.
private func thinned(_ x: Tensor, _ step: Int) -> Tensor {
    let values = x.values
    let kept = stride(from: 0, to: values.count, by: step).map { values[$0] }
    return Tensor(kept, [kept.count])
}
