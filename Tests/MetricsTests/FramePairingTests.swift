import Metrics
import Testing

@Suite struct FramePairingTests {
    private func pairs(_ predictions: [String], _ truth: [String]) throws -> [[Int]] {
        try FramePairing(predictions: predictions, truth: truth).pairs.map { [$0.prediction, $0.truth] }
    }

    @Test func pairsAsManyInOrderWhateverTheirNames() throws {
        let pairing = try FramePairing(predictions: ["000000", "000001"], truth: ["0016E5_07959", "0016E5_07961"])
        #expect(pairing.rule == .order)
        #expect(pairing.pairs.map(\.truth) == [0, 1])
        #expect(pairing.pairs.map(\.prediction) == [0, 1])
    }

    @Test func pairsEqualNamesByName() throws {
        let pairing = try FramePairing(predictions: ["a", "b"], truth: ["a", "b"])
        #expect(pairing.rule == .name)
        #expect(try pairs(["a", "b"], ["b", "a"]) == [[0, 1], [1, 0]])
    }

    @Test func pairsSparseTruthByName() throws {
        #expect(try FramePairing(predictions: ["0", "1", "2"], truth: ["2"]).rule == .name)
        #expect(try pairs(["0", "1", "2", "3"], ["1", "3"]) == [[1, 0], [3, 1]])
    }

    @Test func refusesSparseTruthOfOtherNames() {
        let sentence =
            "only 1 of 2 frames have truth, which is paired by name then, but the truth 'x' has no prediction of its name"
        #expect(throws: EvaluationError(sentence)) { try pairs(["0", "1"], ["x"]) }
    }

    @Test func refusesMoreTruthThanPredictions() {
        let sentence =
            "the truth has 2 frames and the predictions 1: expected as many, or fewer with the names of their predictions"
        #expect(throws: EvaluationError(sentence)) { try pairs(["a"], ["a", "b"]) }
    }

    @Test func refusesEmptyLists() {
        #expect(throws: EvaluationError.self) { try pairs([], ["a"]) }
        #expect(throws: EvaluationError.self) { try pairs(["a"], []) }
    }
}
