import Foundation
import TestSupport
import Testing

/// Whatever is wrong with the input, the answer is one sentence that says what and where, exit code 1, and no output folder.
struct BadInputTests {
    /// Runs the plain model, which is quickest to meet its input, and expects a sentence with the given words.
    private func expectSentence(
        _ video: String, _ words: [String], _ more: [String] = [], output: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        try withTemporaryFolder { folder in
            let target = output ?? folder + "/out"
            let outcome = try Program.run(
                "run", video, "-o", target, "--method", "iss", more.first ?? "--no-overlay", more.last ?? "--no-overlay"
            )
            #expect(outcome.status == 1, "\(outcome)", sourceLocation: sourceLocation)
            let sentences = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("Error: ") }
            #expect(sentences.count == 1, "\(outcome.errors)", sourceLocation: sourceLocation)
            for word in words {
                #expect(sentences.first?.contains(word) == true, "\(outcome.errors)", sourceLocation: sourceLocation)
            }
            #expect(!FileManager.default.fileExists(atPath: target), sourceLocation: sourceLocation)
            #expect(!FileManager.default.fileExists(atPath: target + ".partial"), sourceLocation: sourceLocation)
        }
    }

    @Test("no such file")
    func missing() throws {
        try expectSentence("nowhere/video.mp4", ["nowhere/video.mp4"])
    }

    @Test(
        "videos that are none",
        arguments: ["text.mp4", "noindex.mp4", "empty.avi", "audio.mp4", "labels-truncated.png"])
    func broken(name: String) throws {
        try expectSentence(clips + "/" + name, [name])
    }

    @Test("a file whose name is no UTF-8 is called as it was typed, and not by the number it is open under")
    func latin1() throws {
        try withTemporaryFolder { folder in
            let outcome = try Program.shell(
                "cp \(clips)/vfr.mp4 \(folder)/$'\\xe9.mp4' && \"$0\" run \(folder)/$'\\xe9.mp4' -o \(folder)/out --start 9s"
            )
            #expect(outcome.status == 1, "\(outcome)")
            #expect(outcome.errors.hasPrefix("Error: \(folder)/\u{FFFD}.mp4: has 7 frames"), "\(outcome)")
        }
    }

    @Test("an empty folder")
    func emptyFolder() throws {
        try withTemporaryFolder { try expectSentence($0, [$0]) }
    }

    @Test("a file whose name would command the terminal")
    func commandingName() throws {
        try withTemporaryFolder { folder in
            let name = "a\u{1B}[2J\u{202E}.png"
            try Data("no picture".utf8).write(to: URL(fileURLWithPath: folder + "/" + name))
            try expectSentence(folder, [folder + "/a?[2J?.png"])
        }
    }

    @Test("an output that cannot be written")
    func unwritable() throws {
        try expectSentence(clips + "/one.mp4", ["text.mp4/out", "cannot be made"], output: clips + "/text.mp4/out")
    }

    @Test("an output that is there is refused and left alone")
    func existing() throws {
        try withTemporaryFolder { folder in
            let outcome = try Program.run("run", clips + "/one.mp4", "-o", folder, "--method", "iss")
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains("--force"), "\(outcome.errors)")
            #expect(FileManager.default.fileExists(atPath: folder))
        }
    }

    @Test(
        "wrong usage exits with 64",
        arguments: [
            ["run"], ["run", "a.mp4", "--warmup", "0"], ["run", "a.mp4", "--warmup", "nan"],
            ["run", "a.mp4", "--passes", "-1"],
            ["run", "a.mp4", "--learning-rate", "inf"], ["run", "a.mp4", "--method", "magic"],
            ["run", "a.mp4", "--fit", "0x0"], ["run", "a.mp4", "--threads", "0"], ["eval"], ["dance"],
        ])
    func usage(arguments: [String]) throws {
        let outcome = try Program.run(arguments: arguments)
        #expect(outcome.status == 64, "\(outcome)")
        #expect(outcome.errors.contains("Error: "), "\(outcome.errors)")
    }

    /// A copy of the default model with changed bytes of weights.
    private func withModel(_ change: (inout Data) throws -> Void, _ words: [String]) throws {
        try withTemporaryFolder { folder in
            let model = folder + "/model"
            try FileManager.default.copyItem(atPath: shippedModel, toPath: model)
            let path = URL(fileURLWithPath: model + "/model.safetensors")
            var data = try Data(contentsOf: path)
            try change(&data)
            try data.write(to: path)
            try expectSentence(clips + "/one.mp4", words, ["--model", model])
        }
    }

    @Test("a truncated checkpoint")
    func truncatedCheckpoint() throws {
        try withModel({ $0 = $0.prefix($0.count / 2) }, ["model.safetensors", "truncated"])
        try withModel({ $0 = $0.prefix(5) }, ["model.safetensors", "found 5"])
    }

    @Test("a checkpoint with a missing tensor")
    func missingTensor() throws {
        try withModel(
            { data in
                // The same number of bytes, so that nothing else in the file moves.
                try replace("decode_head.classifier.bias", with: "decode_head.classifier.bios", in: &data)
            }, ["has no tensor 'decode_head.classifier.bias'"])
    }

    @Test("a checkpoint with a misshapen tensor")
    func misshapenTensor() throws {
        try withModel(
            { data in
                try replace("\"shape\":[11,256,1,1]", with: "\"shape\":[256,11,1,1]", in: &data)
            }, ["decode_head.classifier.weight", "expected shape [11, 256, 1, 1]", "found [256, 11, 1, 1]"])
    }

    private func replace(_ old: String, with new: String, in data: inout Data) throws {
        let range = try #require(data.range(of: Data(old.utf8)))
        data.replaceSubrange(range, with: Data(new.utf8))
    }

    @Test("a model that is no folder of one")
    func noModel() throws {
        try expectSentence(clips + "/one.mp4", ["nowhere"], ["--model", "nowhere"])
        try expectSentence(clips + "/one.mp4", ["config.json"], ["--model", clips])
    }
}
