import Dense
import Methods
import Raster

/// How right a warm-up's targets are, in percent.
struct TaughtAccuracy {
    /// Of all pixels, those with a target.
    private(set) var covered = 0.0
    /// Of these, those whose target is right, and those that the plain model has right.
    private(set) var right = 0.0, plain = 0.0

    /// Nothing was taught.
    init() {}

    /// Judges the likeliest classes of what frames are held to; the arguments are those of the other.
    init(
        _ frames: [WarmUpFrame], _ upsampling: FrameUpsampling, _ truth: [LabelMap], ignoring ignore: Set<Int>,
        plain: (WarmUpFrame) -> LabelMap
    ) {
        let targets = frames.map {
            let labels = upsampling.dense($0.logits).labels()
            return DistillationTarget(classes: labels, objects: labels)
        }
        self.init(targets, frames, truth, ignoring: ignore, plain: plain)
    }

    /// Judges targets.
    ///
    /// - Parameters:
    ///   - targets: what is taught on each frame.
    ///   - frames: the warm-up's frames.
    ///   - truth: of all frames of the video.
    ///   - ignore: ids of the truth that count as no label.
    ///   - plain: the plain model's labels of a frame.
    init(
        _ targets: [DistillationTarget], _ frames: [WarmUpFrame], _ truth: [LabelMap], ignoring ignore: Set<Int>,
        plain: (WarmUpFrame) -> LabelMap
    ) {
        var (pixels, covered, judged, right, same) = (0, 0, 0, 0, 0)
        for (target, frame) in zip(targets, frames) {
            let (truth, own) = (truth[frame.index].labels, plain(frame).labels)
            pixels += truth.count
            for (pixel, taught) in target.classes.labels.enumerated() where taught != noLabel {
                covered += 1
                guard !ignore.contains(Int(truth[pixel])) else { continue }
                judged += 1
                if taught == truth[pixel] { right += 1 }
                if own[pixel] == truth[pixel] { same += 1 }
            }
        }
        func percent(_ a: Int, _ b: Int) -> Double { 100 * Double(a) / Double(max(b, 1)) }
        self.covered = percent(covered, pixels)
        self.right = percent(right, judged)
        self.plain = percent(same, judged)
    }
}
