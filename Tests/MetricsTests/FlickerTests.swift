import Metrics
import Raster
import Testing

@Suite struct FlickerTests {
    @Test func isTheShareOfChangedPixels() throws {
        var flicker = Flicker()
        for labels in [[0, 0, 0, 0], [0, 0, 0, 1], [1, 1, 0, 1]] { try flicker.add(row(labels)) }
        #expect(flicker.changedPixels == 3)
        #expect(flicker.comparedPixels == 8)
        #expect(flicker.percent == 37.5)
    }

    @Test func isUndefinedForASingleFrame() throws {
        var flicker = Flicker()
        #expect(flicker.percent == nil)
        try flicker.add(row([0, 1]))
        #expect(flicker.percent == nil)
    }

    @Test func doesNotCompareAcrossVideos() throws {
        var flicker = Flicker()
        try flicker.add(row([0]))
        flicker.beginVideo()
        try flicker.add(row([1, 2]))
        #expect(flicker.percent == nil)
        try flicker.add(row([1, 2]))
        #expect(flicker.percent == 0)
    }

    @Test func refusesAFrameOfAnotherSize() throws {
        var flicker = Flicker()
        try flicker.add(row([0, 0]))
        #expect(throws: EvaluationError("the labels are 3×1, but the frame before has 2×1")) {
            try flicker.add(row([0, 0, 0]))
        }
    }

    @Test func isReportedForPredictionAndTruth() throws {
        let summary = try evaluate(classes: 2, [[([0, 0], [0, 0]), ([1, 0], [0, 0]), ([1, 0], [1, 1])]])
        #expect(summary.predictionFlicker == 25)
        #expect(summary.truthFlicker == 50)
    }
}
