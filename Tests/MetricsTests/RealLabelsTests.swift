import Foundation
import Media
import Metrics
import Raster
import Testing

/// 51 labelled frames of CamVid against a corrupted copy, with the scores of `Golden/reference.py labels`.
@Suite struct RealLabelsTests {
    private static let folder =
        (ProcessInfo.processInfo.environment["DITTA_SHARED_DATA"]
            ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../../shared/data")
            .standardizedFileURL.path) + "/camvid/clip15hz/labels"

    @Test(
        .enabled(
            if: FileManager.default.fileExists(atPath: folder),
            "the labels are not there: put them at ../shared/data or set DITTA_SHARED_DATA"))
    func agreesWithThePythonReference() throws {
        var evaluation = try Evaluation(classNames: names(11))
        for (number, path) in try labelFiles(in: Self.folder).enumerated() {
            let truth = try readLabels(at: path)
            try evaluation.add(prediction: corrupted(truth, number: number), truth: truth)
        }
        #expect(evaluation.summary.frames == 51)
        expectEqual(
            evaluation.summary, try JSONDecoder().decode(ReferenceScores.self, from: golden("clip15hz.json")))
    }

    /// 2 pixels to the right in odd frames; pavement (4) and no label (11) become road (3).
    private func corrupted(_ truth: LabelMap, number: Int) -> LabelMap {
        var prediction = truth
        for row in 0..<truth.height {
            for column in 0..<truth.width {
                let label = truth.labels[row * truth.width + max(0, column - 2 * (number % 2))]
                prediction.labels[row * truth.width + column] = label == 4 || label == 11 ? 3 : label
            }
        }
        return prediction
    }
}
