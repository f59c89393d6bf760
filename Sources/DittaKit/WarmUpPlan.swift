/// Which frames of a video are adapted on: the only place that knows the rule.
public struct WarmUpPlan: Sendable, Equatable {
    /// The share of the video's frames, above 0 and at most 1.
    public let share: Double
    /// The most frames taken, 1 to 10000; of a longer warm-up that many are, in pairs that are evenly spread.
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

    /// How far apart the frames adapted on are: 1 if every frame of the warm-up is taken; else pairs of neighbours are, one pair
    /// in so many frames, so that there are at most `maximum` (of a maximum of 1 it is the first frame).
    ///
    /// Neighbours tell how far a frame's labels may be trusted in the next, and as many pairs as fit cover the warm-up.
    public func stride(of frames: Int) -> Int {
        let (length, pairs) = (length(of: frames), maximum / 2)
        guard length > maximum else { return 1 }
        return pairs > 0 ? (length + pairs - 1) / pairs : length
    }

    /// How many frames are taken.
    public func count(of frames: Int) -> Int {
        let (length, stride, run) = (length(of: frames), stride(of: frames), min(maximum, 2))
        return stride == 1 ? length : length / stride * run + min(length % stride, run)
    }

    /// Whether the frame of an index is adapted on, in a video of so many.
    public func takes(_ index: Int, of frames: Int) -> Bool {
        index < length(of: frames) && index % stride(of: frames) < min(maximum, 2)
    }
}
