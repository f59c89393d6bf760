import Foundation
import Media
import Raster
import TestSupport
import Testing

/// `ditta cloud train` and `ditta cloud run` on a wall and a floor.
struct CloudRunTests {
    /// Points of a wall 10 m ahead and a floor before it, and a camera that looks at them, or away.
    func writeScene(_ folder: String, points some: Int = .max, looksAway: Bool = false) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let wall = (-20...20).flatMap { x in (-10...10).map { y in "\(Double(x) / 4) \(Double(y) / 4) 10 0.2 7\n" } }
        let floor = (-20...20).flatMap { x in (20...39).map { z in "\(Double(x) / 4) 2.4 \(Double(z) / 4) 0.6 9\n" } }
        let points = (wall + floor).prefix(some)
        let header =
            "ply\nformat ascii 1.0\nelement vertex \(points.count)\nproperty float x\nproperty float y\nproperty float z\n"
            + "property float intensity\nproperty ushort label\nend_header\n"
        try (header + points.joined()).write(toFile: folder + "/room.ply", atomically: true, encoding: .utf8)
        let turn = looksAway ? "-1, 0, 0, 0, 0, 1, 0, 0, 0, 0, -1, 0" : "1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0"
        let description = """
            {"version": 1, "cloud": "room.ply", "labels": {"7": "wall", "9": "floor"},
             "cameras": [{"image": "front.png", "width": 200, "height": 100,
             "intrinsics": [200, 200, 100, 50], "camera_from_cloud": [\(turn), 0, 0, 0, 1]}]}
            """
        try description.write(toFile: folder + "/cameras.json", atomically: true, encoding: .utf8)
        let pixels = (0..<200 * 100).flatMap { pixel -> [UInt8] in
            let (x, y) = (pixel % 200, pixel / 200)
            return y < 94 ? [UInt8(150 + x / 4), 120, 90] : [UInt8(40 + (x / 8 + y) % 2 * 30), 60, 70]
        }
        try writeImage(Image(width: 200, height: 100, pixels: pixels), to: folder + "/front.png")
    }

    private let brief = ["--network", "mink14-third", "--voxel", "0.25", "--epochs", "4"]

    private func train(_ data: String, _ model: String) throws {
        let outcome = try Program.run(arguments: ["cloud", "train", data, "-o", model] + brief)
        #expect(outcome.status == 0 && outcome.output == "model: \(model)\n", "\(outcome)")
    }

    private func contents(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

    @Test("a model is trained and labels, with and without training on the scene; two runs give the same bytes")
    func whole() throws {
        try withTemporaryFolder { folder in
            try writeScene(folder + "/data/a")
            try writeScene(folder + "/data/b", points: 861 + 400)
            for model in ["/one", "/two"] { try train(folder + "/data", folder + model) }
            for file in ["/model.safetensors", "/config.json"] {
                #expect(try contents(folder + "/one" + file) == contents(folder + "/two" + file), "\(file)")
            }
            let run = ["cloud", "run", folder + "/data", "--model", folder + "/one"]
            for (output, options) in [
                ("/joint", ["--method", "joint"]), ("/first", ["--steps", "3", "--patience", "2"]),
                ("/second", ["--steps", "3", "--patience", "2", "--threads", "1"]),
            ] {
                let outcome = try Program.run(arguments: run + ["-o", folder + output] + options)
                #expect(outcome.status == 0, "\(outcome)")
                #expect(outcome.output.hasPrefix("2 scenes labelled in \(folder + output)\npoints "), "\(outcome)")
                let labels = try contents(folder + output + "/labels/a.label")
                #expect(labels.count == 4 * (861 + 820))
                #expect(Set(stride(from: 0, to: labels.count, by: 4).map { labels[$0] }).isSubset(of: [7, 9]))
            }
            for scene in ["a", "b"] {
                let file = "/labels/\(scene).label"
                #expect(try contents(folder + "/first" + file) == contents(folder + "/second" + file))
            }
            let report = String(decoding: try contents(folder + "/first/report.json"), as: UTF8.self)
            for part in ["\"method\" : \"ttt-kd\"", "\"heldOutLosses\"", "\"unpaired\"", "\"wall\""] {
                #expect(report.contains(part), "\(part)")
            }
            // A thinner scan has other points, which are written along.
            let thin = try Program.run(
                arguments: run + [
                    "-o", folder + "/thin", "--method", "ttt-kd-o", "--steps", "1", "--shift", "drops=0.5",
                ])
            #expect(thin.status == 0, "\(thin)")
            #expect(try contents(folder + "/thin/labels/a.ply").starts(with: Data("ply\n".utf8)))
        }
    }

    @Test(
        "a training that was stopped goes on to the same bytes, and not with other options",
        arguments: [SIGINT, SIGKILL])
    func stopped(signal: Int32) throws {
        try withTemporaryFolder { folder in
            try writeScene(folder + "/data/a")
            try writeScene(folder + "/data/b", points: 861 + 400)
            let train = ["cloud", "train", folder + "/data"] + brief + ["--epochs", "25", "-o"]
            let (whole, model) = (folder + "/whole", folder + "/model")
            #expect(try Program.run(arguments: train + [whole]).status == 0)
            let stopped = try Program.run(arguments: train + [model], signal, at: model + ".training")
            #expect(stopped.status == (signal == SIGKILL ? -SIGKILL : 128 + SIGINT), "\(stopped)")
            #expect(!FileManager.default.fileExists(atPath: model))
            if signal == SIGINT {
                #expect(stopped.errors.contains("from which the same command goes on"), "\(stopped)")
            }
            let other = try Program.run(arguments: train + [model, "--seed", "2"])
            #expect(other.status == 1 && other.errors.contains("another seed, expected 2, found 1"), "\(other)")
            let goneOn = try Program.run(arguments: train + [model])
            #expect(goneOn.status == 0 && goneOn.errors.contains("going on with \(model).training"), "\(goneOn)")
            for file in ["/model.safetensors", "/config.json"] {
                #expect(try contents(whole + file) == contents(model + file), "\(file)")
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["data", "model", "whole"])
        }
    }

    @Test("a training by the hour ends when its time is over, with a model")
    func byTheHour() throws {
        try withTemporaryFolder { folder in
            try writeScene(folder + "/data/a")
            let begin = ContinuousClock.now
            let outcome = try Program.run(
                arguments: ["cloud", "train", folder + "/data", "-o", folder + "/model", "--hours", "0.0003"]
                    + brief.prefix(4))
            #expect(outcome.status == 0 && ContinuousClock.now - begin >= .seconds(1), "\(outcome)")
            #expect(FileManager.default.fileExists(atPath: folder + "/model/model.safetensors"))
        }
    }

    @Test("one sentence each for what cannot be trained on, or labelled")
    func refusals() throws {
        try withTemporaryFolder { folder in
            try writeScene(folder + "/data/a")
            try writeScene(folder + "/away/b", looksAway: true)
            try writeScene(folder + "/point/c", points: 1)
            let model = folder + "/model"
            try train(folder + "/data", model)
            let shipped = projectRoot + "/weights/segformer-b0-street11"
            try FileManager.default.copyItem(atPath: shipped, toPath: folder + "/other")
            let configuration = try contents(shipped + "/config.json")
            try FileManager.default.removeItem(atPath: folder + "/other/config.json")
            try (configuration + Data(" ".utf8)).write(to: URL(fileURLWithPath: folder + "/other/config.json"))
            let run = ["--model", model, "-o", folder + "/out", "--steps", "1"]
            for (arguments, sentence) in [
                (
                    ["train", folder + "/away", "-o", folder + "/out"] + brief,
                    "has a pixel, so that no picture can teach"
                ),
                (["train", folder + "/data", "-o", model] + brief, "is there and not empty"),
                (["run", folder + "/away"] + run, "has a pixel, so that --method ttt-kd has nothing to train on"),
                (["run", folder + "/data", "--teacher", folder + "/other"] + run, "the model was taught by"),
                (["run", folder + "/data"] + run + ["--model", folder + "/data"], "config.json: cannot be read"),
            ] {
                let outcome = try Program.run(arguments: ["cloud"] + arguments)
                #expect(outcome.status == 1 && outcome.errors.contains(sentence), "\(outcome)")
                #expect(!FileManager.default.fileExists(atPath: folder + "/out"))
                #expect(!FileManager.default.fileExists(atPath: folder + "/out.partial"))
            }
            for options in [["--method", "joint", "--rate", "1"], ["--anchor", "-1"], ["--shift", "snow=1"]] {
                let outcome = try Program.run(arguments: ["cloud", "run", folder + "/data"] + run + options)
                #expect(outcome.status == 64, "\(outcome)")
            }
            // A scene without a pixel among others is labelled, and said.
            try writeScene(folder + "/data/b", looksAway: true)
            let both = try Program.run(arguments: ["cloud", "run", folder + "/data"] + run)
            #expect(both.status == 0 && both.errors.contains("Note: b: no point has a pixel"), "\(both)")
            let point = try Program.run(
                "cloud", "run", folder + "/point", "--model", model, "-o", folder + "/one", "--steps", "2")
            #expect(point.status == 0, "\(point)")
            #expect(try contents(folder + "/one/labels/c.label").count == 4)
        }
    }

    @Test("a model that was tampered with is refused in a sentence")
    func damaged() throws {
        try withTemporaryFolder { folder in
            try writeScene(folder + "/data/a")
            try train(folder + "/data", folder + "/model")
            let file = folder + "/model/config.json"
            let text = String(decoding: try contents(file), as: UTF8.self)
            for (part, other, sentence) in [
                ("\"version\" : 1", "\"version\" : 2", "version: expected 1, found 2"),
                ("\"voxel\" : 0.25", "\"voxel\" : -1", "voxel: expected 0.001 to 100 metres"),
                ("\"range\"", "\"warmth\"", "inputs: expected"),
                ("\"wall\"", "\"floor\"", "classes: expected at least one"),
                ("\"name\" : \"wall\"", "\"title\" : \"wall\"", "it has no 'name'"),
            ] {
                #expect(text.contains(part), "\(part)")
                try text.replacing(part, with: other).write(toFile: file, atomically: true, encoding: .utf8)
                let outcome = try Program.run(
                    "cloud", "run", folder + "/data", "--model", folder + "/model", "-o", folder + "/out")
                #expect(outcome.status == 1 && outcome.errors.contains(sentence), "\(outcome)")
            }
            try text.write(toFile: file, atomically: true, encoding: .utf8)
            let tensors = try contents(folder + "/model/model.safetensors")
            try tensors.prefix(tensors.count / 2).write(to: URL(fileURLWithPath: folder + "/model/model.safetensors"))
            let outcome = try Program.run(
                "cloud", "run", folder + "/data", "--model", folder + "/model", "-o", folder + "/out")
            #expect(outcome.status == 1 && outcome.errors.contains("model.safetensors"), "\(outcome)")
        }
    }
}
