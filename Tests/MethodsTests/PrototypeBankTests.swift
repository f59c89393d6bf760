import Methods
import Tensors
import TestSupport
import Testing

/// How prototypes remember what objects looked like.
struct PrototypeBankTests {
    @Test("new objects have the direction of their sum", arguments: DiTTASchema.Prototypes.allCases)
    func new(rule: DiTTASchema.Prototypes) {
        var bank = PrototypeBank(rule)
        let found = bank.update([4, 7], with: Tensor([3, 4, 0, -2], [2, 2]))
        // Division and normalisation of numbers below 1.
        expectClose(found, Tensor([0.6, 0.8, 0, -1], [2, 2]), absolute: 1e-6)
    }

    @Test("the mean of three frames against halving twice; objects keep apart and come in any order")
    func remembered() {
        let frames: [[Float]] = [[5, 0], [0, 2], [0, 9]]
        var (mean, halved) = (PrototypeBank(.mean), PrototypeBank(.halved))
        var found = (mean: Tensor(zeros: []), halved: Tensor(zeros: []))
        for frame in frames {
            // The other object always looks the same.
            let rows = Tensor([-1, 0] + frame, [2, 2])
            found = (mean.update([1, 0], with: rows), halved.update([1, 0], with: rows))
        }
        // (1, 0) + 2 · (0, 1) as a unit vector.
        expectClose(found.mean, Tensor([-1, 0, 0.447214, 0.894427], [2, 2]), absolute: 1e-6)
        // Half way from (1, 0) to (0, 1), and half way again: 67.5 degrees.
        expectClose(found.halved, Tensor([-1, 0, 0.382683, 0.923880], [2, 2]), absolute: 1e-6)
        // One more of the first frame: (2, 2).
        expectClose(
            mean.update([0], with: Tensor([4, 0], [1, 2])), Tensor([0.707107, 0.707107], [1, 2]), absolute: 1e-6)
    }

    @Test("an object without weight on a frame keeps its prototype", arguments: DiTTASchema.Prototypes.allCases)
    func weightless(rule: DiTTASchema.Prototypes) {
        var bank = PrototypeBank(rule)
        let first = bank.update([0], with: Tensor([0, 3], [1, 2]))
        expectClose(bank.update([0], with: Tensor([0, 0], [1, 2])), first, absolute: 1e-6)
        #expect(first.values == [0, 1])
    }
}
