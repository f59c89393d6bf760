import Metrics
import Raster
import Testing

/// What is left out of the scores is counted by its stored id, and its likely cause is found.
@Suite struct TruthPixelsTests {
    @Test func countsWhatBecameOfEveryPixel() throws {
        let summary = try evaluate(
            classes: 3, ignoring: [255, 2], offset: -1,
            [[([0, 1, 2, 9, 9, 9], [1, 2, 3, 0, 255, 7])], [([0, 0, 9], [1, 1, 7])]])
        let truth = summary.truth
        #expect(truth.all == 9 && truth.ignored == 2 && truth.outside == 3)
        #expect(truth.ids == [0, 1, 2, 3, 7, 255] && truth.outsideIds == [0, 7])
        #expect(truth[7] == 2 && truth[1] == 3 && truth[65535] == 0)
        #expect(summary.predictedOutside == 4)
    }

    @Test func countsNothingOfARefusedFrame() throws {
        var evaluation = try Evaluation(classNames: names(2))
        #expect(throws: EvaluationError.self) { try evaluation.add(prediction: row([5, 5]), truth: row([0, 9])) }
        #expect(evaluation.summary.truth.all == 0 && evaluation.summary.predictedOutside == 0)
    }

    @Test(
        arguments: [
            ([0, 255], [], 2, 0, .mask), ([0, 255], [255], 1, 0, .mask), ([0, 255], [], 256, 0, nil),
            ([0, 1, 255], [], 2, 0, nil), ([1, 2, 3], [3], 3, 0, .countsFromOne),
            ([0, 1, 3], [3], 3, 0, .countsFromOne),
            ([1, 2, 4], [4], 3, 0, nil), ([0, 1], [0], 2, -1, .belowZero), ([0, 1, 9], [0, 9], 2, -1, nil),
            ([0, 20, 255], [20], 19, 0, .cityscapesIds), ([7, 21], [21], 11, 0, .cityscapesIds),
            ([6, 21], [21], 11, 0, nil), ([0, 34], [34], 19, 0, nil),
            ([7, 26001], [26001], 19, 0, .cityscapesInstances),
        ] as [([Int], [Int], Int, Int, LabelMistake?)])
    func recognisesMistakes(ids: [Int], outside: [Int], classes: Int, offset: Int, mistake: LabelMistake?) {
        #expect(LabelMistake(ids: ids, outside: outside, classes: classes, offset: offset) == mistake)
    }
}
