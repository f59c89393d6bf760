import ArgumentParser
import CloudAdaptation

extension CloudMethod: ExpressibleByArgument {}

// What the options for adapting to scenes mean for each method.

extension TestTimeArguments {
    /// Refuses options that a method does not have.
    func check(for method: CloudMethod) throws(ValidationError) {
        if let name = given.first(where: { !method.options.contains($0) }) {
            throw ValidationError("\(name): --method \(method.rawValue) has no such number")
        }
    }

    /// A method with the numbers that were given, and its usual ones for the others.
    func method(_ name: CloudMethod, of model: CloudModel) -> any SceneMethod {
        switch name {
        case .joint: Joint(model.network)
        case .tent: Tent(model.network, tentSettings)
        case .dua: DUA(model, isEpisodic: episodic)
        case .adacontrast: AdaContrast(model, contrastSettings)
        case .tttKD, .tttKDO: TestTimeTraining(model, settings(name))
        }
    }

    /// The numbers of a method by name, for the report.
    func described(_ name: CloudMethod) -> [String: String] {
        switch name {
        case .joint: [:]
        case .tent: described(tentSettings)
        case .dua: ["episodic": "\(episodic)"]
        case .adacontrast: described(contrastSettings)
        case .tttKD, .tttKDO: described(settings(name))
        }
    }
}

extension TestTimeArguments {
    private var tentSettings: Tent.Settings {
        var settings = Tent.Settings()
        settings.steps = steps ?? settings.steps
        settings.rate = rate ?? settings.rate
        settings.isEpisodic = episodic
        return settings
    }

    private func described(_ settings: Tent.Settings) -> [String: String] {
        ["steps": "\(settings.steps)", "rate": "\(settings.rate)", "episodic": "\(settings.isEpisodic)"]
    }

    private var contrastSettings: AdaContrast.Settings {
        var settings = AdaContrast.Settings()
        settings.steps = steps ?? settings.steps
        settings.rate = rate ?? settings.rate
        settings.seed = seed ?? settings.seed
        settings.isEpisodic = episodic
        return settings
    }

    private func described(_ settings: AdaContrast.Settings) -> [String: String] {
        [
            "steps": "\(settings.steps)", "rate": "\(settings.rate)", "voxels": "\(settings.voxels)",
            "memory": "\(settings.memory)", "seed": "\(settings.seed)", "episodic": "\(settings.isEpisodic)",
        ]
    }
}

extension CloudMethod {
    /// The options that mean something for it.
    fileprivate var options: Set<String> {
        switch self {
        case .joint: []
        case .tent: ["--steps", "--rate", "--episodic"]
        case .dua: ["--episodic"]
        case .adacontrast: ["--steps", "--rate", "--episodic", "--seed"]
        case .tttKD, .tttKDO:
            [
                "--steps", "--rate", "--optimizer", "--update", "--batch-norm", "--loss", "--anchor", "--copies",
                "--patience", "--seed",
            ]
        }
    }
}
