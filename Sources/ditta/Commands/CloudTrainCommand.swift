import ArgumentParser
import Checkpoints
import CloudAdaptation
import Clouds
import DittaKit
import Foundation
import Networks
import Tensors

/// `ditta cloud train`: a model of labelled scenes, and of what a teacher sees in their pictures.
struct CloudTrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Trains a model on labelled scenes, together with what a teacher sees in their pictures.",
        discussion: """
            Writes a folder with config.json and model.safetensors, whole or not at all. Of the same data, options and seed it \
            has the same bytes, unless it ends by the hour. A training that was stopped leaves a file MODEL.training, from which \
            the same command goes on.
            """
    )

    @Argument(help: ArgumentHelp("A data set, a drive or a folder of scenes, with labels.", valueName: "data"))
    var data: String

    @Option(name: .shortAndLong, help: ArgumentHelp("A folder for the model; it is made.", valueName: "dir"))
    var output: String

    @OptionGroup(title: "Teacher") var teacher: CloudTeacherArguments

    @Option(
        help: "The network: 34C is the published one, of 38 M values; of the others half and third have 2.0 and 0.8 M.")
    var network = Backbone.mink14Half

    @Option(help: ArgumentHelp("The edge of a voxel, in metres.", valueName: "m"))
    var voxel: Float = 0.1

    @Option(help: "Which of SemanticKITTI's classes.")
    var classes = SemanticKITTIClasses.nineteen

    @Option(help: ArgumentHelp("How often each scene is seen. (default: 60)", valueName: "n"))
    var epochs: Int?

    @Option(
        help: ArgumentHelp(
            "End after so many hours, instead, with the learning rate falling till then.", valueName: "h"))
    var hours: Double?

    @Option(help: ArgumentHelp("The highest learning rate.", valueName: "r"))
    var rate: Float = 5e-3

    @Option(help: ArgumentHelp("The weight of the distillation; 0 trains on labels only.", valueName: "w"))
    var distillWeight: Float = 1

    @Option(help: "How far features are from the teacher's.")
    var loss = DistillationLoss.cosine

    @Option(
        help: ArgumentHelp(
            "Leave out the drives of these names, parted by commas, to try the model on.", valueName: "names"))
    var without: String?

    @Option(help: "Where chance begins.")
    var seed: UInt64 = 1

    @OptionGroup var telling: ProgressArguments

    @Option(help: ArgumentHelp("Threads to use. (default: all cores)", valueName: "n"))
    var threads: Int?

    enum Backbone: String, ExpressibleByArgument, CaseIterable {
        case mink34C = "mink34c"
        case mink14Half = "mink14-half"
        case mink14Third = "mink14-third"

        /// Its widths, with as many features as it has channels in the end.
        var configuration: MinkUNetConfiguration {
            let inputs = VoxelScene.inputNames.count
            return switch self {
            case .mink34C: .mink34C(inputs: inputs, outputs: 96)
            case .mink14Half: .mink14Half(inputs: inputs, outputs: 48)
            case .mink14Third: .mink14Third(inputs: inputs, outputs: 32)
            }
        }
    }

    func validate() throws {
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads is \(threads): expected 1 to 1024")
        }
        guard (0.001...100).contains(voxel) else {
            throw ValidationError("--voxel is \(voxel): expected 0.001 to 100 metres")
        }
        if let epochs, !(1...1_000_000).contains(epochs) {
            throw ValidationError("--epochs is \(epochs): expected 1 or more")
        }
        if let hours {
            guard hours > 0, hours <= 10_000 else { throw ValidationError("--hours is \(hours): expected above 0") }
            guard epochs == nil else { throw ValidationError("--hours: expected without --epochs") }
        }
        guard rate > 0, rate.isFinite else { throw ValidationError("--rate is \(rate): expected a number above 0") }
        guard distillWeight >= 0, distillWeight.isFinite else {
            throw ValidationError("--distill-weight is \(distillWeight): expected 0 or more")
        }
    }

    func run() throws {
        telling.apply()
        if let threads { Parallel.workers = threads }
        try checkIsFree(output)
        let teacher = try teacher.load()
        let source = try openScenes(at: openable(data), classes: classes)
        guard let table = source.classes else {
            throw DittaError("\(data): its scenes have no classes, expected the field 'labels' in cameras.json")
        }
        let scenes = TrainingScenes(
            source, chosen: try chosen(source), teacher: teacher, window: self.teacher.window)
        let length = hours.map(JointTraining.Length.hours) ?? .epochs(epochs ?? 60)
        Interruption.watch { signal in
            printRemark("\nError: stopped by \(Interruption.name(signal)); nothing is written but what was before\n")
        }

        let reading = Progress("reading", "scenes", total: scenes.count)
        let survey = try scenes.survey(classes: table.names.count) {
            reading.advance(to: $0)
            try checkStopped()
        }
        reading.finish()
        let checkpoint = TrainingCheckpoint(beside: output, of: identity(length, teacher, survey))
        if checkpoint.exists {
            try checkpoint.check()
            printRemark("going on with \(checkpoint.path)\n".printable)
        }
        let network = try train(scenes, survey, length, checkpoint)
        let configuration = CloudModel.Configuration(
            network: self.network.rawValue, voxel: voxel, classes: table,
            teacher: .init(name: teacher.name, hash: teacher.hash, side: teacher.side),
            distillWeight: distillWeight)
        try CloudModel(network, survey.standardization, configuration).write(to: output)
        checkpoint.remove()
        try printResult("model: \(output)")
    }

    /// Trains a network, and tells how it goes.
    private func train(
        _ scenes: TrainingScenes, _ survey: TrainingScenes.Survey, _ length: JointTraining.Length,
        _ checkpoint: TrainingCheckpoint
    ) throws -> CloudNetwork {
        var training = JointTraining()
        (training.length, training.rate, training.seed) = (length, rate, seed)
        (training.distillationWeight, training.loss) = (distillWeight, loss)
        let steps = Progress("training", "steps", total: nil)
        var (classLoss, distillation, seen) = (0.0, 0.0, 0)
        let network = try training(
            network.configuration, on: scenes, survey, voxel: voxel, checkpoint: checkpoint
        ) { step in
            steps.advance(to: step.number, of: step.count)
            (classLoss, distillation, seen) = (classLoss + step.classes, distillation + step.distillation, seen + 1)
            if step.number % scenes.count == 0 {
                steps.say(
                    String(
                        format: "epoch %d: loss of classes %.3f, of features %.3f", step.number / scenes.count,
                        classLoss / Double(seen), distillation / Double(seen)))
                (classLoss, distillation, seen) = (0, 0, 0)
            }
            try checkStopped(
                leaving: "\(checkpoint.path) has \(step.number) steps, from which the same command goes on")
        }
        steps.finish()
        return network
    }

    /// What a training is of: all that its bytes depend on.
    private func identity(
        _ length: JointTraining.Length, _ teacher: CloudTeacher, _ survey: TrainingScenes.Survey
    ) -> [String: String] {
        let length =
            switch length {
            case .epochs(let epochs): "\(epochs) epochs"
            case .hours(let hours): "\(hours) hours"
            }
        return [
            "length": length, "teacher": teacher.hash, "network": network.rawValue, "voxel": "\(voxel)",
            "rate": "\(rate)", "seed": "\(seed)", "distill-weight": "\(distillWeight)", "loss": loss.rawValue,
            "pair-window": "\(self.teacher.pairWindow)", "images": "\(self.teacher.images)",
            "points of each class": "\(survey.points)",
        ]
    }

    /// The scenes that are trained on.
    private func chosen(_ source: any SceneSource) throws -> [Int] {
        let left = (without ?? "").split(separator: ",").map(String.init)
        var drives = Set<String>()
        let chosen = (0..<source.count).filter { index in
            let drive = source.moment(of: index)?.drive
            if let drive { drives.insert(drive) }
            return !left.contains { $0 == drive }
        }
        if let unknown = left.first(where: { !drives.contains($0) }) {
            throw DittaError(
                "--without \(unknown): is no drive of \(data), expected one of \(drives.sorted().joined(separator: ", "))"
            )
        }
        guard !chosen.isEmpty else { throw DittaError("--without: leaves no scene of \(data) to train on") }
        return chosen
    }
}

/// Ends a command that a signal stopped, and says what is left of it.
///
/// - Throws: its exit code.
func checkStopped(leaving rest: String = "nothing is written") throws {
    guard let signal = Interruption.requested else { return }
    printRemark("\nError: stopped by \(Interruption.name(signal)); \(rest.printable)\n")
    throw ExitCode(Interruption.status(signal))
}

extension SemanticKITTIClasses: ExpressibleByArgument {}
extension DistillationLoss: ExpressibleByArgument {}
