import Foundation
import Metrics
import Raster
import Reports
import Testing

/// What `ditta eval --json` prints.
struct EvaluationReportTests {
    private static func report(_ summary: EvaluationSummary) -> EvaluationReport {
        EvaluationReport(
            predictions: "a", truth: "b", classesFrom: "--classes", skippedFrames: 2, pairing: ["name"],
            notes: ["a note"], warnings: ["a warning"], summary: summary)
    }

    /// Scores of a video of one-row frames, each a prediction and its truth; 255 is no label.
    private static func evaluate(
        classes: Int, _ video: [(prediction: [Int], truth: [Int])]
    ) throws -> EvaluationSummary {
        func row(_ labels: [Int]) -> LabelMap {
            LabelMap(width: labels.count, height: 1, labels: labels.map { UInt16($0) })
        }
        var evaluation = try Evaluation(
            classNames: (0..<classes).map { "class \($0)" }, ignoring: [255], labelOffset: 0)
        evaluation.beginVideo()
        for frame in video { try evaluation.add(prediction: row(frame.prediction), truth: row(frame.truth)) }
        return evaluation.summary
    }

    @Test("what is written is read back")
    func roundTrip() throws {
        let data = try encodedJSON(Self.report(try Self.evaluate(classes: 2, [([0], [0])])))
        #expect(try encodedJSON(try decodedJSON(EvaluationReport.self, from: data)) == data)
    }

    @Test func encodesUndefinedScoresAsNull() throws {
        let summary = try Self.evaluate(classes: 2, [([0], [0])])
        let object = try #require(
            try JSONSerialization.jsonObject(with: encodedJSON(Self.report(summary))) as? [String: Any])
        #expect(object["mIoU"] as? Double == 100)
        for key in [
            "mVC8", "mVC8WithoutVoid", "mVC8Strict", "mVC16", "mVC16WithoutVoid", "mVC16Strict", "flicker",
            "flickerTruth",
        ] {
            #expect(object[key] is NSNull, "\(key)")
        }
        #expect(object["mVC8Windows"] as? Int == 0)
        let classes = try #require(object["classes"] as? [[String: Any]])
        #expect(classes.map { $0["name"] as? String } == ["class 0", "class 1"])
        #expect(classes.map { $0["IoU"] as? Double } == [100, nil])
        #expect(classes[1]["IoU"] is NSNull)
    }

    @Test func encodesEveryScoreUnderItsName() throws {
        // Every score has another value, so that no two can be exchanged.
        var video = (0..<18).map { frame in
            (
                prediction: [0, 0, frame < 2 ? 1 : 0, 0, 1, frame % 2, 2],
                truth: [0, 0, 0, 1, 1, 255, frame < 9 ? 1 : 0]
            )
        }
        video[17].prediction[3] = 1
        let summary = try Self.evaluate(classes: 3, video)
        let object = try #require(
            try JSONSerialization.jsonObject(with: encodedJSON(Self.report(summary))) as? [String: Any])
        let scores: [String: Double?] = [
            "mIoU": summary.overlap.meanIoU, "mIoUStrict": summary.overlap.strictMeanIoU,
            "wIoU": summary.overlap.weightedIoU, "pixelAccuracy": summary.overlap.pixelAccuracy,
            "mVC8": summary.consistency8.vspw, "mVC8WithoutVoid": summary.consistency8.withoutVoid,
            "mVC8Strict": summary.consistency8.strict, "mVC16": summary.consistency16.vspw,
            "mVC16WithoutVoid": summary.consistency16.withoutVoid, "mVC16Strict": summary.consistency16.strict,
            "flicker": summary.predictionFlicker, "flickerTruth": summary.truthFlicker,
        ]
        for (key, value) in scores {
            // Foundation's parser may be off by the last bit.
            let (found, expected) = (try #require(object[key] as? Double), try #require(value))
            #expect(abs(found - expected) < 1e-9, "\(key)")
        }
        #expect(Set(scores.values.compactMap { $0 }).count == scores.count)
        #expect(object["mVC8Windows"] as? Int == 10)
        #expect(object["mVC16Windows"] as? Int == 2)
        #expect(object["frames"] as? Int == 18)
        #expect(object["videos"] as? Int == 1)
    }
}
