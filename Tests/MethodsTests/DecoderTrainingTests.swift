import Methods
import Networks
import Tensors
import Testing
import Training

/// Steps with dropout, which the comparison with PyTorch leaves out.
struct DecoderTrainingTests {
    private func losses(_ options: DiTTAOptions) throws -> [[Double]] {
        let start = try TenStepsTests.start()
        var warmUp = DecoderTraining(
            start.model.copy(), frames: start.frames, targets: start.targets, upsampling: start.upsampling,
            options: options)
        return (0..<6).map { step in
            let losses = warmUp.step(frame: step % 3)
            return [losses.distillation, losses.source, losses.addOn, losses.contrast]
        }
    }

    @Test(
        "the same seed gives the same losses, another seed others",
        arguments: [DiTTAOptions.paper, .reference, .balanced])
    func seeds(options: DiTTAOptions) throws {
        var options = options
        options.dropout = 0.3
        let first = try losses(options)
        #expect(try losses(options) == first)
        #expect(first.joined().allSatisfy { $0.isFinite })
        options.seed += 1
        #expect(try losses(options) != first)
        options.dropout = 0
        let without = try losses(options)
        options.seed += 1
        #expect(try losses(options) == without, "a seed matters to dropout alone once the model is there")
    }

    @Test("adapting does not touch the model it starts from")
    func source() throws {
        let start = try TenStepsTests.start()
        let before = start.model.parameters.tensors.map(\.values)
        let model = AdaptedModel(source: start.model.head, windowRadius: 2, seed: 1)
        var warmUp = DecoderTraining(
            model, frames: start.frames, targets: start.targets, upsampling: start.upsampling, options: .paper)
        _ = warmUp.step(frame: 0)
        #expect(start.model.parameters.tensors.map(\.values) == before)
        let moved = zip(warmUp.model.parameters.tensors, start.model.parameters.tensors).count {
            $0.values != $1.values
        }
        #expect(moved > 0)
    }
}
