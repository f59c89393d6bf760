import Foundation
import Media
import Raster
import Testing

/// `ditta cloud check` on scenes that are right, wrong and none.
struct CloudCheckTests {
    /// A cloud of a wall 10 m ahead, and a camera that looks at it, or away.
    private func writeScene(_ folder: String, looksAway: Bool = false, moment: String = "") throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let points = (-20...20).flatMap { x in (-10...10).map { y in "\(Double(x) / 4) \(Double(y) / 4) 10\n" } }
        let header =
            "ply\nformat ascii 1.0\nelement vertex \(points.count + 1)\n"
            + "property float x\nproperty float y\nproperty float z\nend_header\n"
        try (header + points.joined() + "nan 0 0\n").write(
            toFile: folder + "/wall.ply", atomically: true, encoding: .utf8)
        let turn = looksAway ? "-1, 0, 0, 0, 0, 1, 0, 0, 0, 0, -1, 0" : "1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0"
        let description = """
            {"version": 1, "cloud": "wall.ply", \(moment) "cameras": [{"image": "front.png", "width": 200, "height": 100,
             "intrinsics": [200, 200, 100, 50], "camera_from_cloud": [\(turn), 0, 0, 0, 1]}]}
            """
        try description.write(toFile: folder + "/cameras.json", atomically: true, encoding: .utf8)
        try writeImage(
            Image(width: 200, height: 100, pixels: [UInt8](repeating: 160, count: 60000)), to: folder + "/front.png")
    }

    @Test("a picture and a sentence for each camera")
    func right() throws {
        try withTemporaryFolder { folder in
            try writeScene(folder + "/scene")
            let outcome = try Program.run("cloud", "check", folder + "/scene", "-o", folder + "/out")
            #expect(outcome.status == 0, "\(outcome)")
            // All but those on the picture's last column and row, and the one that is nowhere.
            #expect(outcome.output == "scene, camera front: 800 of 862 points have a pixel, 0 more are hidden\n")
            #expect(outcome.errors.contains("1 of 862 points are unusable"), "\(outcome)")
            let image = try readImage(at: folder + "/out/scene-front.png")
            #expect(image.width == 200 && image.height > 100)
            // The middle of the wall has the colour of 10 m, the sixth of a circle from yellow towards green; beside points it is grey.
            let middle = (50 * 200 + 100) * 3
            #expect(Array(image.pixels[middle..<middle + 3]) == [65, 255, 0])
            let beside = (52 * 200 + 102) * 3
            #expect(Array(image.pixels[beside..<beside + 3]) == [80, 80, 80])
        }
    }

    @Test("a camera that sees nothing is said loudly")
    func blind() throws {
        try withTemporaryFolder { folder in
            try writeScene(folder + "/scenes/1")
            try writeScene(folder + "/scenes/2", looksAway: true)
            let outcome = try Program.run("cloud", "check", folder + "/scenes", "-o", folder + "/out")
            #expect(outcome.status == 1, "\(outcome)")
            #expect(outcome.errors.contains("WARNING: 2, camera front sees no point\n"), "\(outcome)")
            #expect(outcome.errors.contains("1 of 2 cameras see no point, the first is 2, camera front"), "\(outcome)")
            #expect(outcome.output.contains("2, camera front: 0 of 862 points have a pixel"), "\(outcome)")
            #expect(FileManager.default.fileExists(atPath: folder + "/out/2-front.png"))
        }
    }

    @Test("a scene of a drive is drawn on the pictures of moments before, too")
    func window() throws {
        try withTemporaryFolder { folder in
            for (scene, time, place) in [("1", 0.0, 0.0), ("2", 1, -5), ("3", 5, 0)] {
                let pose = "1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, \(place), 0, 0, 0, 1"
                try writeScene(
                    folder + "/drive/" + scene, moment: "\"time\": \(time), \"world_from_cloud\": [\(pose)],")
            }
            let outcome = try Program.run(
                "cloud", "check", folder + "/drive", "-o", folder + "/out", "--pair-window", "1.5")
            #expect(outcome.status == 0, "\(outcome)")
            // Where scene 1 was, the wall of scene 2 is 5 m away: of 41 columns those between -2.5 and 2.5 m, of 21 rows as many.
            let lines = outcome.output.split(separator: "\n")
            #expect(lines.count == 5, "\(outcome)")
            #expect(lines[2] == "2, camera front of 1: 200 of 862 points have a pixel, 0 more are hidden")
            #expect(lines[3] == "2: 800 of 862 points have a pixel on these 2 pictures")
            #expect(FileManager.default.fileExists(atPath: folder + "/out/2-front-of-1.png"))
        }
    }

    @Test("what cannot be checked is an error, and nothing is overwritten")
    func refusals() throws {
        try withTemporaryFolder { folder in
            try writeScene(folder + "/scene")
            for (arguments, sentence) in [
                (["/nowhere", "-o", folder + "/out"], "Error: /nowhere: is not there"),
                ([folder + "/scene", "-o", folder + "/scene"], "is there and not empty"),
                ([folder, "-o", "/dev/null/out"], "the output folder cannot be made"),
            ] {
                let outcome = try Program.run(arguments: ["cloud", "check"] + arguments)
                #expect(outcome.status == 1 && outcome.errors.contains(sentence), "\(outcome)")
            }
            let outcome = try Program.run("cloud", "check", folder, "-o", folder + "/out", "--every", "0")
            #expect(outcome.status == 64, "\(outcome)")
            try FileManager.default.removeItem(atPath: folder + "/scene/front.png")
            let missing = try Program.run("cloud", "check", folder, "-o", folder + "/out")
            #expect(
                missing.status == 1 && missing.errors.contains("camera 0 (front.png): image: there is no file"),
                "\(missing)")
        }
    }
}
