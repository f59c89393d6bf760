import Foundation
import Media
import Raster
import TestSupport
import Testing

/// `ditta eval` on labels that are not of its classes: counted, and said aloud where they are many.
struct EvalLabelsTests {
    /// Evaluates four frames with these ids, each a stripe of 32×8 pixels.
    private func evaluate(
        _ prediction: [UInt16], _ truth: [UInt16], _ options: [String], json: Bool = true
    ) throws -> (outcome: Program.Outcome, report: [String: Any]) {
        try withTemporaryFolder { folder in
            for (name, ids) in [("prediction", prediction), ("truth", truth)] {
                let path = folder + "/" + name
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
                let map = LabelMap(
                    width: 32, height: 8 * ids.count, labels: ids.flatMap { [UInt16](repeating: $0, count: 256) })
                let writer = LabelWriter(palette: Palette(classNames: []))
                for frame in 0..<4 { try writer.write(map, to: path + "/\(frame).png") }
            }
            let outcome = try Program.run(
                arguments: ["eval", folder + "/prediction", folder + "/truth"] + options + (json ? ["--json"] : []))
            let report = try? JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
            return (outcome, report ?? [:])
        }
    }

    @Test(
        "half of the truth is no class, and the likely cause is named",
        arguments: [
            ([0, 1], [0, 26], ["--classes", "2"], ["50.00 % of the true pixels", "no class (0 to 1)", "ids 26"]),
            ([0, 1], [7, 26], ["--classes", "19"], ["labelIds", "labelTrainIds"]),
            ([0, 1], [7, 24], ["--classes", "11"], ["labelIds", "labelTrainIds"]),
            ([0, 1], [7, 26001], ["--classes", "19"], ["instanceIds"]),
            ([0, 1], [1, 2], ["--classes", "2"], ["from 1, expected from 0", "--label-offset -1"]),
            ([0, 1], [0, 1], ["--classes", "2", "--label-offset", "-1"], ["below 0", "--ignore"]),
            ([0, 1], [0, 255], ["--classes", "2"], ["ignored and left out", "a mask to be looked at"]),
            ([0, 1], [0, 255], [], ["ignored and left out", "a mask to be looked at"]),
            ([0, 1], [0, 255], ["--classes", "2", "--ignore", "7"], ["of no class", "a mask to be looked at"]),
        ] as [([UInt16], [UInt16], [String], [String])])
    func half(prediction: [UInt16], truth: [UInt16], options: [String], words: [String]) throws {
        let (outcome, report) = try evaluate(prediction, truth, options)
        #expect(outcome.status == 0, "\(outcome)")
        let warning = try #require((report["warnings"] as? [String])?.first, "\(outcome)")
        #expect(outcome.errors.contains("Warning: \(warning)\n"))
        for word in ["50.00 % of the true pixels"] + words { #expect(warning.contains(word), "\(warning)") }
        let counts = ["pixels", "ignoredPixels", "outsidePixels"].map { report[$0] as? Int }
        #expect(counts == (warning.contains("are ignored") ? [2048, 1024, 0] : [2048, 0, 1024]))
        let table = try evaluate(prediction, truth, options, json: false).outcome
        #expect(table.output.contains("\n2048 true pixels: ") && table.output.contains("1024 (50.00 %)"))
        #expect(table.errors.contains(warning))
    }

    @Test("all of the truth is no class")
    func all() throws {
        let (outcome, report) = try evaluate([0, 1], [5, 6], ["--classes", "2"])
        #expect(outcome.status == 0 && outcome.errors.contains("100.00 % of the true pixels"), "\(outcome)")
        #expect(report["outsideIds"] as? [Int] == [5, 6] && report["mIoU"] is NSNull)
    }

    @Test("few pixels are counted without a fuss, and what is as it should be says none")
    func few() throws {
        let (outcome, report) = try evaluate(
            [UInt16](repeating: 0, count: 100), [UInt16](repeating: 0, count: 99) + [9], ["--classes", "2"])
        #expect(outcome.errors.isEmpty, "\(outcome)")
        #expect(report["outsidePixels"] as? Int == 1024 && report["outsideIds"] as? [Int] == [9])
        let table = try evaluate([0, 1, 1, 1], [0, 1, 1, 255], ["--classes", "2"], json: false).outcome
        #expect(table.errors.isEmpty, "\(table)")
        #expect(table.output.contains("4096 true pixels: 1024 (25.00 %) ignored, none outside the classes\n"))
    }

    @Test(
        "255 is a class where there are more of them, and 65535 is none then",
        arguments: [
            (["--classes", "256"], [255], 65535), ([], [300], 65535),
            (["--classes", "255", "--label-offset", "-1"], [], 65535),
            (["--classes", "256", "--ignore", "255"], [255], 255), (["--classes", "255"], [], 255),
        ] as [([String], [UInt16], Int)])
    func manyClasses(options: [String], more: [UInt16], ignored: Int) throws {
        // In the prediction, ids are classes already.
        let truth: [UInt16] = [1, 255, 65535] + more
        let prediction = options.contains("-1") ? [0, 254, 0] : [1, more.isEmpty ? 1 : 255, 0] + more
        let (outcome, report) = try evaluate(prediction, truth, options)
        #expect(outcome.status == 0, "\(outcome)")
        #expect(report["ignoredIds"] as? [Int] == [ignored], "\(outcome)")
        #expect(report["pixelAccuracy"] as? Double == 100)
        let isClass = ignored == 65535
        #expect(report["ignoredPixels"] as? Int == (isClass ? 1024 : 1024 * (more.isEmpty ? 1 : 2)))
        #expect(report["outsideIds"] as? [Int] == (isClass ? [] : [65535]))
    }

    @Test("a predicted id that is no class is refused where the truth is valid, counted where it is not")
    func predictions() throws {
        let refused = try evaluate([0, 255], [0, 1], ["--classes", "2"]).outcome
        #expect(refused.status == 1 && refused.output.isEmpty, "\(refused)")
        for word in ["has id 255 at column 0, row 8", "256 of 512 pixels are so", "a mask"] {
            #expect(refused.errors.contains(word), "\(refused)")
        }
        let fromOne = try evaluate([1, 2], [0, 1], ["--classes", "2"]).outcome
        #expect(fromOne.errors.contains("count classes from 1, expected from 0\n"), "\(fromOne)")
        let (counted, report) = try evaluate([0, 1, 1, 9], [0, 1, 1, 255], ["--classes", "2"])
        #expect(counted.status == 0 && counted.errors.contains("25.00 % of the predicted pixels"), "\(counted)")
        #expect(report["predictedOutsidePixels"] as? Int == 1024)
    }
}
