import Metrics
import Testing

@Suite struct VideoConsistencyTests {
    @Test func countsAConstantWrongClassUnlessStrict() throws {
        let summary = try evaluate(classes: 2, [still(9, prediction: [1], truth: [0])])
        #expect(summary.consistency8.vspw == 100)
        #expect(summary.consistency8.withoutVoid == 100)
        #expect(summary.consistency8.strict == 0)
    }

    @Test(arguments: [(7, 0), (8, 0), (9, 1), (10, 2)])
    func neverScoresTheLastWindow(length: Int, windows: Int) throws {
        let summary = try evaluate(classes: 1, [still(length, prediction: [0], truth: [0])])
        #expect(summary.consistency8.windows == windows)
        #expect(summary.consistency8.vspw == (windows > 0 ? 100 : nil))
        #expect(summary.consistency8.strict == (windows > 0 ? 100 : nil))
    }

    @Test(arguments: [(16, 0), (17, 1)])
    func needsSeventeenFramesForWindowsOfSixteen(length: Int, windows: Int) throws {
        let summary = try evaluate(classes: 1, [still(length, prediction: [0], truth: [0])])
        #expect(summary.consistency16.windows == windows)
        #expect(summary.consistency8.windows == length - 8)
    }

    @Test func doesNotSeeAChangeThatOnlyTheLastWindowHolds() throws {
        var video = still(8, prediction: [0], truth: [0])
        video.append(([1], [0]))
        #expect(try evaluate(classes: 2, [video]).consistency8.vspw == 100)
        video.append(([1], [0]))
        #expect(try evaluate(classes: 2, [video]).consistency8.vspw == 50)
    }

    @Test func countsConstantVoidLikeAClassUnlessToldOtherwise() throws {
        // Three of four pixels are void and restless; only the valid one is constant in both.
        let video = (0..<9).map { (prediction: [0, $0 % 2, $0 % 2, $0 % 2], truth: [0, void, void, void]) }
        let summary = try evaluate(classes: 2, [video])
        #expect(summary.consistency8.vspw == 25)
        #expect(summary.consistency8.withoutVoid == 100)
        #expect(summary.consistency8.strict == 100)
    }

    @Test func takesAllKindsOfVoidForOne() throws {
        // 255 is ignored, 7 is no class, and 0 with offset -1 is none either: together a constant void.
        let kinds = [255, 7, 0]
        let video = (0..<9).map { (prediction: [0], truth: [kinds[$0 % 3]]) }
        let summary = try evaluate(classes: 2, offset: -1, [video])
        #expect(summary.consistency8.vspw == 100)
        #expect(summary.consistency8.withoutVoid == nil)
    }

    @Test func leavesWindowsWithoutConstantTruthOutOfTheMean() throws {
        // The truth changes at frame 4, so that windows starting at 0...3 have no constant truth.
        let truth = (0..<13).map { $0 < 4 ? 0 : 1 }
        let summary = try evaluate(classes: 2, [truth.map { ([0], [$0]) }])
        #expect(summary.consistency8.windows == 1)
        #expect(summary.consistency8.vspw == 100)
        #expect(summary.consistency8.strict == 0)
    }

    @Test func poolsTheWindowsOfAllVideos() throws {
        // Three good windows and one bad: 75, not the mean of 100 and 0.
        let restless = (0..<9).map { (prediction: [$0 % 2], truth: [0]) }
        let summary = try evaluate(classes: 2, [still(11, prediction: [0], truth: [0]), restless])
        #expect(summary.consistency8.windows == 4)
        #expect(summary.consistency8.vspw == 75)
    }

    @Test func doesNotReachAcrossVideos() throws {
        let half = still(8, prediction: [0], truth: [0])
        #expect(try evaluate(classes: 1, [half, half]).consistency8.windows == 0)
        #expect(try evaluate(classes: 1, [half + half]).consistency8.windows == 8)
    }

    @Test func keepsCountingBeyondTheLongestRunLength() throws {
        let summary = try evaluate(classes: 1, [still(600, prediction: [0], truth: [0])])
        #expect(summary.consistency8.windows == 592)
        #expect(summary.consistency16.vspw == 100)
    }
}
