import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

/// Checkpoints under other names than the file's.
struct NameTableTests {
    private static let table = NameTable(
        [
            .init("block.#.key", share: 0, of: 2, "layers.#.kv"),
            .init("block.#.value", share: 1, of: 2, "layers.#.kv"),
            .init("points", stacked: ["point.0", "point.1"]),
            .init("first", "shared"), .init("second", "shared"),
            .init("tied.a", copies: ["tied.a", "tied.b"]), .init("tied.b", copies: ["tied.b", "tied.a"]),
            .init("block.#", "layers.#"),
        ], unneeded: ["extra."])

    @discardableResult
    private func load<Result>(
        _ tensors: [String: ([Int], [Float])], _ body: (Checkpoint, String) throws -> Result
    ) throws -> Result {
        try withTemporaryFolder { folder in
            let path = folder + "/model.safetensors"
            let file = SafetensorsFile(tensors.mapValues { .init("F32", $0.0, littleEndian($0.1)) })
            try file.data.write(to: URL(fileURLWithPath: path))
            return try body(Checkpoint(openTensorFile(path), names: Self.table), path)
        }
    }

    @Test("whole tensors, shares of rows, stacked ones, and one under two names")
    func sources() throws {
        let tensors: [String: ([Int], [Float])] = [
            "layers.3.kv.weight": ([4, 1], [1, 2, 3, 4]), "layers.3.norm": ([1], [9]), "point.0": ([1, 2], [1, 2]),
            "point.1": ([1, 2], [3, 4]), "shared": ([1], [5]), "extra.0": ([1], [0]), "other": ([1], [8]),
        ]
        try load(tensors) { checkpoint, _ in
            let root = checkpoint.root
            #expect(try root["block"][3]["key"].tensor("weight", 2, 1).values == [1, 2])
            #expect(try root["block"][3]["value"].tensor("weight", 2, 1).values == [3, 4])
            #expect(try root["block"][3].tensor("norm", 1).values == [9])
            #expect(try root.tensor("points", 2, 2).values == [1, 2, 3, 4])
            #expect(try root.tensor("first", 1).values == [5])
            #expect(try root.tensor("second", 1).values == [5])
            #expect(try root.tensor("other", 1).values == [8])
            try checkpoint.finish()
        }
    }

    @Test("copies: either one will do, both must be equal")
    func copies() throws {
        for name in ["tied.a", "tied.b"] {
            try load([name: ([1], [2])]) { checkpoint, _ in
                #expect(try checkpoint.root["tied"].tensor("a", 1).values == [2])
                #expect(try checkpoint.root["tied"].tensor("b", 1).values == [2])
                try checkpoint.finish()
            }
        }
        try load(["tied.a": ([1], [2]), "tied.b": ([1], [3])]) { checkpoint, path in
            #expect(
                throws: CheckpointError(
                    "\(path): tensors 'tied.a' and 'tied.b': expected the same values, found different ones")
            ) { try checkpoint.root["tied"].tensor("a", 1) }
        }
        try load([:]) { checkpoint, path in
            #expect(throws: CheckpointError("\(path): has no tensor 'tied.b'")) {
                try checkpoint.root["tied"].tensor("b", 1)
            }
        }
    }

    @Test("messages say the name in the file and the one asked for")
    func messages() throws {
        let tensors: [String: ([Int], [Float])] = [
            "layers.0.kv": ([4], [1, 2, 3, 4]), "layers.1.kv": ([3], [1, 2, 3]), "point.0": ([1, 2], [1, 2]),
            "point.1": ([2], [3, 4]),
        ]
        try load(tensors) { checkpoint, path in
            let block = checkpoint.root["block"]
            func expect(_ sentence: String, _ body: () throws -> Tensor) {
                #expect(throws: CheckpointError("\(path): \(sentence)")) { try body() }
            }
            expect("has no tensor 'layers.0.norm' (the model's 'block.0.norm')") { try block[0].tensor("norm", 1) }
            expect("tensor 'layers.0.kv' (the model's 'block.0.key'): expected shape [3], found [2]") {
                try block[0].tensor("key", 3)
            }
            expect("tensor 'layers.1.kv' (the model's 'block.1.key'): expected 2 equal shares of rows, found shape [3]")
            {
                try block[1].tensor("key", 1)
            }
            expect("tensor 'point.1' (the model's 'points'): expected rows as of 'point.0', found shape [2]") {
                try checkpoint.root.tensor("points", 2, 2)
            }
            // Half of it is not enough.
            _ = try block[0].tensor("key", 2)
            #expect(
                throws: CheckpointError(
                    "\(path): has 4 tensors that the model does not use: layers.0.kv, layers.1.kv, point.0, point.1")
            ) { try checkpoint.finish() }
        }
    }

    @Test("shapes alone, without values")
    func shapesOnly() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/model.safetensors"
            let file = SafetensorsFile([
                "a": .init("F32", [2, 2], littleEndian([1, 2, 3, 4] as [Float])),
                "b": .init("I64", [1], littleEndian([1 as Int64])),
            ])
            try file.data.write(to: URL(fileURLWithPath: path))
            let checkpoint = Checkpoint(ShapesOnly(try openTensorFile(path)))
            #expect(try checkpoint.root.tensor("a", 2, 2).values == [0, 0, 0, 0])
            #expect(throws: CheckpointError.self) { try checkpoint.root.tensor("b", 1) }
            #expect(throws: CheckpointError.self) { try checkpoint.root.tensor("a", 4) }
        }
    }
}
