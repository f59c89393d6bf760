import Foundation
import Media
import Raster
import TestSupport
import Testing

/// Whole runs of the built program on tiny clips.
struct RunTests {
    private func report(_ folder: String) throws -> [String: Any] {
        let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/report.json"))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    @Test("a run adapts, labels every frame at its own size and reports")
    func wholeRun() throws {
        try withTemporaryFolder { folder in
            let out = folder + "/out"
            let outcome = try Program.run(
                "run", clips + "/bframes.mp4", "-o", out + "/", "--fit", "160x128", "--warmup", "0.06", "--passes", "2")
            #expect(outcome.status == 0, "\(outcome)")
            let labels = try labelFiles(in: out + "/labels")
            #expect(labels.count == 50)
            #expect(labels.first?.hasSuffix("/000000.png") == true)
            let map = try readLabels(at: labels[49])
            #expect(map.width == 322 && map.height == 242)
            #expect(map.labels.allSatisfy { $0 < 11 })
            let overlay = try openFrames(at: out + "/overlay.mp4")
            var times: [Double] = []
            while let frame = try overlay.next() { times.append(frame.time) }
            let source = try openFrames(at: clips + "/bframes.mp4")
            var expected: [Double] = []
            while let frame = try source.next() { expected.append(frame.time) }
            #expect(times.count == 50)
            // Ticks of 1/60000 s.
            #expect(zip(times, expected).allSatisfy { abs($0 - $1) < 1e-4 })
            let report = try report(out)
            let warmUp = try #require(report["warmUp"] as? [String: Any])
            #expect(warmUp["frames"] as? Int == 3)
            #expect((report["losses"] as? [Any])?.count == 6)
            let flicker = try #require(report["flicker"] as? [String: Any])
            #expect(flicker["plain"] as? Double != nil && flicker["adapted"] as? Double != nil)
            #expect(!FileManager.default.fileExists(atPath: out + ".partial"))
        }
    }

    @Test("a long warm-up is thinned evenly and says so; the report names the precision")
    func boundedWarmUp() throws {
        try withTemporaryFolder { folder in
            let outcome = try Program.run(
                "run", clips + "/bframes.mp4", "-o", folder + "/out", "--fit", "96x96", "--warmup", "0.2",
                "--warmup-max", "4", "--passes", "1", "--no-overlay", "--precision", "fp32")
            #expect(outcome.status == 0, "\(outcome)")
            #expect(
                outcome.output.contains("4 of its 10 frames are adapted on, pairs of neighbours 5 frames apart"),
                "\(outcome)")
            let report = try report(folder + "/out")
            let warmUp = try #require(report["warmUp"] as? [String: Any])
            #expect(warmUp["adapted"] as? Int == 4 && warmUp["stride"] as? Int == 5)
            let machine = try #require(report["machine"] as? [String: Any])
            #expect(machine["precision"] as? String == "fp32")
        }
    }

    @Test("progress for programs is lines of JSON, from the beginning of each stage to its end")
    func progress() throws {
        try withTemporaryFolder { folder in
            let outcome = try Program.run(
                "run", clips + "/bframes.mp4", "-o", folder + "/out", "--fit", "96x96", "--warmup", "0.06", "--passes",
                "1", "--no-overlay", "--progress", "json")
            #expect(outcome.status == 0, "\(outcome)")
            let news = try progressNews(outcome)
            var current: String?
            for line in news {
                let stage = try #require(line["stage"] as? String)
                #expect(current == nil || current == stage, "\(stage) begins before \(current ?? "") ends")
                if current == nil { #expect(line["done"] as? Int == 0 && line["ended"] as? Bool == false, "\(line)") }
                current = line["ended"] as? Bool == true ? nil : stage
            }
            let last = try #require(news.last)
            #expect(current == nil && last["stage"] as? String == "labelling", "\(outcome)")
            #expect(last["done"] as? Int == 50 && last["unit"] as? String == "frames")
            #expect(!outcome.errors.contains("frames in "), "\(outcome)")
        }
    }

    @Test("SAM 2 teaches, and the report says which")
    func sam2() throws {
        try withTemporaryFolder { folder in
            try writeSyntheticModel(of: projectRoot + "/Tests/NetworksTests/Golden/sam2/small-2.1", to: folder)
            let arguments = [
                "run", clips + "/bframes.mp4", "-o", folder + "/out", "--fit", "96x96", "--warmup", "0.06", "--passes",
                "1", "--no-overlay", "--precision", "fp32", "--prompt-threshold", "0.3", "--teacher", "sam2",
                "--teacher-model", folder,
            ]
            let refused = try Program.run(arguments: arguments + ["--teacher-memory", "8"])
            #expect(
                refused.errors == "Error: --teacher-memory is 8: expected 1 to 7, what \(folder) was trained with\n")
            let outcome = try Program.run(arguments: arguments + ["--teacher-size", "96", "--teacher-memory", "2"])
            #expect(outcome.status == 0, "\(outcome)")
            let targets = try #require(try report(folder + "/out")["targets"] as? [String: Any])
            #expect(targets["teacher"] as? String == "sam2")
            let model = try #require(targets["teacherModel"] as? [String: Any])
            #expect(model["path"] as? String == folder && model["precision"] as? String == "fp32")
            #expect(model["inputSize"] as? Int == 96 && model["memories"] as? Int == 2)
            let found = [targets["objects"], targets["refused"]].compactMap { ($0 as? [Any])?.count }
            #expect(found.reduce(0, +) > 0)
        }
    }

