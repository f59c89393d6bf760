import ArgumentParser
import DittaKit
import Foundation
import Methods

/// What each part of the default preset is worth over a matrix.
struct AblationBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ablation",
        abstract:
            "Leaves out parts of the balanced preset, one at a time, and prints what is gained over the plain model.")

    @OptionGroup var matrix: MatrixArguments
    @OptionGroup var scoring: MatrixScoring

    /// Names, and the settings that leave a part out.
    private static let parts: [(name: String, settings: [String: String])] = [
        ("balanced", [:]),
        ("picture as it is", ["picture": "as-is"]),
        ("one view", ["views": "1"]),
        ("no regions", ["region-share": "0"]),
        ("no masks", ["maximum-objects": "0"]),
        ("no prior", ["source-prior": "0"]),
        ("no training", ["passes": "0"]),
        ("no memory", ["memory-frames": "0"]),
    ]

    func run() throws {
        print("| | mIoU | worst | accuracy | mVC8 | targets |\n| --- | --- | --- | --- | --- | --- |")
        for part in Self.parts {
            let method = try MethodChoice.ditta(.balanced, settings: part.settings)
            var table = MatrixTable()
            try matrix.forEach { table.add(try scoring.row($0, method), $0.corruption) }
            print(table.line(part.name))
            fflush(nil)
        }
    }
}
