import ArgumentParser
import Compiled
import DittaKit
import Foundation
import Methods
import Metrics
import Raster

/// The cells of the matrix: clips, what is wrong with their pictures, and models; read from a JSON file.
struct MatrixPlan: Decodable {
    /// A labelled clip.
    struct Clip: Decodable {
        let name: String
        /// A folder with labels/, and frames/ or clip.mp4; relative to the file's.
        let path: String
    }

    /// A model.
    struct Network: Decodable {
        let name: String
        /// Relative to the file's folder.
        let path: String
        /// The model's id of each id of the truth; nothing if they are the same.
        var truth: [Int]?
    }

    let clips: [Clip]
    let models: [Network]
    /// Ids of the truth that count as no label.
    let ignore: Set<Int>
    private(set) var folder = ""

    private enum CodingKeys: CodingKey { case clips, models, ignore }

    /// Reads a plan.
    static func read(_ path: String) throws -> MatrixPlan {
        var plan = try JSONDecoder().decode(MatrixPlan.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
        plan.folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        return plan
    }

    /// A path of the plan.
    func resolved(_ path: String) -> String { path.hasPrefix("/") ? path : folder + "/" + path }
}

/// A clip, a corruption and a model: frames and truth in the model's ids.
struct MatrixCell {
    /// Clip, corruption and model, as cells of a table.
    let name: String
    let corruption: Corruption
    /// The frames as they were, and corrupted.
    let original, frames: [Frame]
    let truth: [LabelMap]
    let model: Model

    /// Corrupts the frames of a clip, and maps its truth to a model's ids.
    init(
        _ name: String, _ clip: LabelledClip, _ corruption: Corruption, _ model: Model, truthIDs: [Int]?,
        ignore: Set<Int>
    ) {
        (self.name, self.corruption) = (name, corruption)
        original = clip.frames
        frames = original.map { corruption($0) }
        truth = clip.truth.map { map in
            var result = map
            for index in result.labels.indices {
                let id = Int(result.labels[index])
                let mapped = truthIDs.map { $0.indices.contains(id) ? $0[id] : Int(noLabel) } ?? id
                result.labels[index] = ignore.contains(id) ? noLabel : UInt16(mapped)
            }
            return result
        }
        self.model = model
    }

    /// The model, compiled for the cell's frames.
    var source: SourceModel {
        SourceModel(
            model.network, width: frames[0].image.width, height: frames[0].image.height, precision: .fastest)
    }

    /// The first share of the frames.
    func warmUp(_ share: Double) throws -> [Frame] {
        Array(frames.prefix(try WarmUpPlan(share: share, maximum: 10_000).length(of: frames.count)))
    }

    /// How pictures of the cell's size are chosen for its model.
    func pictureChoice(_ source: SourceModel) -> PictureChoice {
        PictureChoice(source, width: frames[0].image.width, height: frames[0].image.height)
    }

    /// The scores of labels on some frames.
    func scores(_ labels: [LabelMap], on range: Range<Int>) throws -> EvaluationSummary {
        var evaluation = try Evaluation(classNames: model.classNames, ignoring: [Int(noLabel)])
        evaluation.beginVideo()
        for index in range { try evaluation.add(prediction: labels[index], truth: truth[index]) }
        return evaluation.summary
    }
}

/// Which cells of a matrix are run.
struct MatrixArguments: ParsableArguments {
    @Argument(help: "A JSON file with clips and models.")
    var plan = "benchmarks/matrix.json"

    @Option(help: "Only these clips, by name.")
    var clip: [String] = []

    @Option(help: "Only these corruptions.")
    var corruption: [Corruption] = Corruption.allCases

    @Option(help: "Only these models, by name.")
    var model: [String] = []

    /// Calls `body` with every cell, and shows at once what it printed.
    func forEach(_ body: (MatrixCell) throws -> Void) throws {
        let plan = try MatrixPlan.read(plan)
        for network in plan.models where model.isEmpty || model.contains(network.name) {
            let loaded = try Model(plan.resolved(network.path))
            for clip in plan.clips where self.clip.isEmpty || self.clip.contains(clip.name) {
                let labelled = try LabelledClip(plan.resolved(clip.path))
                for corruption in corruption {
                    try body(
                        MatrixCell(
                            "\(clip.name) | \(corruption.rawValue) | \(network.name)", labelled, corruption, loaded,
                            truthIDs: network.truth, ignore: plan.ignore))
                    fflush(nil)
                }
            }
        }
    }
}
