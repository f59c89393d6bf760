import Compiled
import Networks
import TestSupport
import Testing

/// Whole sessions against transformers' `Sam2VideoModel`: prompts of every kind on different frames, memories filled past
/// seven, occlusion, a correction, and the way back.
struct SAM2VideoPredictorTests {
    @Test("three objects, forward and back", arguments: SAM2Golden.small, precisions)
    func story(name: String, precision: Precision) throws {
        var session = try SAM2Session(SAM2Golden(name), "session", frames: 11, precision: precision)
        let corrections: [(x: Float, y: Float, label: PromptEncoder.Point.Label)] =
            name == "small-2.1" ? [(0.7, 0.65, .negative)] : [(0.35, 0.4, .positive), (0.7, 0.65, .negative)]
        var objects: [Int] = []
        for frame in 0..<11 {
            var prompts: [Int: SAM2Prompt] = [:]
            switch frame {
            case 0: prompts[1] = session.points([(0.3, 0.4, .positive)])
            case 2: prompts[2] = session.points([(0.2, 0.25, .topLeft), (0.8, 0.7, .bottomRight)])
            case 3: prompts[3] = try session.disc(3, row: 100, column: 200, tall: 40, wide: 70)
            case 8: prompts[3] = try session.disc(8, row: 90, column: 150, tall: 50, wide: 60)
            default: break
            }
            objects = Set(objects).union(prompts.keys).sorted()
            try session.step("forward", frame, objects, prompts: prompts)
            if frame == 5 { try session.step("corrected", 5, objects, prompts: [1: session.points(corrections)]) }
        }
        // Memories are now made of memories on two ways through the clip: 3e-3 between torch's own fp32 and fp64.
        session.tolerance.allow(logits: 4e-3)
        for frame in (0...8).reversed() { try session.step("reverse", frame, objects, prompts: [:], .backward) }
    }

    @Test("memories and pointers beyond those that are kept", arguments: SAM2Golden.small, precisions)
    func long(name: String, precision: Precision) throws {
        var session = try SAM2Session(SAM2Golden(name), "long", frames: 20, precision: precision)
        for frame in 0..<20 {
            var prompts: [Int: SAM2Prompt] = [:]
            if frame == 0 { prompts[7] = session.points([(0.6, 0.5, .positive)]) }
            // From here on, 1.5e-3 between torch's own fp32 and fp64.
            if frame == 10 { session.tolerance.allow(logits: 3e-3) }
            if frame == 2 { prompts[7] = session.points([(0.55, 0.5, .positive), (0.1, 0.9, .negative)]) }
            try session.step("forward", frame, [7], prompts: prompts)
        }
    }

    @Test("a clip of unknown length", arguments: SAM2Golden.small, precisions)
    func stream(name: String, precision: Precision) throws {
        var session = try SAM2Session(SAM2Golden(name), "stream", frames: nil, precision: precision)
        for frame in 0..<5 {
            try session.step(
                "forward", frame, [1], prompts: frame == 0 ? [1: session.points([(0.6, 0.5, .positive)])] : [:])
        }
    }
}
