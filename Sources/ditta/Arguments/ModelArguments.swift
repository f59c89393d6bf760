public import ArgumentParser
import Compiled
public import DittaKit
import Foundation

extension ComputePrecision: ExpressibleByArgument {}

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
    var precision = ComputePrecision.auto

    func validate() throws {
        guard precision.precision.isSupported else {
            throw ValidationError(
                "--precision bf16: this processor does not compute in bfloat16 (AVX512-BF16); use --precision fp32")
        }
    }

    enum ResizeRule: String, ExpressibleByArgument, CaseIterable {
        /// Fit the box of `--fit`, keeping the aspect ratio.
        case keepRatio = "keep-ratio"
        /// Resize as the checkpoint was published.
        case checkpoint
    }

    /// Loads the network, and says on standard error what of it is not used.
    func load() throws -> Model {
        let loaded = try Model(
            model, resize: resize == .checkpoint ? .published : .fit(width: fit.width, height: fit.height))
        for note in loaded.notes {
            printRemark("Note: \(loaded.path): \(note)\n")
        }
        return loaded
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
