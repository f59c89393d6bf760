import Metrics
import Raster
import Testing

/// Whatever labels come in, an evaluation says what is wrong and does not crash.
@Suite struct RefusalTests {
    private func evaluation() throws -> Evaluation {
        try Evaluation(classNames: names(2))
    }

    @Test func refusesAPredictedIdThatIsNoClass() throws {
        var evaluation = try evaluation()
        let prediction = LabelMap(width: 2, height: 2, labels: [0, 1, 0, 19])
        let truth = LabelMap(width: 2, height: 2, labels: [0, 1, 0, 1])
        let sentence =
            "the prediction has id 19 at column 1, row 1, but there are 2 classes (ids 0 to 1); "
            + "1 of 4 pixels are so"
        #expect(throws: EvaluationError(sentence)) {
            try evaluation.add(prediction: prediction, truth: truth)
        }
        #expect(evaluation.summary.frames == 0)
        #expect(evaluation.summary.videos == 0)
    }

    @Test func takesTheLargestIdForNoClass() throws {
        var evaluation = try evaluation()
        #expect(throws: EvaluationError.self) { try evaluation.add(prediction: row([65535]), truth: row([0])) }
        try evaluation.add(prediction: row([65535]), truth: row([65535]))
    }

    @Test func refusesTruthOfAnotherSize() throws {
        var evaluation = try evaluation()
        let wide = LabelMap(width: 2, height: 1, labels: [0, 0])
        let tall = LabelMap(width: 1, height: 2, labels: [0, 0])
        #expect(throws: EvaluationError("the prediction is 2×1, but its truth is 1×2")) {
            try evaluation.add(prediction: wide, truth: tall)
        }
    }

    @Test func refusesAChangeOfSizeWithinAVideoOnly() throws {
        var evaluation = try evaluation()
        try evaluation.add(prediction: row([0]), truth: row([0]))
        #expect(throws: EvaluationError("the labels are 2×1, but the frame before has 1×1")) {
            try evaluation.add(prediction: row([0, 0]), truth: row([0, 0]))
        }
        evaluation.beginVideo()
        try evaluation.add(prediction: row([0, 0]), truth: row([0, 0]))
        #expect(evaluation.summary.frames == 2)
    }

    @Test(arguments: [0, 4097]) func refusesAClassCountOutOfRange(classes: Int) {
        #expect(throws: EvaluationError.self) { try Evaluation(classNames: names(classes)) }
        #expect(throws: EvaluationError.self) { try TruthLabels(classes: classes) }
    }

    @Test(arguments: [Int.min, -65536, 65536, Int.max]) func refusesAnOffsetOutOfRange(offset: Int) {
        #expect(throws: EvaluationError.self) { try TruthLabels(classes: 2, offset: offset) }
    }

    @Test func mapsEveryStoredId() throws {
        let labels = try TruthLabels(classes: 3, ignoring: [255, 65535, -7], offset: -65533)
        #expect(labels[65533] == 0)
        #expect(labels[65534] == 1)
        #expect(labels[65535] == TruthLabels.void)
        #expect(labels[0] == TruthLabels.void)
    }
}

@Suite struct LabelCensusTests {
    @Test func findsTheLargestIdOnValidPixels() throws {
        var census = try LabelCensus(ignoring: [255], labelOffset: -1)
        #expect(census.largest == nil)
        census.add(prediction: row([9, 9]), truth: row([0, 255]))
        #expect(census.largest == nil)
        census.add(prediction: row([3, 9]), truth: row([2, 255]))
        #expect(census.largest == 3)
        census.add(prediction: row([0]), truth: row([7]))
        #expect(census.largest == 6)
        census.add(prediction: row([0]), truth: row([1]))
        #expect(census.largest == 6)
    }
}
