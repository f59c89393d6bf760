import Foundation
import Media
import Raster
import TestSupport
import Testing

/// `ditta cloud train` and `ditta cloud run` on a wall and a floor.
struct CloudRunTests {
    @Test("a model is trained and labels, with and without training on the scene; two runs give the same bytes")
    func whole() throws {
        try withTemporaryFolder { folder in
            try writeRoom(folder + "/data/a")
            try writeRoom(folder + "/data/b", points: 861 + 400)
            for model in ["/one", "/two"] { try trainModel(folder + "/data", folder + model) }
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
            try writeRoom(folder + "/data/a")
            try writeRoom(folder + "/data/b", points: 861 + 400)
            let train = ["cloud", "train", folder + "/data"] + briefTraining + ["--epochs", "25", "-o"]
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

    @Test("what only pictures of moments before show is trained on with them")
    func window() throws {
        try withTemporaryFolder { folder in
            for (name, time) in [("a", 0), ("b", 1), ("c", 5)] {
                try writeRoom(folder + "/drive/" + name, looksAway: name != "a", at: time)
            }
            try trainModel(folder + "/drive", folder + "/model")
            func paired(_ output: String, _ options: String...) throws -> [Int] {
                let outcome = try Program.run(
                    arguments: [
                        "cloud", "run", folder + "/drive", "--model", folder + "/model", "-o", folder + output,
                        "--steps", "1", "--no-page",
                    ] + options)
                #expect(outcome.status == 0, "\(outcome)")
                let report = try JSONSerialization.jsonObject(with: contents(folder + output + "/report.json"))
                let scenes = (report as? [String: Any])?["scenes"] as? [[String: Any]]
                return try #require(scenes).map { $0["paired"] as? Int ?? -1 }
            }
            let alone = try paired("/alone")
            // Of 41 columns and 21 rows of the wall the last ones lie at the edge of the picture.
            #expect(alone == [800, 0, 0], "\(alone)")
            let window = try paired("/window", "--pair-window", "1.5", "--images", "1")
            #expect(window == [800, 800, 0], "\(window)")
        }
    }

    @Test("a training by the hour ends when its time is over, with a model")
    func byTheHour() throws {
        try withTemporaryFolder { folder in
            try writeRoom(folder + "/data/a")
            let outcome = try Program.run(
                arguments: [
                    "cloud", "train", folder + "/data", "-o", folder + "/model", "--hours", "0.0003", "--progress",
                    "json",
                ] + briefTraining.prefix(4))
            #expect(outcome.status == 0, "\(outcome)")
            // What the program says of itself: all of the 1.08 s were trained, in some steps.
            let last = try #require(try progressNews(outcome).last)
            #expect(last["stage"] as? String == "training" && last["ended"] as? Bool == true, "\(last)")
            #expect(try #require(last["seconds"] as? Double) >= 1.08 && #require(last["done"] as? Int) > 0, "\(last)")
            #expect(FileManager.default.fileExists(atPath: folder + "/model/model.safetensors"))
        }
    }

    @Test("the page has every point and picture, needs nothing else, and no name breaks it")
    func page() throws {
        try withTemporaryFolder { folder in
            let nasty = "a'\"&<b></script>"
            try writeRoom(folder + "/data/" + nasty.replacing("/", with: ""))
            let model = folder + "/model"
            try trainModel(folder + "/data", model)
            let run = ["cloud", "run", folder + "/data", "--model", model, "--steps", "2", "-o"]
            for output in ["/one", "/two"] {
                let outcome = try Program.run(arguments: run + [folder + output])
                #expect(outcome.status == 0, "\(outcome)")
            }
            let page = try contents(folder + "/one/report.html")
            #expect(try page == contents(folder + "/two/report.html"))
            let text = String(decoding: page, as: UTF8.self)
            #expect(!text.contains("http") && !text.contains("src="))
            #expect(text.contains("<h2>a&#39;&quot;&amp;&lt;b&gt;&lt;script&gt;</h2>"))
            #expect(text.components(separatedBy: "</script>").count == 4, "what begins in a script ends with it")
            // The classes that the labels have are those that the page has.
            let start = try #require(text.range(of: "show({")).upperBound
            let end = try #require(text[start...].range(of: "})</script>")).lowerBound
            let scene = try #require(
                JSONSerialization.jsonObject(with: Data("{\(text[start..<end])}".utf8)) as? [String: Any])
            func bytes(_ name: String) -> Data? { (scene[name] as? String).flatMap { Data(base64Encoded: $0) } }
            let count = 861 + 820
            #expect(bytes("places")?.count == 6 * count && bytes("asTrained")?.count == count)
            let file = try contents(folder + "/one/labels/" + nasty.replacing("/", with: "") + ".label")
            let labels = stride(from: 0, to: file.count, by: 4).map { file[$0] == 7 ? UInt8(0) : 1 }
            #expect(bytes("now").map(Array.init) == labels)
            let pictures = try #require(scene["pictures"] as? [[String: Any]])
            #expect(pictures.count == 1 && pictures[0]["width"] as? Int == 200)
            let without = try Program.run(arguments: run + [folder + "/three", "--no-page"])
            #expect(without.status == 0)
            #expect(!FileManager.default.fileExists(atPath: folder + "/three/report.html"))
        }
    }

    @Test("one sentence each for what cannot be trained on, or labelled")
    func refusals() throws {
        try withTemporaryFolder { folder in
            try writeRoom(folder + "/data/a")
            try writeRoom(folder + "/away/b", looksAway: true)
            try writeRoom(folder + "/point/c", points: 1)
            let model = folder + "/model"
            try trainModel(folder + "/data", model)
            let shipped = projectRoot + "/weights/segformer-b0-street11"
            try FileManager.default.copyItem(atPath: shipped, toPath: folder + "/other")
            let configuration = try contents(shipped + "/config.json")
            try FileManager.default.removeItem(atPath: folder + "/other/config.json")
            try (configuration + Data(" ".utf8)).write(to: URL(fileURLWithPath: folder + "/other/config.json"))
            let run = ["--model", model, "-o", folder + "/out", "--steps", "1"]
            for (arguments, sentence) in [
                (
                    ["train", folder + "/away", "-o", folder + "/out"] + briefTraining,
                    "has a pixel, so that no picture can teach"
                ),
                (["train", folder + "/data", "-o", model] + briefTraining, "is there and not empty"),
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
            try writeRoom(folder + "/data/b", looksAway: true)
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
            try writeRoom(folder + "/data/a")
            try trainModel(folder + "/data", folder + "/model")
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
