import ArgumentParser
import CloudAdaptation

/// How a model is adapted to each scene before it labels it.
struct TestTimeArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Steps for each scene. (default: 100, with ttt-kd-o and adacontrast 5, with tent 1)", valueName: "n"))
    var steps: Int?

    @Option(
        help: ArgumentHelp(
            "The learning rate. (default: 3e-4, with ttt-kd-o 1e-4, with tent 1e-3, with adacontrast 2e-4)",
            valueName: "r"))
    var rate: Float?

    @Option(help: ArgumentHelp("Who takes the steps: adam, or sgd with momentum 0.9. (default: adam)"))
    var optimizer: TestTimeTraining.Optimizer?

    @Option(help: ArgumentHelp("What is trained: all of the backbone, or its norms. (default: all)"))
    var update: TestTimeTraining.Update?

    @Option(
        help: ArgumentHelp(
            "Statistics of batch norms in training: the scene's, which are followed, or stored. (default: scene)"))
    var batchNorm: TestTimeTraining.Statistics?

    @Option(help: ArgumentHelp("How far features are from the teacher's. (default: cosine)"))
    var loss: DistillationLoss?

    @Option(
        help: ArgumentHelp(
            "Hold the prediction of voxels without a pixel to what it was, with this weight. (default: 0.3; the paper has 0)",
            valueName: "w"))
    var anchor: Float?

    @Option(
        help: ArgumentHelp(
            "Take the first half of the steps on so many changed copies of the scene, whose result labels points without a pixel. "
                + "(default: 8, with ttt-kd-o 0 as the paper)", valueName: "n"))
    var copies: Int?

    @Option(
        help: ArgumentHelp(
            "Hold out a tenth of the voxels with a pixel, end after so many steps without gain there, and keep the best.",
            valueName: "n"))
    var patience: Int?

    @Flag(
        help: "Begin each scene with the model's own weights: tent, dua and adacontrast go on from scene to scene else."
    )
    var episodic = false

    @Option(help: ArgumentHelp("Where chance begins. (default: 1)"))
    var seed: UInt64?

    func validate() throws {
        if let steps, !(1...1_000_000).contains(steps) {
            throw ValidationError("--steps is \(steps): expected 1 or more")
        }
        if let rate, !(rate > 0 && rate.isFinite) {
            throw ValidationError("--rate is \(rate): expected a number above 0")
        }
        if let anchor, !(anchor >= 0 && anchor.isFinite) {
            throw ValidationError("--anchor is \(anchor): expected 0 or more")
        }
        if let copies, !(0...64).contains(copies) { throw ValidationError("--copies is \(copies): expected 0 to 64") }
        if let patience, patience < 1 { throw ValidationError("--patience is \(patience): expected 1 or more") }
    }

    /// The options that were given.
    var given: [String] {
        let all: [(String, Bool)] = [
            ("--steps", steps != nil), ("--rate", rate != nil), ("--optimizer", optimizer != nil),
            ("--update", update != nil), ("--batch-norm", batchNorm != nil), ("--loss", loss != nil),
            ("--anchor", anchor != nil), ("--copies", copies != nil), ("--patience", patience != nil),
            ("--seed", seed != nil),
            ("--episodic", episodic),
        ]
        return all.filter(\.1).map(\.0)
    }

    /// The numbers of training at test time, for one of its two methods.
    func settings(_ method: CloudMethod) -> TestTimeTraining.Settings {
        var settings = method == .tttKDO ? TestTimeTraining.Settings.online : .offline
        settings.steps = steps ?? settings.steps
        settings.rate = rate ?? settings.rate
        settings.optimizer = optimizer ?? settings.optimizer
        settings.update = update ?? settings.update
        settings.batchNorm = batchNorm ?? settings.batchNorm
        settings.loss = loss ?? settings.loss
        settings.anchor = anchor ?? settings.anchor
        settings.copies = copies ?? settings.copies
        settings.patience = patience
        settings.seed = seed ?? settings.seed
        return settings
    }

    /// Settings by name, for the report.
    func described(_ settings: TestTimeTraining.Settings) -> [String: String] {
        [
            "steps": "\(settings.steps)", "rate": "\(settings.rate)", "optimizer": settings.optimizer.rawValue,
            "update": settings.update.rawValue, "batchNorm": settings.batchNorm.rawValue,
            "loss": settings.loss.rawValue, "anchor": "\(settings.anchor)", "copies": "\(settings.copies)",
            "patience": settings.patience.map(String.init) ?? "none", "seed": "\(settings.seed)",
        ]
    }
}

extension TestTimeTraining.Optimizer: ExpressibleByArgument {}
extension TestTimeTraining.Update: ExpressibleByArgument {}
extension TestTimeTraining.Statistics: ExpressibleByArgument {}
