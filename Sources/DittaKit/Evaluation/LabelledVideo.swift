import Foundation
import Media
import Metrics

/// A video with the folders of its predicted and true label PNGs.
struct LabelledVideo {
    /// The name of the video's folder; empty when the command was given one video.
    let name: String
    /// The folder of the predicted labels.
    let predictions: String
    /// The folder of the true labels.
    let truth: String
    /// The folders that may hold what a run wrote beside the predictions, nearest first.
    let companions: [String]

    /// A frame of truth, the prediction for it, and the frame's number in the video from 0.
    struct Frame {
        let number: Int
        let prediction: String
        let truth: String
    }

    /// The frames that have truth, in the order of the video, and how they were matched.
    func frames() throws -> (frames: [Frame], rule: FramePairing.Rule) {
        let (predicted, actual) = (try labelFiles(in: predictions), try labelFiles(in: truth))
        do {
            let pairing = try FramePairing(predictions: predicted.map(Self.stem), truth: actual.map(Self.stem))
            let frames = pairing.pairs.map {
                Frame(number: $0.prediction, prediction: predicted[$0.prediction], truth: actual[$0.truth])
            }
            return (frames, pairing.rule)
        } catch {
            throw EvaluationError("\(predictions) against \(truth): \(error)")
        }
    }

    /// The first file of this name beside the predictions.
    func companion(_ name: String) -> String? {
        companions.map { $0 + "/" + name }.first { FileManager.default.fileExists(atPath: $0) }
    }

    private static func stem(_ path: String) -> String {
        URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    }
}
