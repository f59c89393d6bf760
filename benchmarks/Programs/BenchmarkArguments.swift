public import ArgumentParser
import Compiled
public import DittaKit
import Foundation
import Media
import Metrics
import Networks
import Raster

extension Precision: ExpressibleByArgument {}
extension ComputePrecision: ExpressibleByArgument {}

/// Which network is measured, and with which numbers.
struct NetworkArguments: ParsableArguments {
    @Option(help: "The model.")
    var model = "weights/segformer-b0-street11"

    @Option(help: "What the network computes with: auto, fp32 or bf16.")
    var precision = ComputePrecision.auto

    /// Loads the network as it comes.
    func load() throws -> Model { try Model(model) }

    /// Loads the network for inputs of one size, whatever the frames' is.
    func load(width: Int, height: Int) throws -> any SegmentationNetwork {
        var network = try loadSegmentationNetwork(model)
        network.preprocessor.resize = .stretch(width: width, height: height)
        return network
    }
}

/// A clip with its truth.
struct LabelledClipArguments: ParsableArguments {
    @Argument(help: "A folder with labels/ and either frames/ or clip.mp4.")
    var clip: String

    @Option(help: "A truth id that counts as no label.")
    var ignore: [Int] = [255, 11]

    /// Reads the clip.
    func load() throws -> LabelledClip { try LabelledClip(clip) }

    /// The scores of labels from a frame on.
    func scores(_ labels: [LabelMap], _ truth: [LabelMap], classNames: [String], from first: Int) throws
        -> EvaluationSummary
    {
        var evaluation = try Evaluation(classNames: classNames, ignoring: Set(ignore), labelOffset: 0)
        evaluation.beginVideo()
        for (prediction, actual) in zip(labels, truth).dropFirst(first) {
            try evaluation.add(prediction: prediction, truth: actual)
        }
        return evaluation.summary
    }
}

/// Options of the method.
struct SettingArguments: ParsableArguments {
    @Option(help: "An option of the method, NAME=VALUE.")
    var set: [String] = []

    /// Values by name.
    var settings: [String: String] {
        get throws {
            var settings: [String: String] = [:]
            for pair in set {
                let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
                guard parts.count == 2 else { throw ValidationError("--set \(pair): expected NAME=VALUE") }
                settings[parts[0]] = parts[1]
            }
            return settings
        }
    }
}

/// The frames and the truth of a clip.
struct LabelledClip {
    let frames: [Frame]
    let truth: [LabelMap]

    /// Reads a folder with labels/, and frames/ or clip.mp4.
    init(_ path: String) throws {
        let video = path + "/clip.mp4"
        frames = try allFrames(FileManager.default.fileExists(atPath: video) ? video : path + "/frames")
        truth = try labelFiles(in: path + "/labels").map { try readLabels(at: $0) }
        guard frames.count == truth.count else {
            throw DittaError("\(path): has \(frames.count) frames and \(truth.count) labels")
        }
    }
}

/// The frames of a video, all or the first few; at least one.
func allFrames(_ video: String, atMost count: Int = .max) throws -> [Frame] {
    let reader = try openFrames(at: video)
    var frames: [Frame] = []
    while frames.count < count, let frame = try reader.next() { frames.append(frame) }
    guard !frames.isEmpty else { throw DittaError("\(video): has no frame that can be decoded") }
    return frames
}

/// Times `body`, in seconds on the clock.
func seconds(_ body: () throws -> Void) rethrows -> Double {
    let start = ContinuousClock.now
    try body()
    return (ContinuousClock.now - start) / .seconds(1)
}
