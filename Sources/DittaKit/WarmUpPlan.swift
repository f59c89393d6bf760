public import Media

/// Which frames of a video are adapted on: the only place that knows the rule.
public struct WarmUpPlan: Sendable, Equatable {
    /// How long a warm-up is.
    public enum Extent: Sendable, Equatable {
        /// A share of the video's frames, above 0 and at most 1.
        case share(Double)
        /// So many frames or seconds from the first on.
        case span(VideoSpan)
    }

    /// How long it is.
    public let extent: Extent
    /// The most frames taken, 1 to 10000; of a longer warm-up that many are, in pairs that are evenly spread.
    public let maximum: Int

    /// Plans a warm-up of a share of the frames; the paper's is a tenth.
    ///
    /// - Throws: if a number is out of its range.
    public init(share: Double = 0.1, maximum: Int = 128) throws {
        guard share > 0, share <= 1 else {
            throw DittaError("the warm-up is \(share): expected a share of the frames above 0, at most 1")
        }
        try self.init(.share(share), maximum: maximum)
    }

    /// Plans a warm-up of so many frames or seconds.
    ///
    /// - Throws: if a number is out of its range.
    public init(_ span: VideoSpan, maximum: Int = 128) throws {
        let isPositive =
            switch span {
            case .frames(let count): count > 0
            case .seconds(let seconds): seconds > 0 && seconds.isFinite
            }
        guard isPositive else { throw DittaError("the warm-up is \(span): expected more than nothing") }
        try self.init(.span(span), maximum: maximum)
    }

    /// The same warm-up, of which fewer frames are taken.
    func atMost(_ maximum: Int) throws -> WarmUpPlan {
        try WarmUpPlan(extent, maximum: min(maximum, self.maximum))
    }

    private init(_ extent: Extent, maximum: Int) throws {
        guard (1...10_000).contains(maximum) else {
            throw DittaError("the warm-up's maximum is \(maximum): expected 1 to 10000 frames")
        }
        (self.extent, self.maximum) = (extent, maximum)
    }

    /// The frames of the warm-up in a video of so many at a rate: max(⌊N · q⌋, 1) of a share (method step 1).
    public func length(of frames: Int, rate: Double = 25) -> Int {
        switch extent {
        case .share(let share): max(Int(Double(frames) * share), 1)
        case .span(let span): min(max(span.frames(at: rate), 1), max(frames, 1))
        }
    }

    /// How far apart the frames adapted on are: 1 if every frame of the warm-up is taken; else pairs of neighbours are, one pair
    /// in so many frames, so that there are at most `maximum` (of a maximum of 1 it is the first frame).
    ///
    /// Neighbours tell how far a frame's labels may be trusted in the next, and as many pairs as fit cover the warm-up.
    public func stride(of frames: Int, rate: Double = 25) -> Int {
        let (length, pairs) = (length(of: frames, rate: rate), maximum / 2)
        guard length > maximum else { return 1 }
        return pairs > 0 ? (length + pairs - 1) / pairs : length
    }

    /// How many frames are taken.
    public func count(of frames: Int, rate: Double = 25) -> Int {
        let (length, stride, run) = (length(of: frames, rate: rate), stride(of: frames, rate: rate), min(maximum, 2))
        return stride == 1 ? length : length / stride * run + min(length % stride, run)
    }

    /// Whether the frame of an index is adapted on, in a video of so many.
    public func takes(_ index: Int, of frames: Int, rate: Double = 25) -> Bool {
        index < length(of: frames, rate: rate) && index % stride(of: frames, rate: rate) < min(maximum, 2)
    }
}
