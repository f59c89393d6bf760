import ArgumentParser
import Compiled
import Foundation
import Networks

/// Which network runs, and at which size.
struct ModelArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A SegFormer: a Hugging Face folder (config.json and model.safetensors) or a .pth file of NVlabs' layout; "
                + "'ditta inspect' tells whether one fits. (default: the street model that comes with ditta)",
            valueName: "path"))
    var model: String?

    @Option(help: "How frames become the network's input.")
    var resize = ResizeRule.keepRatio

    @Option(help: ArgumentHelp("The box frames are fitted into, in pixels.", valueName: "WxH"))
    var fit = Size(width: 853, height: 480)

    @Option(help: "What the network computes with: bf16 where the processor has it, or told.")
    var precision = PrecisionRule.auto

    enum PrecisionRule: String, ExpressibleByArgument, CaseIterable {
        /// The fastest this processor has.
        case auto
        /// Single precision.
        case fp32
        /// bfloat16, sums in single precision.
        case bf16

        var precision: Precision {
            switch self {
            case .auto: .fastest
            case .fp32: .fp32
            case .bf16: .bf16
            }
        }
    }

    func validate() throws {
        guard precision.precision.isSupported else {
            throw ValidationError(
                "--precision bf16: this processor does not compute in bfloat16 (AVX512-BF16); use --precision fp32")
        }
    }

    enum ResizeRule: String, ExpressibleByArgument, CaseIterable {
        /// Fit the box of `--fit`, keeping the aspect ratio.
        case keepRatio = "keep-ratio"
        /// Stretch to the size the checkpoint was published with.
        case checkpoint
    }

    /// Loads the network; tells where it was, too.
    func load() throws -> (network: SegFormer, path: String) {
        let path = try model ?? Self.defaultModel()
        var network = try SegFormer(path: path)
        for note in network.notes { FileHandle.standardError.write(Data("Note: \(path): \(note)\n".utf8)) }
        switch resize {
        case .keepRatio:
            network.preprocessor.resize = .keepRatio(width: fit.width, height: fit.height)
        case .checkpoint:
            guard let size = network.preprocessor.publishedSize else {
                throw ValidationError(
                    "--resize checkpoint: \(path) has no preprocessor_config.json that names a size; "
                        + "use --resize keep-ratio")
            }
            network.preprocessor.resize = .stretch(width: size.width, height: size.height)
        }
        return (network, path)
    }

    /// The folder of the model that comes with ditta: beside the program, or up from it (a build in the project).
    private static func defaultModel() throws -> String {
        let name = "weights/segformer-b0-street11"
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
        throw RunError("the default model (\(name)) is not beside \(program.path); give one with --model")
    }
}

/// A size as `WIDTHxHEIGHT`.
struct Size: ExpressibleByArgument, CustomStringConvertible {
    let width, height: Int

    init(width: Int, height: Int) {
        (self.width, self.height) = (width, height)
    }

    init?(argument: String) {
        let sides = argument.lowercased().split(separator: "x").compactMap { Int($0) }
        guard sides.count == 2, sides.allSatisfy({ (32...8192).contains($0) }) else { return nil }
        self.init(width: sides[0], height: sides[1])
    }

    var description: String { "\(width)x\(height)" }
    var defaultValueDescription: String { description }
}
