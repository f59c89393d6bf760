import Checkpoints
import Compiled
import Networks
import Tensors
import TestSupport
import Testing

/// Hiera, the neck and memory attention against transformers.
struct SAM2ImageEncoderTests {
    @Test("the image encoder, stage by stage", arguments: SAM2Golden.small)
    func imageEncoder(name: String) throws {
        let golden = try SAM2Golden(name)
        let encoder = try ImageEncoder(golden.root, golden.configuration, side: golden.side, precision: .fp32)
        let features = encoder(golden.frame(0))
        // fp32 sums in another order through a dozen layers: some 1e-5 of values of size 1 to 10.
        for stage in 0..<4 {
            try golden.expect(encoder.stage(stage), "encoder.stage\(stage)", stride: 37, absolute: 2e-4)
        }
        try golden.expect(features.s0, "encoder.features0", stride: 37, absolute: 2e-4)
        try golden.expect(features.s1, "encoder.features1", stride: 37, absolute: 2e-4)
        try golden.expect(features.top, "encoder.features2", stride: 3, absolute: 2e-4)
    }

    @Test(
        "the image encoder in bfloat16", .enabled(if: Precision.bf16.isSupported, "needs AVX512-BF16"),
        arguments: SAM2Golden.small)
    func bfloat16(name: String) throws {
        let golden = try SAM2Golden(name)
        let encoder = try ImageEncoder(golden.root, golden.configuration, side: golden.side, precision: .bf16)
        // Eight bits of mantissa through a dozen layers, of values of size 1 to 10.
        let features = encoder(golden.frame(0))
        try golden.expect(features.top, "encoder.features2", stride: 3, absolute: 0.15)
        try golden.expect(features.s0, "encoder.features0", stride: 37, absolute: 0.15)
    }

    @Test("memory attention over maps and pointers", arguments: SAM2Golden.small, ["attention", "bare"])
    func memoryAttention(name: String, scene: String) throws {
        let golden = try SAM2Golden(name)
        let (cells, width) = (golden.grid * golden.grid, golden.configuration.width)
        let attention = try MemoryAttention(
            golden.root["memory_attention"], golden.configuration, grid: golden.grid, precision: .fp32)
        let (maps, pointers) = scene == "bare" ? (1, 0) : (2, 8)
        let rows = maps * cells + pointers
        func drawn(_ part: String, _ rows: Int, _ columns: Int, bound: Float) -> Tensor {
            syntheticInput(name: "attention." + part, shape: [rows, columns], bound: bound)
        }
        let memory = drawn("memory", rows, 64, bound: 1)
        let positions = drawn("memoryPosition", rows, 64, bound: 1)
        func part(_ range: Range<Int>, isSpatial: Bool) -> MemoryAttention.Memory {
            let all = (Matrix(memory, rows: rows), Matrix(positions, rows: rows))
            return MemoryAttention.Memory(
                values: all.0[range], positions: all.1[range].tensor(range.count, 64), isSpatial: isSpatial)
        }
        var memories = (0..<maps).map { part($0 * cells..<($0 + 1) * cells, isSpatial: true) }
        if pointers > 0 { memories.append(part(maps * cells..<rows, isSpatial: false)) }
        // The golden's current positions are drawn, the network's its own: their difference goes into the features.
        let features = drawn("current", cells, width, bound: 2)
        let difference = drawn("position", cells, width, bound: 1).copy()
        scale(difference, by: 0.1)
        add(difference, to: features)
        let own = sinePositionEncoding(side: golden.grid, width: width).reshaped(cells, width).copy()
        scale(own, by: -0.1)
        add(own, to: features)

        let result = attention(attention.begin(features), memories).tensor(cells, width)
        let expected = try golden.value(scene + ".output")
        let picked = stride(from: 0, to: result.count, by: 7).map { result.values[$0] }
        expectClose(Tensor(picked, expected.shape), expected, absolute: 1e-4, relative: 1e-4)
    }
}
