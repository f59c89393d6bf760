import Foundation
import TestSupport
import Testing

/// `--teacher` of `ditta cloud`: networks of all kinds teach.
struct CloudTeacherTests {
    @Test(
        "a model is taught by a network, labels with it, and refuses another",
        arguments: [
            ("dinov2/plain", "", 1246, 128), ("dinov2/meta", "/model.safetensors", 1246, 128),
            ("sam2/small-2.1", "", 256, 160),
        ])
    func teachers(golden: String, file: String, side: Int, channels: Int) throws {
        try withTemporaryFolder { folder in
            try writeRoom(folder + "/data/a")
            let teacher = folder + "/teacher"
            try FileManager.default.createDirectory(atPath: teacher, withIntermediateDirectories: true)
            try writeSyntheticModel(of: projectRoot + "/Tests/NetworksTests/Golden/" + golden, to: teacher)
            let trained = try Program.run(
                "cloud", "train", folder + "/data", "-o", folder + "/model", "--teacher", teacher + file, "--network",
                "mink14-third", "--voxel", "0.25", "--epochs", "2")
            #expect(trained.status == 0, "\(trained)")
            let configuration = try String(contentsOfFile: folder + "/model/config.json", encoding: .utf8)
            #expect(configuration.contains("\"side\" : \(side)"), "\(configuration)")
            let run = ["cloud", "run", folder + "/data", "--model", folder + "/model", "--steps", "2"]
            let labelled = try Program.run(
                arguments: run + ["-o", folder + "/out", "--teacher", teacher + file])
            #expect(labelled.status == 0 && labelled.output.hasPrefix("1 scenes labelled"), "\(labelled)")
            let refused = try Program.run(arguments: run + ["-o", folder + "/other"])
            #expect(refused.status == 1 && refused.errors.contains("the model was taught by"), "\(refused)")
            // The same network looking at pictures of another size is another teacher, too.
            try configuration.replacing("\"side\" : \(side)", with: "\"side\" : 640").write(
                toFile: folder + "/model/config.json", atomically: true, encoding: .utf8)
            let smaller = try Program.run(arguments: run + ["-o", folder + "/other", "--teacher", teacher + file])
            #expect(smaller.status == 1 && smaller.errors.contains("expected 640, found \(side)"), "\(smaller)")
        }
    }

    @Test("one sentence for what cannot teach, and for a teacher that shall label a video")
    func refusals() throws {
        try withTemporaryFolder { folder in
            try writeRoom(folder + "/data/a")
            let teacher = folder + "/teacher"
            try FileManager.default.createDirectory(atPath: teacher, withIntermediateDirectories: true)
            try writeSyntheticModel(of: projectRoot + "/Tests/NetworksTests/Golden/dinov2/plain", to: teacher)
            let video = try Program.run(
                "run", clips + "/bframes.mp4", "--model", teacher, "-o", folder + "/labels")
            #expect(video.status == 1 && video.errors.contains("which labels no frames"), "\(video)")
            let train = ["cloud", "train", folder + "/data", "-o", folder + "/model", "--teacher"]
            for (path, sentence) in [
                (folder + "/none", "no such model"), (folder + "/data", "cannot be read"),
                (folder + "/model.safetensors", "is no network that ditta has"),
            ] {
                try writeSparse(["bert.weight": [2]], to: folder + "/model.safetensors")
                let outcome = try Program.run(arguments: train + [path])
                #expect(outcome.status == 1 && outcome.errors.contains(sentence), "\(outcome)")
            }
        }
    }
}