    @Test("a run is resumed with the teacher that it had")
    func sameTeacher() throws {
        try withTemporaryFolder { folder in
            let model = folder + "/model"
            try FileManager.default.createDirectory(atPath: model, withIntermediateDirectories: false)
            try writeSyntheticModel(of: projectRoot + "/Tests/NetworksTests/Golden/sam2/small-2.1", to: model)
            let frames = try pictures(60, in: folder)
            let options = ["--fit", "64x64", "--precision", "fp32", "--warmup", "50f", "--passes", "100"]
            let first = ["sam2", "--teacher-model", model, "--teacher-size", "96"]
            /// What is said where a run with one teacher is resumed with another, or after something else has changed.
            func resumed(with teacher: [String], after change: () throws -> Void = {}) throws -> String {
                let arguments = ["run", frames, "-o", folder + "/out"] + options + ["--teacher"]
                let killed = try Program.run(
                    arguments: arguments + first, SIGKILL, at: folder + "/out.partial/.ditta/run.json")
                #expect(killed.status == -SIGKILL, "\(killed)")
                try change()
                return try Program.run(arguments: arguments + teacher + ["--resume"]).errors
            }
            var said = try resumed(with: ["affinity", "--affinity-radius", "5"])
            #expect(said.contains("another --teacher, another --teacher-memory, another --teacher-size"), "\(said)")
            said = try resumed(with: first.dropLast() + ["64"])
            #expect(said.contains("was a run with another --teacher-size; resume"), "\(said)")
            said = try resumed(with: first) {
                // The last number of its weights becomes another one.
                let weights = URL(fileURLWithPath: model + "/model.safetensors")
                var bytes = try Data(contentsOf: weights)
                bytes[bytes.count - 1] ^= 1
                try bytes.write(to: weights)
            }
            #expect(said.contains("was a run with another model of the teacher; resume"), "\(said)")
        }
    }

    @Test("the same video gives the same bytes")
    func deterministic() throws {
        try withTemporaryFolder { folder in
            let arguments = ["--fit", "96x96", "--warmup", "0.1", "--passes", "1", "--no-overlay"]
            for name in ["a", "b"] {
                let outcome = try Program.run(
                    arguments: ["run", clips + "/vfr.mp4", "-o", folder + "/" + name] + arguments)
                #expect(outcome.status == 0, "\(outcome)")
            }
            let (a, b) = (try labelFiles(in: folder + "/a/labels"), try labelFiles(in: folder + "/b/labels"))
            #expect(a.count == b.count && !a.isEmpty)
            for (first, second) in zip(a, b) {
                #expect(FileManager.default.contentsEqual(atPath: first, andPath: second))
            }
        }
    }

    @Test("one frame and 1×1 pixels are videos too", arguments: ["one.mp4", "pixel.mkv"])
    func smallest(name: String) throws {
        try withTemporaryFolder { folder in
            for method in ["iss", "ditta"] {
                let out = folder + "/" + method
                let passes = method == "ditta" ? ["--passes", "1"] : []
                let outcome = try Program.run(
                    arguments: ["run", clips + "/" + name, "-o", out, "--method", method, "--fit", "64x64"] + passes)
                #expect(outcome.status == 0, "\(outcome)")
                #expect(try labelFiles(in: out + "/labels").count >= 1)
            }
        }
    }

    @Test("a frame that cannot be read ends the run after the frames before it")
    func brokenFrame() throws {
        try withTemporaryFolder { folder in
            let frames = folder + "/frames"
            try FileManager.default.createDirectory(atPath: frames, withIntermediateDirectories: false)
            for index in 0..<9 {
                let (width, height) = index == 7 ? (48, 64) : (64, 48)
                let image = Image(width: width, height: height, pixels: Array(repeating: 99, count: 64 * 48 * 3))
                try writeImage(image, to: frames + "/\(index).png")
            }
            let out = folder + "/out"
            let outcome = try Program.run("run", frames, "-o", out, "--method", "iss", "--fit", "64x64")
            #expect(outcome.status == 1, "\(outcome)")
            #expect(outcome.errors.contains("7.png has another size"), "\(outcome.errors)")
            let kept = try labelFiles(in: out + ".partial/labels")
            #expect(kept.map { $0.suffix(10) } == (0..<7).map { "00000\($0).png" })
            #expect(!FileManager.default.fileExists(atPath: out))
        }
    }

    @Test("eval reads what run wrote, and leaves out its warm-up")
    func evaluateRun() throws {
        try withTemporaryFolder { folder in
            let out = folder + "/out"
            let run = try Program.run(
                "run", clips + "/bframes.mp4", "-o", out, "--method", "iss", "--fit", "64x64", "--no-overlay")
            #expect(run.status == 0, "\(run)")
            // Against itself everything is right.
            let outcome = try Program.run("eval", out, out + "/labels", "--skip-warm-up", "--json")
            #expect(outcome.status == 0, "\(outcome)")
            let json = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
            #expect(json?["frames"] as? Int == 45)
            #expect(json?["mIoU"] as? Double == 100)
            // The same for people: VSPW's, strict, and without void where there is one.
            let table = try Program.run("eval", out, out + "/labels", "--skip-warm-up")
            #expect(table.status == 0, "\(table)")
            let line = table.output.split(separator: "\n").first { $0.hasPrefix("mIoU") }
            #expect(line?.split(separator: " ") == ["mIoU", "100.00", "100.00"], "\(table)")
        }
    }

    @Test("help names the commands")
    func help() throws {
        let outcome = try Program.run("--help")
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("ditta run video.mp4"))
    }
}
