import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

/// Files that PyTorch wrote; Golden/make.py made them.
struct TorchArchiveTests {
    static func golden(_ name: String) throws -> String {
        try #require(Bundle.module.resourcePath) + "/Golden/" + name
    }

    /// `count(shape, start)` of make.py.
    private func count(_ shape: [Int], from start: Float = 0) -> [Float] {
        (0..<shape.reduce(1, *)).map { start + Float($0) }
    }

    @Test("tensors in every type and order of numbers")
    func tensors() throws {
        let file = try openTensorFile(Self.golden("nested.pt"))
        func expect(
            _ name: String, _ shape: [Int], _ values: [Float], sourceLocation: SourceLocation = #_sourceLocation
        )
            throws
        {
            let tensor = try #require(try file.tensor(name), sourceLocation: sourceLocation)
            #expect(tensor.shape == shape && tensor.values == values, "\(tensor)", sourceLocation: sourceLocation)
        }
        try expect("single", [2, 3], count([2, 3]))
        try expect("half", [4], count([4], from: 0.5))
        try expect("brain", [2, 2], count([4], from: -1))
        try expect("transposed", [4, 3], [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11])
        try expect("strided", [2, 3], [8, 9, 10, 20, 21, 22])
        try expect("channels_last", [1, 3, 2, 2], [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11])
        try expect("scalar", [], [7])
        try expect("empty", [0, 3], [])
        try expect("parameter", [3], count([3]))
        try expect("tied", [2, 3], count([2, 3]))
        try expect("row", [3], [3, 4, 5])
        #expect(file.names.count == 15)
    }

    @Test("what cannot be read is listed and refused when it is asked for")
    func unreadable() throws {
        let path = try Self.golden("nested.pt")
        let file = try openTensorFile(path)
        let types = ["norm.num_batches_tracked": "I64", "mask": "BOOL", "double": "F64", "untyped": "U16"]
        for (name, type) in types {
            #expect(file.description(of: name)?.type == type)
            #expect(
                throws: CheckpointError("\(path): tensor '\(name)' is of type \(type), expected F32, F16 or BF16")
            ) { try file.tensor(name) }
        }
        #expect(file.shape(of: "norm.num_batches_tracked") == [])
        #expect(file.shape(of: "nothing") == nil)
    }

    @Test("classes in the metadata of mmcv, beside what else is there")
    func classes() throws {
        #expect(try openTensorFile(Self.golden("nested.pt")).classNames == ["road", "Straße"])
        #expect(try openTensorFile(Self.golden("model.pt")).classNames == [])
    }

    @Test(
        "nested, plain, big-endian and zip64 archives are the same checkpoint",
        arguments: ["model.pt", "plain.pt", "big.pt", "large.pt"])
    func containers(name: String) throws {
        let checkpoint = try Checkpoint(path: Self.golden(name))
        #expect(try checkpoint.root["a"].tensor("weight", 2, 3).values == count([2, 3]))
        #expect(try checkpoint.root["a"].tensor("bias", 2).values == count([2], from: 5))
        try checkpoint.finish()
    }

    @Test("the content decides, not the name")
    func content() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/model.safetensors"
            try FileManager.default.copyItem(atPath: Self.golden("model.pt"), toPath: path)
            #expect(try Checkpoint(path: path).root["a"].tensor("bias", 2).values == [5, 6])
        }
    }

    @Test("files of old versions are refused with a way out")
    func old() throws {
        let path = try Self.golden("old.pt")
        let error = #expect(throws: CheckpointError.self) { try Checkpoint(path: path) }
        #expect(error?.description.contains("torch.save(torch.load(path") == true, "\(error?.description ?? "")")
    }

    @Test("a safetensors file whose length begins like a pickle")
    func lengthLikePickle() throws {
        // A header of 0x280 bytes: 80 02 00 …
        let header = Data(#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#.utf8)
        let padded = header + Data(repeating: UInt8(ascii: " "), count: 0x280 - header.count)
        try withTemporaryFolder { folder in
            let path = folder + "/model.safetensors"
            try SafetensorsFile.data(header: padded, littleEndian([3 as Float])).write(to: URL(fileURLWithPath: path))
            #expect(try Checkpoint(path: path).root.tensor("x", 1).values == [3])
        }
    }
}
