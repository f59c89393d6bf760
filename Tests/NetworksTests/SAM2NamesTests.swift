import Checkpoints
import Foundation
import Networks
import TestSupport
import Testing

/// Meta's checkpoints under transformers' names; Golden/make_sam2_names.py lists those.
struct SAM2NamesTests {
    struct Published: CustomTestStringConvertible {
        let size: SAM2Size
        let isNewer: Bool
        /// Tensors of the original file.
        let count: Int
        var testDescription: String { "SAM \(isNewer ? "2.1" : "2") \(size.rawValue)" }

        var original: OriginalSAM2 {
            let (width, depths, background) =
                switch size {
                case .tiny: (96, [1, 2, 7, 2], 7)
                case .small: (96, [1, 2, 11, 2], 7)
                case .basePlus: (112, [2, 3, 16, 3], 14)
                case .large: (144, [2, 6, 36, 4], 7)
                }
            return OriginalSAM2(width: width, depths: depths, background: background, isNewer: isNewer)
        }

        /// The tensors of transformers' `Sam2VideoModel`.
        var expected: [String: [Int]] {
            get throws {
                let path = try #require(Bundle.module.resourcePath) + "/Golden/sam2-names/\(size.rawValue).txt"
                var shapes: [String: [Int]] = [:]
                for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
                    let fields = line.split(separator: " ")
                    let (pattern, shape) = (fields[0], fields[2].split(separator: "x").compactMap { Int($0) })
                    for number in fields[1].split(separator: ",") {
                        shapes[pattern.replacingOccurrences(of: "#", with: String(number))] = shape
                    }
                }
                if isNewer { return shapes }
                return shapes.filter {
                    !$0.key.hasPrefix("occlusion_spatial") && !$0.key.hasPrefix("temporal_positional")
                }
            }
        }
    }

    static let published = zip(SAM2Size.allCases, [471, 519, 615, 903]).flatMap { size, count in
        [
            Published(size: size, isNewer: true, count: count),
            Published(size: size, isNewer: false, count: count - 3),
        ]
    }

    /// Takes every tensor, and expects that none is left.
    private func expectAll(_ file: SAM2File, _ shapes: [String: [Int]]) throws {
        let checkpoint = file.checkpoint(values: false)
        for (name, shape) in shapes {
            #expect(try checkpoint.root.shape(of: name) == shape, "\(name)")
            _ = try checkpoint.root.tensor(name)
        }
        try checkpoint.finish()
    }

    @Test("every tensor of transformers is in Meta's file, in its shape, and none is left over", arguments: published)
    func original(model: Published) throws {
        let (original, expected) = (model.original.shapes, try model.expected)
        #expect(original.count == model.count && expected.count == model.count - 2)
        try withTemporaryFolder { folder in
            try writeSparse(original, to: folder + "/sam2.pt")
            let file = try SAM2File(path: folder + "/sam2.pt")
            #expect(file.layout == .meta && file.configuration.size == model.size)
            #expect(file.configuration.memory.encodesPointerTime == model.isNewer)
            #expect(file.configuration.memory.marksOcclusion == model.isNewer)
            #expect(file.configuration.hiera.backgroundSize == original["image_encoder.trunk.pos_embed"]?.suffix(2))
            try file.configuration.validate("")
            try expectAll(file, expected)
            if model.size == .tiny { try file.check() }
        }
    }

    @Test(
        "transformers' own files, with either copy of the positions' embedding or both",
        arguments: [nil, "shared_image_embedding", "prompt_encoder.shared_embedding"])
    func huggingFace(without missing: String?) throws {
        let expected = try Self.published[0].expected
        try withTemporaryFolder { folder in
            try Data(#"{"model_type": "sam2_video"}"#.utf8).write(to: URL(fileURLWithPath: folder + "/config.json"))
            let stored = expected.filter { missing == nil || $0.key != "\(missing ?? "").positional_embedding" }
            try writeSparse(stored, to: folder + "/model.safetensors")
            for path in [folder, folder + "/model.safetensors"] {
                let file = try SAM2File(path: path)
                #expect(file.layout == .huggingFace && file.configuration.size == .tiny)
                try expectAll(file, expected)
                try file.check()
            }
        }
    }

    @Test("a check reads no value, and loading reads all")
    func values() throws {
        let model = Self.published[0]
        try withTemporaryFolder { folder in
            try writeSparse(model.original.shapes, to: folder + "/sam2.pt", isNumeric: false)
            let file = try SAM2File(path: folder + "/sam2.pt")
            try file.check()
            for name in try model.expected.keys {
                #expect {
                    _ = try file.checkpoint().root.tensor(name)
                } throws: {
                    "\($0)".hasSuffix("expected finite numbers, found NaN or infinity")
                }
            }
        }
    }

    @Test("an original tensor that is missing is called by both names")
    func missing() throws {
        var shapes = Self.published[0].original.shapes
        shapes["memory_attention.layers.2.cross_attn_image.out_proj.bias"] = nil
        try withTemporaryFolder { folder in
            let path = folder + "/sam2.safetensors"
            try writeSparse(shapes, to: path)
            let root = try SAM2File(path: path).checkpoint().root
            #expect(
                throws: CheckpointError(
                    "\(path): has no tensor 'memory_attention.layers.2.cross_attn_image.out_proj.bias' (the model's "
                        + "'memory_attention.layers.2.cross_attn_image.o_proj.bias')")
            ) { try root["memory_attention.layers"][2]["cross_attn_image.o_proj"].tensor("bias", 256) }
        }
    }

    @Test("other encoders are refused by name")
    func otherEncoders() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/model.safetensors"
            func expect(_ shapes: [String: [Int]], _ says: String) throws {
                try writeSparse(shapes, to: path)
                let error = #expect(throws: CheckpointError.self) { try SAM2File(path: path) }
                #expect(error?.description.contains(says) == true, "\(error?.description ?? "")")
            }
            let odd = OriginalSAM2(width: 96, depths: [1, 2, 8, 2], background: 7, isNewer: true)
            try expect(odd.shapes, "has 96 channels and 13 blocks; expected 96 channels and 12 blocks (hiera-tiny)")
            try expect(["image_encoder.trunk.body.stem.conv1.weight": [1]], "is an EdgeTAM")
            try expect(["bert.embeddings.weight": [1]], "is no SAM 2")
            try expect([:], "found no tensors")
        }
    }
}
