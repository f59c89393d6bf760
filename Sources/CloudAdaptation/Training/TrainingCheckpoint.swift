package import Checkpoints
import Foundation
import Tensors
import Training

/// The file of a training that was stopped, from which it goes on with the same bytes as if it had not been.
///
/// A safetensors file with the network, the optimiser's moments, and in its header what the training is of and how far it is.
package struct TrainingCheckpoint: Sendable {
    /// The file.
    package let path: String
    /// What the training is of, by name: another one is not gone on with.
    package let identity: [String: String]

    /// How far a training is.
    struct Position {
        var step = 0
        /// Seconds that it took so far.
        var seconds = 0.0
    }

    /// Takes the place of a model, beside which the file lies.
    package init(beside model: String, of identity: [String: String]) {
        var model = model
        while model.count > 1, model.hasSuffix("/") { model.removeLast() }
        (path, self.identity) = (model + ".training", identity)
    }

    /// Whether there is a training to go on with.
    package var exists: Bool { FileManager.default.fileExists(atPath: path) }

    /// Refuses a file of another training, before the work begins.
    ///
    /// - Throws: a sentence that names what differs, or that it cannot be read.
    package func check() throws(CheckpointError) {
        guard exists else { return }
        let found = try openTensorFile(path).metadata
        for (name, value) in identity.sorted(by: { $0.key < $1.key }) where found[name] != value {
            throw CheckpointError(
                "\(path): is of a training with another \(name), expected \(value), found \(found[name] ?? "none"); the options of "
                    + "that training go on with it, or remove the file to begin anew")
        }
    }

    /// Writes a training down.
    ///
    /// - Throws: a sentence, if the file cannot be written; what was there before stays.
    func save(_ network: CloudNetwork, _ optimizer: AdamW, at position: Position) throws(CheckpointError) {
        var tensors = values(network)
        for (parameter, moments) in zip(network.parameters.parameters, optimizer.moments) {
            tensors += [("first." + parameter.name, moments.first), ("second." + parameter.name, moments.second)]
        }
        var metadata = identity
        (metadata["step"], metadata["seconds"]) = ("\(position.step)", "\(position.seconds)")
        try writeSafetensors(tensors, metadata: metadata, to: path)
    }

    /// Makes network and optimiser what they were, if a training was stopped.
    ///
    /// - Returns: how far it was.
    /// - Throws: a sentence, if the file is of another training, or damaged.
    func resume(_ network: CloudNetwork, _ optimizer: inout AdamW) throws(CheckpointError) -> Position {
        guard exists else { return Position() }
        try check()
        let file = try openTensorFile(path)
        guard let step = file.metadata["step"].flatMap({ Int($0) }), step >= 0,
            let seconds = file.metadata["seconds"].flatMap({ Double($0) }), seconds.isFinite
        else { throw CheckpointError("\(path): does not say how far its training is; remove it to begin anew") }
        let checkpoint = Checkpoint(file)
        func stored(_ name: String, _ shape: [Int]) throws(CheckpointError) -> Tensor {
            let tensor = try checkpoint.root.tensor(name)
            guard tensor.shape == shape else {
                throw CheckpointError("\(path): tensor '\(name)': expected shape \(shape), found \(tensor.shape)")
            }
            return tensor.copy()
        }
        for (name, tensor) in values(network) { copyValues(of: try stored(name, tensor.shape), to: tensor) }
        var moments: [(first: Tensor, second: Tensor)] = []
        for parameter in step > 0 ? network.parameters.parameters : [] {
            let shape = parameter.tensor.shape
            moments.append(
                (try stored("first." + parameter.name, shape), try stored("second." + parameter.name, shape)))
        }
        try checkpoint.finish()
        optimizer.resume(step: step, moments: moments)
        return Position(step: step, seconds: seconds)
    }

    /// Forgets a training that came to its end.
    package func remove() { try? FileManager.default.removeItem(atPath: path) }

    private func values(_ network: CloudNetwork) -> [(name: String, tensor: Tensor)] {
        (network.parameters.parameters + network.statistics.parameters).map { ($0.name, $0.tensor) }
    }
}
