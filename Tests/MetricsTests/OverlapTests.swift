import Metrics
import Testing

@Suite struct OverlapTests {
    @Test func scoresAFrameByHand() throws {
        // Class 0: 2 true, 3 predicted, 2 shared. Class 1: 3 true, 2 predicted, 2 shared.
        let summary = try evaluate(classes: 2, [[([0, 0, 0, 1, 1], [0, 0, 1, 1, 1])]])
        #expect(summary.classes.map(\.overlap) == [200.0 / 3, 200.0 / 3])
        #expect(summary.classes.map(\.truthPixels) == [2, 3])
        #expect(summary.classes.map(\.predictedPixels) == [3, 2])
        #expect(summary.overlap.pixelAccuracy == 80)
    }

    @Test func leavesAClassThatIsOnlyPredictedOutOfTheMeanAndCountsItAsZeroWhenStrict() throws {
        let summary = try evaluate(classes: 4, [[([0, 0, 1, 2], [0, 0, 1, 1])]])
        #expect(summary.classes.map(\.overlap) == [100, 50, 0, nil])
        #expect(summary.overlap.meanIoU == 75)
        #expect(summary.overlap.strictMeanIoU == 50)
    }

    @Test func countsAClassThatIsNeverPredictedAsZero() throws {
        let summary = try evaluate(classes: 2, [[([0, 0, 0, 0], [0, 0, 0, 1])]])
        #expect(summary.classes.map(\.overlap) == [75, 0])
        #expect(summary.overlap.meanIoU == 37.5)
        #expect(summary.overlap.strictMeanIoU == 37.5)
        #expect(summary.overlap.weightedIoU == 56.25)
    }

    @Test func poolsAllVideosInsteadOfAveragingThem() throws {
        // Each alone: IoU 100 and 0; pooled class 0 has 1 of 4 pixels right.
        let summary = try evaluate(classes: 2, [[([0], [0])], [([1, 1, 1], [0, 0, 0])]])
        #expect(summary.overlap.meanIoU == 25)
        #expect(summary.videos == 2)
        #expect(summary.frames == 2)
    }

    @Test func leavesVoidPixelsOutWhateverIsPredictedThere() throws {
        // 255 is ignored and 7 is no class; 9 is predicted only where the truth is void.
        let summary = try evaluate(classes: 2, [[([0, 1, 9, 9], [0, 1, 255, 7])]])
        #expect(summary.overlap.meanIoU == 100)
        #expect(summary.classes.map(\.predictedPixels) == [1, 1])
    }

    @Test func ignoresSeveralIdsAsStored() throws {
        let summary = try evaluate(classes: 3, ignoring: [1, 2], [[([0, 0, 0], [0, 1, 2])]])
        #expect(summary.overlap.meanIoU == 100)
        #expect(summary.classes.map(\.truthPixels) == [1, 0, 0])
    }

    @Test func addsTheOffsetToTruthOnly() throws {
        // Stored 0 becomes -1, which is void; stored 255 is ignored before the offset.
        let summary = try evaluate(classes: 2, offset: -1, [[([0, 1, 1, 1], [1, 2, 0, 255])]])
        #expect(summary.overlap.meanIoU == 100)
        #expect(summary.classes.map(\.truthPixels) == [1, 1])
    }

    @Test func isUndefinedWithoutFramesAndWithoutValidTruth() throws {
        for videos in [[], [[([0], [void])]]] {
            let summary = try evaluate(classes: 1, videos)
            #expect(summary.overlap == Overlap(ConfusionMatrix(classes: 1)))
            #expect(summary.overlap.meanIoU == nil)
            #expect(summary.overlap.strictMeanIoU == nil)
            #expect(summary.overlap.weightedIoU == nil)
            #expect(summary.overlap.pixelAccuracy == nil)
        }
    }
}
