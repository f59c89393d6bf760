/// Which frames of a video are adapted on: the only place that knows the rule.
public struct WarmUpPlan: Sendable, Equatable {
    /// The share of the video's frames, above 0 and at most 1.
    public let share: Double
    /// The most frames taken, 1 to 10000; of a longer warm-up that many are, evenly spread.
    public let maximum: Int

    /// Plans a warm-up of a share of the frames; the paper's is a tenth.
    ///
    /// - Throws: if a number is out of its range.
    public init(share: Double = 0.1, maximum: Int = 128) throws {
        guard share > 0, share <= 1 else {
            throw DittaError("the warm-up is \(share): expected a share of the frames above 0, at most 1")
        }
        guard (1...10_000).contains(maximum) else {
            throw DittaError("the warm-up's maximum is \(maximum): expected 1 to 10000 frames")
        }
        (self.share, self.maximum) = (share, maximum)
    }

    /// The frames of the warm-up in a video of so many: max(⌊N · q⌋, 1) (method step 1).
    public func length(of frames: Int) -> Int { max(Int(Double(frames) * share), 1) }

    /// The step between the frames adapted on: every stride-th frame of the warm-up, so that there are at most
    /// `maximum`.
    public func stride(of frames: Int) -> Int { (length(of: frames) + maximum - 1) / maximum }

    /// How many frames are taken.
    public func count(of frames: Int) -> Int {
        let stride = stride(of: frames)
        return (length(of: frames) + stride - 1) / stride
    }

    /// Whether the frame of an index is adapted on, in a video of so many.
    public func takes(_ index: Int, of frames: Int) -> Bool {
        index < length(of: frames) && index % stride(of: frames) == 0
    }
}
