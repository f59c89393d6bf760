import Compiled
import Networks
package import Raster
import Tensors

/// Follows objects with SAM 2: a frame's features are computed once for all of them and both directions of time.
package struct SAM2Tracker: Tracker {
    private let base: SAM2Base
    private let images: [Image]
    private let size: (width: Int, height: Int)
    private let input: PixelNormalization
    private let toInput, toFrame: Resampling
    private var predictor: SAM2VideoPredictor
    private var direction = SAM2VideoPredictor.Direction.forward
    /// The features of the frames seen so far.
    private var features: [Int: FrameFeatures] = [:]
    private var current: (frame: Int, features: CurrentFrame)?
    private var lastPrompted = 0
    private var growth = TrackGrowth()
    private let isStopped: @Sendable () -> Bool

    init(_ base: SAM2Base, _ frames: [WarmUpFrame], memories: Int, isStopped: @escaping @Sendable () -> Bool) {
        self.base = base
        self.isStopped = isStopped
        images = frames.map(\.image)
        let size = (width: frames[0].image.width, height: frames[0].image.height)
        self.size = size
        // The published models were trained on whole frames stretched to squares.
        toInput = Resampling(
            rows: .antialiased(from: size.height, to: base.side),
            columns: .antialiased(from: size.width, to: base.side))
        input = PixelNormalization(
            toInput, scale: [0.229, 0.224, 0.225].map { 1 / (255 * $0) },
            shift: zip([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]).map { -$0 / $1 })
        toFrame = .bilinear((4 * base.grid, 4 * base.grid), (size.height, size.width))
        predictor = SAM2VideoPredictor(base, frames: frames.count, memories: memories)
    }

    package mutating func advance(to frame: Int) -> [Int: Finding] {
        // Without objects nobody needs the frame's features, unless a prompt comes.
        guard !predictor.known.isEmpty else { return [:] }
        let seen = show(frame)
        var found: [Int: Finding] = [:]
        for object in predictor.known {
            let output = isStopped() ? nil : predictor.step([object], on: frame, seen, direction)[object]
            found[object] = output.map { finding($0, object, frame) } ?? .nothing(reason: "the run was stopped")
        }
        predictor.forget(near: frame, turning: lastPrompted + 1)
        return found
    }

    package mutating func start(_ prompt: Prompt) -> Finding {
        let seen = show(prompt.frame)
        // Points are where their pixel is in the stretched picture, as the published predictor has them.
        let click = PromptEncoder.Point(
            x: Float(prompt.x * base.side) / Float(size.width), y: Float(prompt.y * base.side) / Float(size.height),
            label: .positive)
        let outputs = predictor.step(
            [prompt.object], on: prompt.frame, seen, prompts: [prompt.object: .points([click])])
        guard let output = outputs[prompt.object] else { return .nothing(reason: "it was not looked for") }
        let found = finding(output, prompt.object, prompt.frame)
        if case .mask = found { lastPrompted = prompt.frame } else { predictor.forget(prompt.object) }
        return found
    }

    package mutating func turnBack(at frame: Int, masks: [Int: Mask]) -> [Int: Finding] {
        // What was remembered on the way forward is remembered on the way back.
        direction = .backward
        return advance(to: frame)
    }

    package mutating func start(_ masks: [Int: Mask], on frame: Int) {
        let seen = show(frame)
        let prompts = masks.mapValues { mask in
            let pixels = Tensor(mask.pixels.map { $0 ? 1 : 0 }, [size.height, size.width, 1])
            return SAM2Prompt.mask(toInput(pixels).values.map { $0 >= 0.5 })
        }
        _ = predictor.step(masks.keys.sorted(), on: frame, seen, prompts: prompts)
        lastPrompted = frame
    }

    /// The features of a frame, computed when it is first seen.
    private mutating func show(_ frame: Int) -> CurrentFrame {
        if let current, current.frame == frame { return current.features }
        let kept = features[frame] ?? base.features(input(images[frame].pixels))
        features[frame] = kept
        let seen = base.current(kept)
        current = (frame, seen)
        return seen
    }

    /// The mask at the frame's size, or why there is none: a lost object gives no pixels, or most of the frame.
    private mutating func finding(_ output: SAM2Base.Output, _ object: Int, _ frame: Int) -> Finding {
        guard !output.objectScore.isNaN, !output.logits.values.contains(where: \.isNaN) else {
            return .nothing(reason: "cannot be told: SAM 2 computed what are no numbers")
        }
        guard output.objectScore > 0 else {
            return .nothing(reason: "is not seen (object score \(rounded(output.objectScore)))")
        }
        let logits = toFrame(output.logits.reshaped(4 * base.grid, 4 * base.grid, 1)).values
        let mask = Mask(width: size.width, height: size.height, logits.map { $0 > 0 })
        guard !mask.isEmpty else { return .nothing(reason: "covers no pixel") }
        if let reason = growth.doubt(mask, of: object) {
            // What later frames remember would be as wrong.
            predictor.forget(object, on: frame)
            return .nothing(reason: reason)
        }
        return .mask(mask)
    }

    private func rounded(_ score: Float) -> String { String(Double((score * 10).rounded()) / 10) }
}
