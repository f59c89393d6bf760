import Compiled
import Networks
import Tensors
import TestSupport
import Testing

/// A session as Golden/sam2/sessions.py plays it.
struct SAM2Session {
    /// What may differ from the golden values.
    struct Tolerance {
        /// Of mask logits.
        var logits: Float
        /// Of an object's score.
        var score: Float
        /// How many pixels more or fewer a mask may have.
        var pixels: Int
        /// How many of the golden logits may have the other sign: 1 in so many.
        var signs: Int

        /// Lets mask logits differ by so much at least, and scores by what follows from it.
        mutating func allow(logits: Float) {
            (self.logits, score) = (max(self.logits, logits), max(score, 8 * logits))
        }
    }

    let golden: SAM2Golden
    let name: String
    let base: SAM2Base
    var tolerance: Tolerance
    private var predictor: SAM2VideoPredictor

    init(_ golden: SAM2Golden, _ name: String, frames: Int?, precision: Precision = .fp32) throws {
        (self.golden, self.name) = (golden, name)
        base = try SAM2Base(golden.root, golden.configuration, side: golden.side, precision: precision)
        predictor = SAM2VideoPredictor(base, frames: frames)
        tolerance = Self.tolerance(precision, side: golden.side)
    }

    /// In single precision 1e-3, and what is 0 within that may change its sign; the last layer that scores an object was
    /// drawn eight times as large as the others.
    ///
    /// Memories are rounded to bfloat16 in fp32, too. Where another order of sums rounds the other way a memory moves by
    /// 1/256, and what is made of thousands of them by some 1e-3; more where memories are made of memories for long.
    ///
    /// In bfloat16, eight bits of mantissa through some thirty layers move logits of size 2 by 0.14 at most and 0.04 on
    /// average (measured), and scores by 0.06; twice that for other processors' order of sums. Hence one pixel in forty may
    /// be on the other side: 3 of the 147 that are compared, which kernels built without fused products have.
    private static func tolerance(_ precision: Precision, side: Int) -> Tolerance {
        switch precision {
        case .fp32: Tolerance(logits: 1e-3, score: 8e-3, pixels: 2, signs: 100)
        case .bf16: Tolerance(logits: 0.3, score: 0.12, pixels: side * side / 16 / 50, signs: 40)
        }
    }

    /// Clicks or corners, in shares of the side, with their labels.
    func points(_ places: [(x: Float, y: Float, label: PromptEncoder.Point.Label)]) -> SAM2Prompt {
        let side = Float(golden.side)
        return .points(places.map { PromptEncoder.Point(x: $0.x * side, y: $0.y * side, label: $0.label) })
    }

    /// A disc of a video of 320×180, brought to the input's size.
    func disc(_ frame: Int, row: Int, column: Int, tall: Int, wide: Int) throws -> SAM2Prompt {
        let disc = syntheticDisc(height: 180, width: 320, row: row, column: column, tall: tall, wide: wide)
        let resized = Resampling(
            rows: .antialiased(from: 180, to: golden.side), columns: .antialiased(from: 320, to: golden.side))(
                Tensor(disc, [180, 320, 1]))
        let mask = resized.values.map { $0 >= 0.5 }
        #expect(Float(mask.count { $0 }) == (try golden.value("\(name).mask3.\(frame).count").values[0]))
        return .mask(mask)
    }

    /// One step on all objects, held to the golden values.
    mutating func step(
        _ run: String, _ frame: Int, _ objects: [Int], prompts: [Int: SAM2Prompt] = [:],
        _ direction: SAM2VideoPredictor.Direction = .forward
    ) throws {
        let current = base.current(base.features(golden.frame(frame)))
        let outputs = predictor.step(objects, on: frame, current, prompts: prompts, direction)
        for object in objects {
            let key = "\(name).\(run)\(frame).object\(object)"
            let output = try #require(outputs[object])
            let low = try golden.value(key + ".low")
            let values = output.logits.values
            let picked = stride(from: 0, to: values.count, by: 7).map { values[$0] }
            expectClose(Tensor(picked, low.shape), low, absolute: tolerance.logits, relative: 1e-4, key)
            expectClose(
                Tensor([output.objectScore], [1]), try golden.value(key + ".score"), absolute: tolerance.score, key)
            let count = try golden.value(key + ".count").values[0]
            #expect(abs(values.count { $0 > 0 } - Int(count)) <= tolerance.pixels, "\(key): pixels of the mask")
            let turned = zip(picked, low.values).count { ($0 > 0) != ($1 > 0) }
            #expect(turned * tolerance.signs <= picked.count, "\(key): pixels on the other side")
        }
    }
}
