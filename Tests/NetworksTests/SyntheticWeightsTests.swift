import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

/// The synthetic weights of Golden/sam2 are the same numbers here as in make.py.
struct SyntheticWeightsTests {
    struct Description: Decodable {
        var shapes: [String: [Int]]
        var offsets: [String: Float]
    }

    @Test("drawn tensors match make.py bit for bit", arguments: ["small-2.1", "small-2.0", "tiny-2.1"])
    func tensors(name: String) throws {
        let folder = try #require(Bundle.module.resourcePath) + "/Golden/sam2/" + name
        let golden = try SafetensorsFile(
            reading: Data(contentsOf: URL(fileURLWithPath: folder + "/golden.safetensors")))
        let description = try JSONDecoder().decode(
            Description.self, from: Data(contentsOf: URL(fileURLWithPath: folder + "/tensors.json")))
        let samples = golden.entries.filter { $0.key.hasPrefix("weight.") }
        #expect(samples.count > 20)
        for (key, entry) in samples {
            let name = String(key.dropFirst("weight.".count))
            let shape = try #require(description.shapes[name])
            let values = syntheticTensor(name: name, shape: shape).prefix(5).map {
                $0 + (description.offsets[name] ?? 0)
            }
            #expect(littleEndian(Array(values)) == entry.bytes, "\(name)")
        }
    }

    @Test("drawn frames match make.py bit for bit", arguments: [("small-2.1", 256), ("small-2.0", 128)])
    func frames(name: String, side: Int) throws {
        let folder = try #require(Bundle.module.resourcePath) + "/Golden/sam2/" + name
        let golden = try SafetensorsFile(
            reading: Data(contentsOf: URL(fileURLWithPath: folder + "/golden.safetensors")))
        let frame = syntheticFrame(3, side: side).values
        let kept = stride(from: 0, to: frame.count, by: 997).map { frame[$0] }
        #expect(littleEndian(kept) == golden.entries["input.frame3"]?.bytes)
    }

    @Test("a whole model is written as a checkpoint")
    func writing() throws {
        let golden = try #require(Bundle.module.resourcePath) + "/Golden/sam2/small-2.0"
        try withTemporaryFolder { folder in
            try writeSyntheticModel(of: golden, to: folder)
            let tensors = try Checkpoint(path: folder + "/model.safetensors").root
            #expect(try tensors.tensor("no_object_pointer").shape == [1, 192])
            #expect(FileManager.default.fileExists(atPath: folder + "/config.json"))
        }
    }
}
