import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

/// What is written is what the reference implementation writes, and whole or not at all.
struct SafetensorsWriterTests {
    @Test("byte by byte the file that Python writes")
    func reference() throws {
        let golden = try Data(
            contentsOf: URL(fileURLWithPath: #require(Bundle.module.resourcePath) + "/Golden/written.safetensors"))
        try withTemporaryFolder { folder in
            let path = folder + "/written.safetensors"
            let tensors: [(String, Tensor)] = [
                ("b.weight", Tensor((0..<6).map(Float.init), [2, 3])),
                ("a/\"quoted\"\tStraße", Tensor([-0.5, .leastNonzeroMagnitude, 3e38], [3])),
                ("b.Bias", Tensor([], [0])),
                ("b.weight.scalar", Tensor([7], [])),
            ]
            try writeSafetensors(tensors, metadata: ["format": "pt \\ \"ditta\""], to: path)
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == golden)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["written.safetensors"])
        }
    }

    @Test("what was written is read again, bit by bit and with what the header says", arguments: 0..<9)
    func roundTrip(padding: Int) throws {
        try withTemporaryFolder { folder in
            let path = folder + "/model.safetensors"
            var random = RandomNumbers(seed: 1)
            let weight = random.uniform([3, 4, 2], bound: 1)
            let metadata = ["epoch": "3", "made by": String(repeating: "x", count: padding)]
            try writeSafetensors([("weight", weight.part(1, 4, 2))], metadata: metadata, to: path)
            // A file that is there is replaced.
            try writeSafetensors([("weight", weight), ("bias", Tensor([-0.0], [1]))], metadata: metadata, to: path)
            let file = try openTensorFile(path)
            #expect(file.names == ["weight", "bias"] && file.metadata == metadata)
            #expect(try file.tensor("weight")?.values == weight.values)
            #expect(try file.tensor("bias")?.values.map(\.bitPattern) == [0x8000_0000])
        }
    }

    @Test("where nothing can be written, nothing is left")
    func failure() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/missing/model.safetensors"
            #expect(throws: CheckpointError.self) { try writeSafetensors([("x", Tensor([1], [1]))], to: path) }
            // A folder that is not empty cannot be replaced by a file.
            let taken = folder + "/taken"
            try FileManager.default.createDirectory(atPath: taken + "/inside", withIntermediateDirectories: true)
            #expect(throws: CheckpointError.self) { try writeSafetensors([("x", Tensor([1], [1]))], to: taken) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["taken"])
        }
    }
}
