import Foundation
import Media
package import Networks

/// A segmentation network with its classes, ready to be given to a session.
public struct Model: Sendable {
    /// How frames become the network's input.
    public enum Resize: Sendable, Equatable {
        /// Fitted into a box of pixels, keeping the aspect ratio.
        case fit(width: Int, height: Int)
        /// Resized as the checkpoint was published: stretched to a size, or its shorter side brought to a length.
        case published
    }

    /// The folder or file it was loaded from.
    public let path: String
    package private(set) var network: any SegmentationNetwork

    /// Loads a network as people publish it; docs/formats.md tells which.
    ///
    /// - Parameters:
    ///   - path: A folder or file; nil for the street model that comes with ditta.
    ///   - resize: How frames become input.
    /// - Throws: if there is none, or it is broken, of another kind, or names no size where its own is asked for.
    public init(_ path: String? = nil, resize: Resize = .fit(width: 853, height: 480)) throws {
        let path = try path ?? shippedFolder("weights/segformer-b0-street11", otherwise: "give a model with --model")
        self.path = path
        network = try loadSegmentationNetwork(path)
        switch resize {
        case .fit(let width, let height):
            network.preprocessor.resize = .keepRatio(width: width, height: height)
        case .published:
            guard let resize = network.preprocessor.publishedResize else {
                throw DittaError(
                    "--resize checkpoint: \(path) has no preprocessor_config.json that names a size; "
                        + "use --resize keep-ratio")
            }
            guard network.preprocessor.isBilinear else {
                throw DittaError(
                    "--resize checkpoint: \(path) was published with another resample than 2 (bilinear), which ditta "
                        + "does not have; use --resize keep-ratio")
            }
            network.preprocessor.resize = resize
        }
    }

    /// The names of the classes, in the order of the ids in labels.
    public var classNames: [String] { network.classNames }

    /// What in the checkpoint is not used, a sentence each.
    public var notes: [String] { network.notes }

    /// Tells this model from others: a hash of the files it is read from.
    ///
    /// Throws when one of them cannot be read any more.
    package func contentHash() throws -> String { try ContentHash.ofModel(at: path) }
}

extension ContentHash {
    /// The hash of the files that a network is read from: one, or those of a folder.
    ///
    /// Throws when one of them cannot be read.
    static func ofModel(at path: String) throws -> String {
        let hash = ContentHash()
        var files = [path]
        var isFolder: ObjCBool = false
        if unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
            let endings = ["json", "safetensors", "bin"]
            files = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
                .filter { name in endings.contains { name.hasSuffix("." + $0) } }.map { path + "/" + $0 }
        }
        for file in files { try hash.add(fileAt: file) }
        return hash.finish()
    }
}

/// A folder of weights that come with ditta: beside the program, up from it (a build in the project), or here.
///
/// - Parameters:
///   - name: the folder's path in the project.
///   - advice: what helps who has it not.
/// - Returns: its path.
/// - Throws: if it is at none of these places.
package func shippedFolder(_ name: String, otherwise advice: String) throws(DittaError) -> String {
    let program = URL(fileURLWithPath: Bundle.main.executablePath ?? CommandLine.arguments[0])
        .resolvingSymlinksInPath()
    var places: [URL] = []
    var folder = program.deletingLastPathComponent()
    while folder.path != "/" {
        places += [folder, folder.appendingPathComponent("share/ditta")]
        folder.deleteLastPathComponent()
    }
    places.append(URL(fileURLWithPath: FileManager.default.currentDirectoryPath))
    for place in places {
        let candidate = place.appendingPathComponent(name).path
        if FileManager.default.fileExists(atPath: candidate + "/model.safetensors") { return candidate }
    }
    throw DittaError("\(name), which comes with ditta, is not beside \(program.path); \(advice)")
}
