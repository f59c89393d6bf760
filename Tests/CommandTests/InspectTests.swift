import Foundation
import TestSupport
import Testing

/// `ditta inspect` on checkpoints of all kinds.
struct InspectTests {
    private let networks = projectRoot + "/Tests/NetworksTests/Golden"

    private func inspect(_ path: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> [String: Any] {
        let outcome = try Program.run("inspect", path, "--json")
        #expect(outcome.status == 0, "\(outcome)", sourceLocation: sourceLocation)
        return try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    }

    @Test("the default model, for people and for programs")
    func shipped() throws {
        let outcome = try Program.run("inspect", shippedModel)
        for line in ["SegFormer-B0", "Hugging Face", "safetensors", "208: ", "3.7", "11: ", "fits        as --model"] {
            #expect(outcome.output.contains(line), "\(outcome)")
        }
        let found = try inspect(shippedModel)
        #expect(found["fits"] as? Bool == true && found["option"] as? String == "--model")
        #expect((found["classes"] as? [String])?.count == 11)
    }

    @Test("a file of the original layout, with what is not used")
    func nvlabs() throws {
        let found = try inspect(networks + "/nvlabs/small.pth")
        #expect(found["container"] as? String == "torch.save archive" && found["layout"] as? String == "NVlabs")
        #expect(found["fits"] as? Bool == true)
        #expect((found["notes"] as? [String])?.contains { $0.contains("14 tensors") } == true)
        #expect((found["classes"] as? [String])?.first == "wall")
    }

    @Test("a large SAM 2 is told by names and shapes, and no value is read")
    func sam2() throws {
        let original = OriginalSAM2(width: 144, depths: [2, 6, 36, 4], background: 7, isNewer: true)
        try withTemporaryFolder { folder in
            // Whoever reads a tensor of it finds that it cannot be loaded.
            try writeSparse(original.shapes, to: folder + "/sam2.1_hiera_large.pt", isNumeric: false)
            let found = try inspect(folder + "/sam2.1_hiera_large.pt")
            #expect(found["architecture"] as? String == "SAM 2.1 hiera-large" && found["layout"] as? String == "Meta")
            #expect(found["fits"] as? Bool == true && found["option"] as? String == "--teacher-model")
            #expect(found["tensors"] as? Int == 903 && found["parameters"] as? Int == 224_446_898)
        }
    }

    @Test("what does not fit is told with the loader's own sentence")
    func misfits() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/model.safetensors"
            try writeSparse(["bert.weight": [2], "bert.bias": [2]], to: path)
            var found = try inspect(path)
            #expect(found["fits"] as? Bool == false && found["names"] as? [String] == ["bert.bias", "bert.weight"])
            #expect((found["reason"] as? String)?.contains("is no network that ditta has") == true)
            try writeSparse(["backbone.layers.0.0.projection.weight": [2]], to: path)
            found = try inspect(path)
            #expect((found["reason"] as? String)?.contains("mmsegmentation") == true)

            try FileManager.default.copyItem(
                atPath: networks + "/small-b0/config.json", toPath: folder + "/config.json")
            try writeSparse(["segformer.encoder.patch_embeddings.0.proj.weight": [8, 3, 7, 7]], to: path)
            found = try inspect(folder)
            #expect((found["reason"] as? String)?.contains("has no tensor 'segformer.encoder") == true)
        }
    }

    @Test("another network's folder is told as what it says it is, with tensors and without")
    func families() throws {
        try withTemporaryFolder { folder in
            try Data(#"{"model_type": "dpt"}"#.utf8).write(to: URL(fileURLWithPath: folder + "/config.json"))
            let says = "config.json: is a 'dpt'; ditta reads segformer, sam2_video, sam2"
            let outcome = try Program.run("inspect", folder)
            #expect(outcome.status == 1 && outcome.errors.contains(says), "\(outcome)")
            try writeSparse(["dpt.embeddings.cls_token": [2]], to: folder + "/model.safetensors")
            #expect((try inspect(folder)["reason"] as? String)?.contains(says) == true)
        }
    }

    @Test("a tensor's or a class's name commands no terminal")
    func names() throws {
        try withTemporaryFolder { folder in
            try FileManager.default.copyItem(atPath: networks + "/small-b0", toPath: folder + "/model")
            let path = folder + "/model/config.json"
            let text = try String(contentsOfFile: path, encoding: .utf8)
            try text.replacing("LABEL_1", with: #"\u202eroad\u001b[2J"#).write(
                toFile: path, atomically: true, encoding: .utf8)
            let outcome = try Program.run("inspect", folder + "/model")
            #expect(outcome.output.contains("LABEL_0, ?road?[2J, LABEL_2"), "\(outcome)")
        }
    }

    @Test("what cannot be read is an error", arguments: ["/nowhere", clips + "/text.mp4", clips])
    func unreadable(path: String) throws {
        let outcome = try Program.run("inspect", path)
        #expect(outcome.status == 1 && outcome.output.isEmpty, "\(outcome)")
        #expect(outcome.errors.hasPrefix("Error: \(path)"), "\(outcome)")
    }

    @Test("run takes a file of the original layout, and says what it does not use")
    func run() throws {
        try withTemporaryFolder { folder in
            let outcome = try Program.run(
                "run", clips + "/one.mp4", "-o", folder + "/out", "--method", "iss", "--fit", "64x64", "--no-overlay",
                "--model", networks + "/nvlabs/small.pth")
            #expect(outcome.status == 0, "\(outcome)")
            #expect(outcome.errors.contains("14 tensors are not used: DiTTA's add-on"), "\(outcome)")
        }
    }
}
