import Engine
import Foundation
import Networks
import TestSupport
import Testing

/// SAM 2's prompt encoder, mask decoder and memory encoder against transformers', on synthetic weights.
struct SAM2HeadTests {
    /// A golden folder's model and values.
    struct Reference {
        let weights: Checkpoint
        let configuration: SAM2Configuration
        let golden, heads: Scope
        var side: Int { configuration.imageSize }
        var grid: Int { side / 16 }

        init(_ name: String) throws {
            let folder = try #require(Bundle.module.resourcePath) + "/Golden/sam2/" + name
            golden = try Checkpoint(path: folder + "/golden.safetensors").root
            heads = try Checkpoint(path: folder + "/heads.safetensors").root
            (weights, configuration) = try withTemporaryFolder { temporary in
                try writeSyntheticModel(of: folder, to: temporary)
                return (
                    try Checkpoint(path: temporary + "/model.safetensors"),
                    try SAM2Configuration(path: temporary + "/config.json")
                )
            }
        }

        func prompts() throws -> PromptEncoder {
            try PromptEncoder(weights.root["prompt_encoder"], configuration, grid: grid)
        }

        /// A drawn map `[channels, side, side]` as cells `[side², channels]`.
        func cells(_ name: String, _ channels: Int, _ side: Int, bound: Float) -> Tensor {
            transposed(syntheticInput(name: name, shape: [channels, side * side], bound: bound))
        }
    }

    static let folders = ["small-2.1", "small-2.0"]
    static let precisions = Precision.allCases.filter(\.isSupported)

    /// What differs from PyTorch: in single precision the order of sums of up to 600 numbers near 1, through some ten
    /// layers; in bfloat16 what is multiplied is rounded by 1/512 in each of them.
    static func tolerance(_ precision: Precision) -> Float { precision == .fp32 ? 2e-4 : 0.1 }

    static func points(_ name: String, side: Int) -> [PromptEncoder.Point] {
        let cases: [String: [(Float, Float, PromptEncoder.Point.Label)]] = [
            "click": [(0.3, 0.4, .positive)], "masked": [(0.3, 0.4, .positive)],
            "pair": [(0.3, 0.4, .positive), (0.7, 0.65, .negative)],
            "box": [(0.2, 0.25, .topLeft), (0.8, 0.7, .bottomRight)],
        ]
        return (cases[name] ?? []).map { .init(x: $0.0 * Float(side), y: $0.1 * Float(side), label: $0.2) }
    }

    @Test("prompts", arguments: folders)
    func prompts(folder: String) throws {
        let reference = try Reference(folder)
        let (encoder, side) = (try reference.prompts(), reference.side)
        for name in ["click", "pair", "box"] {
            // Sines of angles up to 20, which are rounded by 1e-6.
            expectClose(
                encoder.sparse(Self.points(name, side: side)), try reference.golden.tensor("prompt." + name),
                absolute: 1e-5, name)
        }
        let none = encoder.sparse([])
        #expect(none.shape == [2, reference.configuration.width])
        #expect(none.parts[0].values == none.parts[1].values)
        expectClose(
            thinned(transposed(encoder.imagePositions), 7), try reference.golden.tensor("prompt.position"),
            absolute: 1e-5)
        expectClose(encoder.noMask.reshaped(1, encoder.noMask.count, 1, 1), try reference.golden.tensor("prompt.none"))
        let mask = syntheticInput(name: "prompt.logits", shape: [side / 4, side / 4], bound: 10)
        expectClose(
            thinned(transposed(encoder.dense(mask)), 7), try reference.golden.tensor("prompt.mask"), absolute: 2e-5)
    }

