import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

/// What is read from right files, and that nothing is forgiven.
struct CheckpointTests {
    private func load<Result>(_ file: SafetensorsFile, _ body: (Checkpoint) throws -> Result) throws -> Result {
        try withTemporaryFolder { folder in
            let path = folder + "/model.safetensors"
            try file.data.write(to: URL(fileURLWithPath: path))
            return try body(Checkpoint(path: path))
        }
    }

    /// A tensor as the container has it, whatever its numbers.
    private func read(_ file: SafetensorsFile) throws -> Tensor {
        try withTemporaryFolder { folder in
            let path = folder + "/model.safetensors"
            try file.data.write(to: URL(fileURLWithPath: path))
            let tensor = try openTensorFile(path).tensor("x")
            return try #require(tensor)
        }
    }

    @Test("single precision, bit by bit")
    func float32() throws {
        let values: [Float] = [
            0, -0.0, 1, -2.5, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .infinity, -.infinity,
        ]
        let file = SafetensorsFile(["x": .init("F32", [2, 4], littleEndian(values))])
        let found = try read(file)
        #expect(found.shape == [2, 4])
        #expect(found.values.map(\.bitPattern) == values.map(\.bitPattern))
    }

    @Test("half precision with its subnormal numbers and infinities")
    func float16() throws {
        let halves: [(bits: UInt16, value: Float)] = [
            (0x0000, 0), (0x8000, -0.0), (0x3C00, 1), (0xC100, -2.5), (0x3555, 0.333251953125), (0x7BFF, 65504),
            (0x0400, 0x1p-14), (0x0001, 0x1p-24), (0x83FF, -0x3FFp-24), (0x7C00, .infinity), (0xFC00, -.infinity),
        ]
        let bits = halves.map(\.bits) + [0x7E00]
        let file = SafetensorsFile(["x": .init("F16", [12], littleEndian(bits))])
        let found = try read(file).values
        #expect(found.dropLast().map(\.bitPattern) == halves.map(\.value.bitPattern))
        #expect(found.last?.isNaN == true)
    }

    @Test("bfloat16 is the upper half of single precision")
    func bfloat16() throws {
        let bits: [UInt16] = [0x0000, 0x8000, 0x3F80, 0xC020, 0x0001, 0x7F80, 0xFF80, 0x7F7F]
        let file = SafetensorsFile(["x": .init("BF16", [8, 1], littleEndian(bits))])
        let found = try read(file)
        #expect(found.values.map(\.bitPattern) == bits.map { UInt32($0) << 16 })
    }

    @Test("weights that are no finite numbers are refused", arguments: [Float.nan, .infinity, -.infinity])
    func finite(value: Float) throws {
        let file = SafetensorsFile([
            "a": .init("F32", [3], littleEndian([1, .greatestFiniteMagnitude, -.leastNonzeroMagnitude])),
            "b": .init("F32", [3], littleEndian([1, value, 2])),
        ])
        try load(file) { checkpoint in
            _ = try checkpoint.root.tensor("a", 3)
            let error = #expect(throws: CheckpointError.self) { try checkpoint.root.tensor("b", 3) }
            #expect(error?.description.hasSuffix("tensor 'b': expected finite numbers, found NaN or infinity") == true)
        }
    }

    @Test("several tensors at odd places, scalars, empty ones, and names down a tree")
    func several() throws {
        let file = SafetensorsFile([
            "a.0.weight": .init("F16", [1], littleEndian([0x3C00 as UInt16])),
            "a.1.weight": .init("F32", [], littleEndian([4 as Float])),
            "b": .init("F32", [3, 0], Data()),
            "__metadata__": .init("pt", [], Data()),
        ])
        try load(file) { checkpoint in
            let scope = checkpoint.root["a"]
            #expect(try scope.shape(of: "1.weight") == [])
            #expect(try scope[0].tensor("weight", 1).values == [1])
            #expect(try scope[1].tensor("weight").values == [4])
            #expect(try checkpoint.root.tensor("b", 3, 0).values == [])
            try checkpoint.finish()
        }
    }

    @Test("missing, misshapen and left-over tensors are named")
    func strictness() throws {
        let file = SafetensorsFile([
            "a.weight": .init("F32", [2], littleEndian([1, 2] as [Float])),
            "b": .init("F32", [1], littleEndian([3] as [Float])),
            "norm.num_batches_tracked": .init("I64", [], littleEndian([7 as Int64])),
        ])
        try withTemporaryFolder { folder in
            let path = folder + "/model.safetensors"
            try file.data.write(to: URL(fileURLWithPath: path))
            let checkpoint = try Checkpoint(path: path)
            let root = checkpoint.root
            #expect(throws: CheckpointError("\(path): has no tensor 'a.bias'")) { try root["a"].tensor("bias", 2) }
            #expect(throws: CheckpointError("\(path): has no tensor 'c'")) { try root.shape(of: "c") }
            #expect(throws: CheckpointError("\(path): has no tensor 'c'")) { try root.tensor("c") }
            #expect(throws: CheckpointError("\(path): tensor 'a.weight': expected shape [1, 2], found [2]")) {
                try root["a"].tensor("weight", 1, 2)
            }
            #expect(
                throws: CheckpointError(
                    "\(path): tensor 'norm.num_batches_tracked' is of type I64, expected F32, F16 or BF16")
            ) { try root["norm"].tensor("num_batches_tracked") }
            _ = try root["a"].tensor("weight", 2)
            #expect(
                throws: CheckpointError(
                    "\(path): has 2 tensors that the model does not use: b, norm.num_batches_tracked")
            ) { try checkpoint.finish() }
            #expect(throws: CheckpointError("\(path): has 1 tensors that the model does not use: b")) {
                try checkpoint.finish(ignoring: ["num_batches_tracked"])
            }
            _ = try root.tensor("b", 1)
            try checkpoint.finish(ignoring: ["num_batches_tracked"])
        }
    }

    @Test("names that would break the line or command a terminal")
    func controlCharacters() throws {
        let file = SafetensorsFile(["a\n\u{1B}[2Jb": .init("F32", [0], Data())])
        try load(file) { checkpoint in
            let error = #expect(throws: CheckpointError.self) { try checkpoint.finish() }
            #expect(error?.description.hasSuffix("does not use: a??[2Jb") == true, "\(error?.description ?? "")")
        }
    }

    @Test("what is no visible character is told as a question mark, and letters of all languages are themselves")
    func printable() {
        #expect("a\u{202E}b\u{2066}c\u{200B}d\u{FEFF}e\u{AD}".printable == "a?b?c?d?e?")
        #expect("a\u{2028}b\u{2029}c\u{85}d\u{7F}\r\n".printable == "a?b?c?d???")
        #expect("Straße 道路 dörr طريق e\u{301}".printable == "Straße 道路 dörr طريق e\u{301}")
    }
}
