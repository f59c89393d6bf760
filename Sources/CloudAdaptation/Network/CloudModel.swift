package import Checkpoints
package import Clouds
import Foundation
package import Media
import Networks
import Tensors
import Training

/// A trained network with all that labelling needs: a folder with `config.json` and `model.safetensors`.
package struct CloudModel: Sendable {
    /// The network.
    package let network: CloudNetwork
    /// How the teacher's features are scaled.
    package let standardization: Standardization
    /// What `config.json` says.
    package let configuration: Configuration

    /// `config.json`.
    package struct Configuration: Codable, Sendable, Equatable {
        /// The layout of the folder.
        package var version = 1
        /// The name of the backbone, for people: its tensors' shapes are what counts.
        package var network: String
        /// The edge of a voxel in metres.
        package var voxel: Float
        /// What the inputs are.
        package var inputs = VoxelScene.inputNames
        /// The classes in the order of their ids.
        package var classes: [Class]
        /// The number in `.label` files that is none of a class.
        package var noClass: UInt16
        /// Who taught.
        package var teacher: Teacher
        /// The weight of the distillation in training; models from before it was written down have none, and had some.
        package var distillWeight: Float?

        /// A class, and its number in `.label` files.
        package struct Class: Codable, Sendable, Equatable {
            package var name: String
            package var number: UInt16
        }

        /// A network for pictures.
        package struct Teacher: Codable, Sendable, Equatable {
            package var name: String
            /// Of its files.
            package var hash: String
            /// The most pixels that a picture's sides had.
            package var side: Int

            /// Names a teacher.
            package init(name: String, hash: String, side: Int) {
                (self.name, self.hash, self.side) = (name, hash, side)
            }
        }

        /// Describes a model.
        package init(
            network: String, voxel: Float, classes: LabelTable, teacher: Teacher, distillWeight: Float
        ) {
            (self.network, self.voxel) = (network, voxel)
            self.classes = zip(classes.names, classes.stored).map { Class(name: $0, number: $1) }
            noClass = classes.storedNone
            (self.teacher, self.distillWeight) = (teacher, distillWeight)
        }
    }

    /// Puts a model together.
    package init(_ network: CloudNetwork, _ standardization: Standardization, _ configuration: Configuration) {
        (self.network, self.standardization, self.configuration) = (network, standardization, configuration)
    }

    /// Reads a folder.
    ///
    /// - Throws: a sentence, if a file cannot be read, or what is in it does not fit together.
    package init(path: String) throws(CheckpointError) {
        let file = path + "/config.json"
        let configuration = try decodedDescription(
            Configuration.self, at: file, as: "model of point clouds",
            expected: "a folder that 'ditta cloud train' made")
        if let problem = Self.problem(configuration) { throw CheckpointError("\(file): \(problem)") }
        let tensors = path + "/model.safetensors"
        let checkpoint = try Checkpoint(path: tensors)
        network = try CloudNetwork(checkpoint.root)
        let channels = network.distillation.outputs
        standardization = Standardization(
            mean: try checkpoint.root.tensor("teacher.mean", channels),
            deviation: try checkpoint.root.tensor("teacher.deviation", channels))
        try checkpoint.finish()
        self.configuration = configuration
        for (what, found, expected) in [
            ("inputs", network.backbone.inputs, configuration.inputs.count),
            ("classes", network.semantic.outputs, configuration.classes.count),
        ] where found != expected {
            throw CheckpointError(
                "\(tensors): has a network of \(found) \(what), expected \(expected) as config.json says")
        }
        guard network.backbone.outputs > 0 else {
            throw CheckpointError("\(tensors): has a backbone without features, expected at least one")
        }
        guard standardization.deviation.values.allSatisfy({ $0 > 0 }) else {
            throw CheckpointError("\(tensors): tensor 'teacher.deviation': expected numbers above 0, found others")
        }
    }

    /// Tells the model in a folder from others: a hash of its files.
    ///
    /// - Throws: a sentence, if one cannot be read.
    package static func contentHash(at path: String) throws(MediaError) -> String {
        let hash = ContentHash()
        for file in ["config.json", "model.safetensors"] { try hash.add(fileAt: "\(path)/\(file)") }
        return hash.finish()
    }

    /// What is wrong with a configuration, if something is.
    private static func problem(_ configuration: Configuration) -> String? {
        let classes = configuration.classes
        if configuration.version != 1 { return "version: expected 1, found \(configuration.version)" }
        if !(0.001...100).contains(configuration.voxel) {
            return "voxel: expected 0.001 to 100 metres, found \(configuration.voxel)"
        }
        if configuration.inputs != VoxelScene.inputNames {
            return "inputs: expected \(VoxelScene.inputNames), found \(configuration.inputs)"
        }
        if classes.isEmpty || Set(classes.map(\.name)).count != classes.count
            || Set(classes.map(\.number) + [configuration.noClass]).count != classes.count + 1
        {
            return "classes: expected at least one, each with a name and a number of its own"
        }
        return nil
    }

    /// Writes the folder, whole or not at all.
    ///
    /// - Throws: a sentence, if it is there and not empty, or cannot be written.
    package func write(to path: String) throws {
        try makeFolder(at: path) { folder in
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try encoder.encode(configuration).write(to: URL(fileURLWithPath: folder + "/config.json"))
            let tensors = (network.parameters.parameters + network.statistics.parameters).map {
                (name: $0.name, tensor: $0.published)
            }
            let scaling = [
                (name: "teacher.mean", tensor: standardization.mean),
                (name: "teacher.deviation", tensor: standardization.deviation),
            ]
            try writeSafetensors(tensors + scaling, to: folder + "/model.safetensors")
        }
    }

    /// Refuses a teacher that is not the one of the training, that looks at pictures of another size, or whose features are of another
    /// width than the model's, and any, if the model was trained without.
    ///
    /// - Throws: a sentence that names both.
    package func check(_ teacher: CloudTeacher) throws(CloudError) {
        guard configuration.distillWeight != 0 else {
            throw CloudError(
                "the model was trained with --distill-weight 0, so that it makes nothing that a teacher's features could be compared "
                    + "with; expected one that was taught")
        }
        let expected = configuration.teacher
        guard teacher.hash == expected.hash else {
            throw CloudError(
                "the model was taught by \(expected.name) (\(expected.hash.prefix(12))), and its features mean nothing to another: "
                    + "expected that teacher, found \(teacher.name) (\(teacher.hash.prefix(12)))")
        }
        guard teacher.side == expected.side else {
            throw CloudError(
                "the model was taught by pictures of \(expected.side) pixels, which its teacher \(teacher.name) does not look at "
                    + "here: expected \(expected.side), found \(teacher.side)")
        }
        guard teacher.channels == standardization.channels else {
            throw CloudError(
                "the model has a distillation projector to \(standardization.channels) channels, expected the "
                    + "\(teacher.channels) of its teacher \(teacher.name)")
        }
    }

    /// The classes, and the numbers that are written for them.
    package var labels: LabelTable {
        LabelTable(
            configuration.classes.map { (name: $0.name, stored: [$0.number]) }, none: [configuration.noClass])
    }

    /// A scene's points in voxels of the model's size.
    ///
    /// - Throws: a sentence, if a point is too far away for them.
    package func voxels(of example: CloudExample) throws -> VoxelScene {
        try VoxelScene(
            example, size: configuration.voxel, stemKernel: network.backbone.stemKernel, standardization)
    }
}
