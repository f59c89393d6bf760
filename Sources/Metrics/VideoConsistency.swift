/// mVC, the video consistency of VSPW over windows of `n` consecutive frames, in three variants.
///
/// For a window of `n` frames, `G` are the pixels whose truth is one and the same in all of them, and `P` those whose
/// prediction is. Each window gives a share of the pixels of `G`, and mVC is the mean over **all windows of all
/// videos** (long videos weigh more); a window whose `G` is empty is left out of the mean.
///
/// - ``Score/vspw``: `|P ∩ G| / |G|`, what the released code of VSPW, CFFM and DiTTA computes. There is **no test of
///   correctness**: a constant wrong class scores 100. Constant void counts in `G` like a class.
/// - ``Score/withoutVoid``: the same with void pixels taken out of `G`.
/// - ``Score/strict``: `|P ∩ G ∩ right| / |G|`, void taken out of `G`: what the formula of the VSPW paper reads like.
///
/// A video of `L` frames has `L - n` windows in all three: as in the released code (`range(L - n)`) the window that
/// ends at the last frame is not scored, and a video with `L ≤ n` gives nothing. So strict is never above without-void,
/// window by window. `L` is the number of frames added, which leaves out skipped warm-up frames.
///
/// Memory is constant in `L`: for how many frames each pixel has kept its label decides `G` and `P` of the window that
/// ends at the present frame.
struct VideoConsistency: Sendable {
    /// The means over the windows so far.
    struct Score: Sendable {
        /// `|P ∩ G| / |G|`, void in `G`.
        var vspw = MeanShare()
        /// `|P ∩ G| / |G|`, void not in `G`.
        var withoutVoid = MeanShare()
        /// `|P ∩ G ∩ right| / |G|`, void not in `G`.
        var strict = MeanShare()
    }

    /// The number of frames in a window.
    let length: Int
    /// The means over the windows so far.
    private(set) var score = Score()
    /// The window that ends at the present frame: scored once another frame shows that this was not the last.
    private var pending: WindowCounts?

    /// Makes a measure for windows of `length` frames, 1 to 255 as run lengths are bytes.
    init(length: Int) {
        precondition((1...255).contains(length), "a window has 1 to 255 frames, not \(length)")
        self.length = length
    }

    /// Starts another video: no window reaches across, and the pending one turns out to end at a last frame.
    mutating func beginVideo() {
        pending = nil
    }

    /// Adds the next frame of the video.
    ///
    /// - Parameters:
    ///   - prediction: class ids of all pixels, with their runs up to this frame.
    ///   - truth: class ids of the same pixels, or ``TruthLabels/void``, with their runs up to this frame.
    mutating func add(prediction: RunLengths, truth: RunLengths) {
        if let pending {
            score.vspw.add(pending.both, of: pending.truth)
            score.withoutVoid.add(pending.validBoth, of: pending.validTruth)
            score.strict.add(pending.right, of: pending.validTruth)
        }
        pending = WindowCounts(length: length, prediction: prediction, truth: truth)
    }
}

/// A mean over windows of shares in percent.
struct MeanShare: Sendable {
    private var sum = 0.0
    /// The number of windows that had any pixel.
    private(set) var windows = 0

    /// The mean, 0...100; `nil` without windows.
    var percent: Double? { windows > 0 ? 100 * sum / Double(windows) : nil }

    /// Adds a window's share `part / whole`; a window with nothing in `whole` is left out.
    mutating func add(_ part: Int, of whole: Int) {
        guard whole > 0 else { return }
        sum += Double(part) / Double(whole)
        windows += 1
    }
}
