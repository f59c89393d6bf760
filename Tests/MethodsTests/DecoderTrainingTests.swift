import Methods
import Networks
import Raster
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

    @Test("without masks the head learns what it learns from masks that cover nothing")
    func withoutMasks() throws {
        let start = try TenStepsTests.start()
        let none = start.targets.map { target in
            let empty = LabelMap(width: target.classes.width, height: target.classes.height, repeating: noLabel)
            return DistillationTarget(classes: empty, objects: empty)
        }
        func learned(_ targets: [DistillationTarget]?) -> [[Float]] {
            let model = start.model.copy()
            var warmUp = DecoderTraining(
                model, frames: start.frames, targets: targets, upsampling: start.upsampling, options: .balanced)
            for step in 0..<3 {
                let losses = warmUp.step(frame: step)
                #expect(losses.distillation == 0 || targets?[0].classes != none[0].classes)
                #expect(losses.source > 0)
            }
            return warmUp.model.parameters.tensors.map(\.values)
        }
        #expect(learned(nil) == learned(none))
        #expect(learned(nil) != learned(start.targets))
        #expect(learned(nil) != start.model.parameters.tensors.map(\.values))
    }

    @Test("steps spread over the warm-up take every frame about as often, and any few of them cover all of it")
    func order() {
        for frames in [1, 2, 5, 17, 85, 128] {
            let steps = (0..<5 * frames).map { DiTTASchema.Order.spread.frame(ofStep: $0, of: frames) }
            let times = Dictionary(grouping: steps) { $0 }.mapValues(\.count)
            #expect((0..<frames).allSatisfy { (2...8).contains(times[$0] ?? 0) }, "\(times)")
            for start in steps.indices.dropLast(8) {
                let few = steps[start..<start + 8].sorted()
                let gaps = zip([-1] + few, few + [frames]).map { $1 - $0 }
                #expect((gaps.max() ?? 0) <= max(frames / 4, 1) + 1, "\(few) of \(frames)")
            }
            #expect((0..<frames).map { DiTTASchema.Order.video.frame(ofStep: $0, of: frames) } == Array(0..<frames))
        }
    }
}
