import Networks
import Tensors
import Testing

/// Which of the decoder's masks counts.
struct MaskSelectionTests {
    /// Four masks of 1×100 cells, mask m's logits being m + 1, but for `weak` cells of the first that are near 0.
    static func prediction(weak: Int = 0, ious: [Float]) -> MaskDecoder.Prediction {
        let first = (0..<100).map { $0 < weak ? 0.01 as Float : 1 }
        let others = (2...4).flatMap { [Float](repeating: Float($0), count: 100) }
        return MaskDecoder.Prediction(
            masks: Tensor(first + others, [4, 1, 100]), ious: ious, tokens: Tensor([0, 1, 2, 3], [4, 1]), objectScore: 1
        )
    }

    @Test("the best of multiple masks, never the single one; of equal ones the first")
    func multiple() {
        for (ious, best) in [([0.9, 0.1, 0.3, 0.2], 2), ([0.9, 0.4, 0.4, 0.4], 1), ([0, 0, 0, 0.1], 3)] {
            let selected = Self.prediction(ious: ious.map(Float.init)).selected(
                multimask: true, SAM2Configuration().decoder)
            #expect(selected.mask.values[0] == Float(best + 1))
            #expect(selected.iou == Float(ious[best]))
            #expect(selected.token.values == [Float(best)])
        }
    }

    @Test("a stable single mask; 2 of 100 weak cells are just stable")
    func stable() {
        for weak in [0, 2] {
            let selected = Self.prediction(weak: weak, ious: [0.1, 0.9, 0.3, 0.2]).selected(
                multimask: false, SAM2Configuration().decoder)
            #expect(selected.mask.values[99] == 1)
            #expect(selected.iou == 0.1)
            #expect(selected.token.values == [0])
        }
    }

    @Test("an unstable single mask gives way to the best of the others, but keeps its token")
    func unstable() {
        let prediction = Self.prediction(weak: 3, ious: [0.95, 0.1, 0.3, 0.9])
        let selected = prediction.selected(multimask: false, SAM2Configuration().decoder)
        #expect(selected.mask.values[0] == 4)
        #expect(selected.iou == 0.9)
        #expect(selected.token.values == [0])
        var decoder = SAM2Configuration().decoder
        decoder.dynamicMultimask = false
        #expect(prediction.selected(multimask: false, decoder).mask.values[99] == 1)
    }

    @Test("stability is the IoU of two cuts, and 1 of an empty mask")
    func stability() {
        #expect(Networks.stability(of: Tensor([1, 0.01, -0.01, -1], [2, 2]), delta: 0.05) == 1 / 3 as Float)
        #expect(Networks.stability(of: Tensor([-1, -2], [1, 2]), delta: 0.05) == 1)
    }
}
