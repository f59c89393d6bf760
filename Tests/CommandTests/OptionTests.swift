import Foundation
import TestSupport
import Testing

/// The options that come from the schemas: as they are typed, refused, listed, and told in the report.
struct OptionTests {
    @Test(
        "a wrong value is refused in one sentence, before the video is looked for",
        arguments: [
            (["--momentum", "2"], "--momentum is 2: expected 0 to 1"),
            (["--momentum=nan"], "--momentum is nan: expected 0 to 1"),
            (["--passes", "-1"], "--passes is -1: expected 0 to 10000"),
            (["--passes", "2.5"], "--passes is 2.5: expected a whole number, 0 to 10000"),
            (["--fusion", "glue"], "--fusion is glue: expected add-on or memory"),
            (["--seed", "-1"], "--seed is -1: expected a whole number, 0 or more"),
            (["--affinity-matches", "0"], "--affinity-matches is 0: expected 1 to 256"),
            (["--affinity-hard-similarity", "-200"], "--affinity-hard-similarity is -200: expected -100 to 0"),
            (
                ["--affinity-radius", "5", "--teacher", "sam2", "--teacher-model", "nowhere"],
                "--affinity-radius is of --teacher affinity, which is not what teaches here"
            ),
            (["--affinity-radius", "5"], "--affinity-radius is of --teacher affinity, which is not what teaches here"),
            (["--fusion", "add-on"], "--fusion is add-on: expected memory where no teacher gives masks"),
            (
                ["--method", "iss", "--source-prior", "0.2"],
                "--source-prior: the plain model (--method iss) is not adapted"
            ),
            (["--teacher-size", "64"], "--teacher-size is of --teacher sam2; no other has such a thing"),
        ])
    func refused(arguments: [String], message: String) throws {
        let outcome = try Program.run(arguments: ["run", "nowhere.mp4"] + arguments)
        #expect(outcome.status == 64, "\(outcome)")
        #expect(outcome.errors.hasPrefix("Error: \(message)\n"), "\(outcome.errors)")
    }

    @Test(
        "the published size is taken as the preprocessor's file has it",
        arguments: [
            (#"{"size": [64, 96]}"#, nil), (#"{"size": {"shortest_edge": 64}}"#, nil),
            (#"{"size": 64, "resample": 3}"#, "another resample than 2 (bilinear)"),
            (#"{"do_resize": false}"#, "no preprocessor_config.json that names a size"),
        ] as [(String, String?)])
    func publishedSize(text: String, says: String?) throws {
        try withTemporaryFolder { folder in
            let model = folder + "/model"
            let golden = projectRoot + "/Tests/NetworksTests/Golden/small-b0"
            try FileManager.default.copyItem(atPath: golden, toPath: model)
            try Data(text.utf8).write(to: URL(fileURLWithPath: model + "/preprocessor_config.json"))
            let outcome = try Program.run(
                "run", clips + "/one.mp4", "-o", folder + "/out", "--method", "iss", "--no-overlay", "--model", model,
                "--resize", "checkpoint")
            #expect(outcome.status == (says == nil ? 0 : 1), "\(outcome)")
            #expect(says.map(outcome.errors.contains) ?? true, "\(outcome)")
        }
    }

    @Test("the help says what each preset has")
    func help() throws {
        let outcome = try Program.run("run", "--help")
        #expect(outcome.status == 0)
        let words = outcome.output.split { $0.isWhitespace }.joined(separator: " ")
        for text in [
            "--learning-rate <n> Learning rate of AdamW. (0 to 10; default: balanced 0.0003; reference, paper 0.001)",
            "--momentum <n> How much the momentum model keeps at each step. (0 to 1; default: 0.99)",
            "(nothing or label; default: balanced, paper nothing; reference label)",
            "AFFINITY TEACHER: --affinity-fine-weight <n>",
        ] { #expect(words.contains(text), "\(text)") }
    }

    @Test("shells complete the words of an option")
    func completion() throws {
        let outcome = try Program.run("--generate-completion-script", "bash")
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("'add-on'$'\\n''memory'"))
    }

    @Test("what is given stands in the report, and the preset's values beside it")
    func report() throws {
        try withTemporaryFolder { folder in
            let outcome = try Program.run(
                "run", clips + "/one.mp4", "-o", folder + "/out", "--fit", "64x64", "--no-overlay", "--preset", "paper",
                "--passes=1", "--learning-rate", "0.002", "--fusion", "memory", "--seed", "18446744073709551615",
                "--affinity-hard-similarity", "-0.5", "--affinity-radius", "4")
            #expect(outcome.status == 0, "\(outcome.errors)")
            let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/out/report.json"))
            let report = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
            #expect(report["preset"] as? String == "paper")
            let options = try #require(report["options"] as? [String: Any])
            #expect(options["passes"] as? Int == 1)
            #expect((options["learningRate"] as? Double).map(Float.init) == 0.002)
            #expect(options["fusion"] as? String == "memory")
            #expect(options["seed"] as? UInt64 == .max)
            #expect((options["dropout"] as? Double).map(Float.init) == 0.1)
            let targets = try #require(report["targets"] as? [String: Any])
            let teacher = try #require(targets["teacherOptions"] as? [String: Any])
            #expect((teacher["hardSimilarity"] as? Double).map(Float.init) == -0.5)
            #expect(teacher["radius"] as? Int == 4 && teacher["matches"] as? Int == 10)
        }
    }
}
