import Checkpoints
import Compiled
import Dense
import Foundation
import Media
import Networks
import Raster
import Tensors
import TestSupport
import Testing

/// SegFormer against transformers on the same input; Golden/make.py made the values.
struct SegFormerParityTests {
    static func golden(_ path: String) throws -> Scope {
        try Checkpoint(path: #require(Bundle.module.resourcePath) + "/Golden/" + path).root
    }

    static func logits(_ model: SegFormer, _ input: Tensor, _ precision: Precision = .fp32) -> Tensor {
        let encoder = CompiledMixTransformer(
            model.encoder, height: input.shape[0], width: input.shape[1], precision: precision)
        return CompiledDecodeHead(model.decodeHead, for: encoder)(encoder(input)).copy()
    }

    @Test("random weights cover every stage's shapes", arguments: ["small-b0", "small-b2", "small-b5"])
    func smallModels(name: String) throws {
        let folder = try #require(Bundle.module.resourcePath) + "/Golden/" + name
        let model = try SegFormer(path: folder)
        let golden = try Self.golden(name + "/golden.safetensors")
        // fp32 sums in another order through some forty layers: a few 1e-5 of logits of size 1 to 5.
        expectClose(Self.logits(model, try golden.tensor("input")), try golden.tensor("logits"), absolute: 1e-3)
    }

    @Test("the shipped B0 gives transformers' logits and labels")
    func shippedModelParity() throws {
        let model = try SegFormer(path: shippedModel)
        let golden = try Self.golden("shipped.safetensors")
        let logits = Self.logits(model, try golden.tensor("input"))
        let expected = try golden.tensor("logits")
        expectClose(logits, expected, absolute: 1e-3)
        let (a, b) = (labels(logits), labels(expected))
        let equal = zip(a, b).count { $0 == $1 }
        #expect(Double(equal) >= 0.9999 * Double(a.count))
        #expect(Set(b).count >= 3, "the golden labels must not be all of one class")
    }

    @Test(
        "bfloat16 rounds what is multiplied, and moves few labels",
        .enabled(if: Precision.bf16.isSupported, "needs a processor with AVX512-BF16"))
    func bfloat16() throws {
        let model = try SegFormer(path: shippedModel)
        let golden = try Self.golden("shipped.safetensors")
        let logits = Self.logits(model, try golden.tensor("input"), .bf16)
        let expected = try golden.tensor("logits")
        // Eight bits of mantissa through some forty layers: a few hundredths of logits of size 1 to 10.
        expectClose(logits, expected, absolute: 0.15)
        let equal = zip(labels(logits), labels(expected)).count { $0 == $1 }
        #expect(Double(equal) >= 0.995 * Double(logits.rows))
    }

    @Test("one frame after another, in the same memory")
    func frames() throws {
        let model = try SegFormer(path: shippedModel)
        var random = RandomNumbers(seed: 1)
        let images = (0..<2).map { _ in random.uniform([64, 96, 3], bound: 2) }
        let encoder = CompiledMixTransformer(model.encoder, height: 64, width: 96, precision: .fp32)
        let head = CompiledDecodeHead(model.decodeHead, for: encoder)
        let first = head(encoder(images[0])).copy()
        let second = head(encoder(images[1])).copy()
        #expect(head(encoder(images[0])).values == first.values)
        #expect(first.values != second.values)
        #expect(second.values == Self.logits(model, images[1]).values)
    }

    @Test("a real frame, from its picture to its labels", .enabled(if: sharedData != nil, "needs ../shared/data"))
    func realFrame() throws {
        let folder = try #require(sharedData) + "/camvid/clip15hz/frames"
        let image = try readImage(at: folder + "/0016E5_07959.png")
        let model = try SegFormer(path: shippedModel)
        let golden = try Self.golden("real.safetensors")
        let logits = Self.logits(model, model.preprocessor(image))
        let values = logits.values
        let columns = logits.columns
        let picked = stride(from: 0, to: logits.rows, by: 97).flatMap { values[$0 * columns..<($0 + 1) * columns] }
        let expected = try golden.tensor("logits")
        // Resampling in another order of sums adds to the network's own difference.
        expectClose(Tensor(picked, expected.shape), expected, absolute: 1e-3)

        let upsampling = Resampling.bilinear((120, 160), (480, 640), (360, 480))
        let found = DenseLogits(logits, upsampling).predict().labels
        var counts = [Float](repeating: 0, count: columns)
        for label in found.labels { counts[Int(label)] += 1 }
        // A pixel that changes class changes two counts.
        let moved = zip(counts, try golden.tensor("counts").values).reduce(0) { $0 + abs($1.0 - $1.1) } / 2
        #expect(moved <= 1e-4 * Float(found.labels.count))
    }

    private func labels(_ logits: Tensor) -> [Int] {
        let values = logits.values
        return (0..<logits.rows).map { row in
            let line = values[row * logits.columns..<(row + 1) * logits.columns]
            return line.indices.max { line[$0] < line[$1] } ?? 0
        }
    }
}
