import Foundation
import TestSupport
import Testing

/// What a warm-up found, written by one run and taken by others.
struct AdaptedTests {
    private static let street = projectRoot + "/Tests/Fixtures/street/clip.mp4"
    private let options = ["--fit", "128x96", "--no-overlay"]

    /// A run that writes its labels to a folder and what its warm-up finds to a file.
    private func adapt(in folder: String, _ more: String...) throws {
        let outcome = try Program.run(
            arguments: ["run", Self.street, "-o", folder + "/first", "--save-adapted", folder + "/adapted"] + options
                + ["--passes", "1", "--warmup", "4f"] + more)
        #expect(outcome.status == 0, "\(outcome)")
    }

    private func expectSameLabels(_ one: String, _ other: String) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: one + "/labels").sorted()
        #expect(try names == FileManager.default.contentsOfDirectory(atPath: other + "/labels").sorted())
        for name in names {
            let paths = [one, other].map { $0 + "/labels/" + name }
            #expect(FileManager.default.contentsEqual(atPath: paths[0], andPath: paths[1]), "\(name)")
        }
    }

    @Test(
        "a run that takes it labels as the one that wrote it, a stream from its first frame on",
        arguments: ["balanced", "paper"])
    func same(preset: String) throws {
        try withTemporaryFolder { folder in
            try adapt(in: folder, "--preset", preset)
            let arguments = options + ["--adapted", folder + "/adapted", "--preset", preset]
            let second = try Program.run(arguments: ["run", Self.street, "-o", folder + "/second"] + arguments)
            #expect(second.status == 0 && !second.errors.contains("warm-up: "), "\(second)")
            try expectSameLabels(folder + "/first", folder + "/second")
            let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/second/report.json"))
            let report = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
            let warmUp = try #require(report["warmUp"] as? [String: Any])
            #expect(warmUp["from"] as? String == folder + "/adapted" && warmUp["frames"] as? Int == 0)
            #expect(warmUp["adapted"] as? Int == 0 && (report["losses"] as? [Any])?.isEmpty == true)

            let words = arguments.joined(separator: " ")
            let third = try Program.shell("cat \(Self.street) | \"$0\" run - -o \(folder)/third \(words)")
            #expect(third.status == 0, "\(third)")
            try expectSameLabels(folder + "/first", folder + "/third")
            // Frames of another size are another camera's, but nothing that was found depends on it.
            let other = try Program.run(
                arguments: ["run", clips + "/one.mp4", "-o", folder + "/other"] + arguments)
            #expect(other.status == 0, "\(other)")
        }
    }

    @Test("what belongs to another model or other numbers, is damaged or is something else is refused in one sentence")
    func refused() throws {
        try withTemporaryFolder { folder in
            try adapt(in: folder)
            let file = folder + "/adapted"
            func expect(_ message: String, _ arguments: [String], _ adapted: String) throws {
                let outcome = try Program.run(
                    arguments: ["run", Self.street, "-o", folder + "/out", "--adapted", adapted] + options + arguments)
                #expect(outcome.status == 1 && outcome.errors.contains(message), "\(outcome)")
            }
            let model = projectRoot + "/Tests/NetworksTests/Golden/small-b0"
            try expect("was adapted with another classes, another model; expected", ["--model", model], file)
            try expect("with --memory-doubt 8; expected this run's", ["--memory-doubt", "7"], file)
            try expect("is no state of a method", [], shippedModel + "/model.safetensors")
            var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
            bytes[bytes.count - 5] ^= 1
            try bytes.write(to: URL(fileURLWithPath: folder + "/damaged"))
            try expect("damaged: is damaged", [], folder + "/damaged")
            try bytes.prefix(1000).write(to: URL(fileURLWithPath: folder + "/cut"))
            try expect("cut: is truncated", [], folder + "/cut")

            let over = try Program.run(
                arguments: ["run", Self.street, "-o", folder + "/out", "--save-adapted", folder + "/cut"] + options)
            #expect(over.status == 1 && over.errors.contains("it is not replaced"), "\(over)")
        }
    }

    @Test(
        "options that make no sense with it are refused before the video is looked for",
        arguments: [
            (["--adapted", "a", "--save-adapted", "b"], "--save-adapted: with --adapted there is no warm-up"),
            (["--adapted", "a", "--warmup", "4f"], "--warmup: with --adapted there is no warm-up"),
            (["--adapted", "a", "--method", "iss"], "--adapted: the plain model (--method iss) is not adapted"),
            (
                ["--save-adapted", "a", "--method", "iss"],
                "--save-adapted: the plain model (--method iss) is not adapted"
            ),
        ])
    func senseless(arguments: [String], message: String) throws {
        let outcome = try Program.run(arguments: ["run", "nowhere.mp4"] + arguments)
        #expect(outcome.status == 64 && outcome.errors.hasPrefix("Error: \(message)\n"), "\(outcome)")
    }

    @Test("a run that was stopped goes on with what it took, and with nothing else")
    func resumed() throws {
        try withTemporaryFolder { folder in
            try adapt(in: folder)
            let out = folder + "/out"
            let frames = try pictures(400, in: folder)
            let arguments = ["run", frames, "-o", out] + options
            let adapted = ["--adapted", folder + "/adapted"]
            let stopped = try Program.run(
                arguments: arguments + adapted, SIGKILL, at: out + ".partial/labels/000020.png")
            #expect(stopped.status == -SIGKILL, "\(stopped)")
            let other = try Program.run(arguments: arguments + ["--resume"])
            #expect(other.status == 1 && other.errors.contains("was a run with another --adapted"), "\(other)")
            let resumed = try Program.run(arguments: arguments + adapted + ["--resume"])
            #expect(resumed.status == 0, "\(resumed)")
            let whole = try Program.run(arguments: ["run", frames, "-o", folder + "/whole"] + options + adapted)
            #expect(whole.status == 0, "\(whole)")
            try expectSameLabels(folder + "/whole", out)
        }
    }
}
