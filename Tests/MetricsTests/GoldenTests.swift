import Foundation
import Metrics
import Raster
import Testing

/// Small random videos with the scores that a plain Python script of the same definitions gives them.
@Suite struct GoldenTests {
    struct Case: Decodable {
        struct Video: Decodable {
            let predictions, truth: [[UInt16]]
        }
        let name: String
        let classes, offset, width, height: Int
        let ignore: Set<Int>
        let videos: [Video]
        let scores: ReferenceScores

    }

    @Test func agreesWithThePythonReference() throws {
        let cases = try JSONDecoder().decode([Case].self, from: golden("random.json"))
        #expect(cases.count == 6)
        for example in cases {
            var evaluation = try Evaluation(
                classNames: names(example.classes), ignoring: example.ignore, labelOffset: example.offset)
            for video in example.videos {
                evaluation.beginVideo()
                #expect(video.predictions.count == video.truth.count)
                for (prediction, truth) in zip(video.predictions, video.truth) {
                    try evaluation.add(
                        prediction: LabelMap(width: example.width, height: example.height, labels: prediction),
                        truth: LabelMap(width: example.width, height: example.height, labels: truth))
                }
            }
            #expect(evaluation.summary.videos == example.videos.count)
            expectEqual(evaluation.summary, example.scores)
        }
    }
}