    @Test("masks, their IoU and tokens", arguments: folders, precisions)
    func masks(folder: String, precision: Precision) throws {
        let reference = try Reference(folder)
        let (configuration, grid, width) = (reference.configuration, reference.grid, reference.configuration.width)
        let prompts = try reference.prompts()
        let decoder = try MaskDecoder(
            reference.weights.root["mask_decoder"], configuration, grid: grid,
            imagePositions: prompts.imagePositions, precision: precision)
        let noMemory = try reference.weights.root.tensor("no_memory_embedding", 1, 1, width)
        let features = affineColumns(
            reference.cells("decoder.features", width, grid, bound: 2),
            scale: Tensor(Array(repeating: 1, count: width), [width]), shift: noMemory.reshaped(width))
        let s0 = reference.cells("decoder.s0", width / 8, 4 * grid, bound: 1)
        let s1 = reference.cells("decoder.s1", width / 4, 2 * grid, bound: 1)
        let logits = syntheticInput(name: "prompt.logits", shape: [4 * grid, 4 * grid], bound: 10)
        let tolerance = Self.tolerance(precision)
        for name in ["click", "pair", "box", "masked", "mask", "none"] {
            let found = decoder(
                features: Matrix(features, rows: features.rows),
                dense: name.hasPrefix("mask") ? prompts.dense(logits) : prompts.noMask,
                sparse: prompts.sparse(Self.points(name, side: reference.side)),
                highResolution: (Matrix(s0, rows: s0.rows), Matrix(s1, rows: s1.rows)))
            func golden(_ value: String) throws -> Tensor { try reference.heads.tensor("decoder.\(name).\(value)") }
            let tokens = try golden("tokens").parts
            expectClose(found.tokens, stacked(Array(tokens[2..<6])), absolute: tolerance, "\(name) tokens")
            expectClose(Tensor(found.ious, [4]), try golden("ious"), absolute: tolerance, "\(name) IoUs")
            let score = Tensor([found.objectScore], [1])
            expectClose(score, try golden("score"), absolute: 2 * tolerance, "\(name) score")
            let multimask = !["pair", "box", "masked"].contains(name)
            if multimask {
                let masks = stacked(Array(found.masks.parts.dropFirst()))
                expectClose(thinned(masks, 13), try golden("masks"), absolute: tolerance, "\(name) masks")
            } else {
                let selected = found.selected(multimask: false, configuration.decoder)
                expectClose(thinned(selected.mask, 13), try golden("masks"), absolute: tolerance, "\(name) mask")
                expectClose(Tensor([selected.iou], [1]), try golden("iou"), absolute: tolerance, "\(name) IoU")
                #expect(selected.token.values == found.tokens.parts[0].values)
            }
        }
    }

    @Test("memories", arguments: folders, precisions)
    func memories(folder: String, precision: Precision) throws {
        let reference = try Reference(folder)
        let (configuration, grid, side) = (reference.configuration, reference.grid, reference.side)
        let encoder = try MemoryEncoder(
            reference.weights.root["memory_encoder"], configuration, grid: grid, precision: precision)
        let features = reference.cells("memory.features", configuration.width, grid, bound: 2)
        let projected = encoder.project(Matrix(features, rows: features.rows))
        let noise = syntheticInput(name: "memory.logits", shape: [side, side], bound: 6).values
        let disc = syntheticDisc(
            height: side, width: side, row: side / 3, column: side / 2, tall: side / 4, wide: side / 5)
        let logits = zip(noise, disc).map { $0 + 8 * $1 - 4 }
        for name in ["soft", "hard"] {
            let mask = logits.map { logit in
                let probability = name == "soft" ? 1 / (1 + exp(-logit)) : logit > 0 ? 1 : 0
                return probability * configuration.memory.sigmoidScale + configuration.memory.sigmoidBias
            }
            expectClose(
                thinned(transposed(encoder(projected: projected, mask: Tensor(mask, [side, side]))), 5),
                try reference.golden.tensor("memory." + name), absolute: Self.tolerance(precision), name)
        }
        expectClose(
            thinned(transposed(encoder.positions), 7), try reference.golden.tensor("memory.position"), absolute: 2e-6)
    }

    @Test("all weights are taken but the image encoder's", arguments: folders)
    func strictness(folder: String) throws {
        let reference = try Reference(folder)
        let (configuration, root, grid) = (reference.configuration, reference.weights.root, 2)
        let prompts = try PromptEncoder(root["prompt_encoder"], configuration, grid: grid)
        _ = try MaskDecoder(
            root["mask_decoder"], configuration, grid: grid, imagePositions: prompts.imagePositions, precision: .fp32)
        _ = try MemoryEncoder(root["memory_encoder"], configuration, grid: grid, precision: .fp32)
        for convolution in ["conv_s0", "conv_s1"] {
            for name in ["weight", "bias"] { _ = try root["mask_decoder"][convolution].tensor(name) }
        }
        let error = try #require(throws: CheckpointError.self) { try reference.weights.finish() }
        #expect(!"\(error)".contains("mask_decoder."))
        #expect(!"\(error)".contains("memory_encoder."))
        #expect(!"\(error)".contains("prompt_encoder."))
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
