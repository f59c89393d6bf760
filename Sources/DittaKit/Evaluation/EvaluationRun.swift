import Foundation
import Media
import Metrics
package import Reports

/// Evaluates the videos of two paths, one pair of frames at a time.
package struct EvaluationRun {
    /// What to leave out at the start of every video.
    package enum Skip: Sendable {
        /// So many frames of every video.
        case frames(Int)
        /// The warm-up that the report of each video's run tells.
        case warmUp
    }

    let predictions: String
    let truth: String
    /// The class count, when it is given.
    let classes: Int?
    let ignoring: Set<Int>?
    let labelOffset: Int
    let skip: Skip

    /// Prepares an evaluation.
    ///
    /// - Parameters:
    ///   - predictions: The folder of labels to score.
    ///   - truth: The folder of true labels.
    ///   - classes: The class count; nil to find it.
    ///   - ignoring: Truth ids, as stored, that count as no label; nil for 255, or 65535 where 255 is a class.
    ///   - labelOffset: What is added to truth ids to get classes.
    ///   - skip: Which frames at the start are left out.
    package init(
        predictions: String, truth: String, classes: Int?, ignoring: Set<Int>?, labelOffset: Int, skip: Skip
    ) {
        (self.predictions, self.truth, self.classes) = (predictions, truth, classes)
        (self.ignoring, self.labelOffset, self.skip) = (ignoring, labelOffset, skip)
    }

    /// Evaluates all videos.
    ///
    /// - Throws: a sentence that names the file or folder, when something is missing, damaged or does not fit.
    package func callAsFunction() throws -> EvaluationReport {
        let discovery = try VideoDiscovery(predictions: predictions, truth: truth)
        var notes: [String] = []
        if let first = discovery.unpredicted.first {
            let count = discovery.unpredicted.count
            notes.append(
                "\(count) of \(count + discovery.videos.count) videos of the truth have no predictions, "
                    + "the first is '\(first)'")
        }
        var videos: [[LabelledVideo.Frame]] = []
        var rules: Set<FramePairing.Rule> = []
        var skipped = 0
        for video in discovery.videos {
            let (frames, rule) = try video.frames()
            let first = try firstFrame(of: video)
            let kept = frames.filter { $0.number >= first }
            skipped += frames.count - kept.count
            if kept.isEmpty { notes.append("all frames of \(video.predictions) with truth are skipped") }
            videos.append(kept)
            rules.insert(rule)
        }
        guard videos.contains(where: { !$0.isEmpty }) else {
            throw EvaluationError("no frame is left to evaluate: all \(skipped) frames with truth are skipped")
        }

        let classList = try ClassList(
            count: classes, videos: discovery.videos, frames: videos.joined(), ignoring: ignoring,
            labelOffset: labelOffset)
        if classList.isGuess {
            notes.append(
                "the class count is a guess, the largest id seen being \(classList.names.count - 1); give --classes")
        }
        var evaluation = try Evaluation(
            classNames: classList.names, ignoring: classList.ignoring, labelOffset: labelOffset)
        for frames in videos {
            evaluation.beginVideo()
            for frame in frames {
                let (prediction, actual) = (try readLabels(at: frame.prediction), try readLabels(at: frame.truth))
                do {
                    try evaluation.add(prediction: prediction, truth: actual)
                } catch {
                    throw EvaluationError("\(frame.prediction) against \(frame.truth): \(error)")
                }
            }
        }
        let summary = evaluation.summary
        return EvaluationReport(
            predictions: predictions, truth: truth, classesFrom: classList.source, skippedFrames: skipped,
            pairing: rules.map(\.rawValue).sorted(), notes: notes, warnings: labelWarnings(summary), summary: summary)
    }

    /// The number of the first frame of a video that counts.
    private func firstFrame(of video: LabelledVideo) throws -> Int {
        switch skip {
        case .frames(let count): count
        case .warmUp: try warmUpFrames(of: video)
        }
    }
}

/// The length of the warm-up, from the `report.json` of a video's run.
private func warmUpFrames(of video: LabelledVideo) throws -> Int {
    guard let path = video.companion(RunReport.name) else {
        throw EvaluationError(
            "there is no report.json beside \(video.predictions) to read the warm-up from: give --skip")
    }
    return try RunReport.warmUpFrames(inReportAt: path)
}
