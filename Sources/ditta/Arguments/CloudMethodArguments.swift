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
        case .tttKD, .tttKDO: TestTimeTraining(model.network, settings(name))
        }
    }

    /// The numbers of a method by name, for the report.
    func described(_ name: CloudMethod) -> [String: String] {
        switch name {
        case .joint: [:]
        case .tttKD, .tttKDO: described(settings(name))
        }
    }
}

extension CloudMethod {
    /// The options that mean something for it.
    fileprivate var options: Set<String> {
        switch self {
        case .joint: []
        case .tttKD, .tttKDO:
            [
                "--steps", "--rate", "--optimizer", "--update", "--batch-norm", "--loss", "--anchor", "--patience",
                "--seed",
            ]
        }
    }
}
