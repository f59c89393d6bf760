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

    /// Names, and the settings that leave a part out; or the teacher that is added.
    private static let parts: [(name: String, settings: [String: String], teacher: TeacherChoice?)] = [
        ("balanced", [:], nil),
        ("picture as it is", ["picture": "as-is"], nil),
        ("one view", ["views": "1"], nil),
        ("no regions", ["region-share": "0"], nil),
        ("no prior", ["source-prior": "0"], nil),
        ("no training", ["passes": "0"], nil),
        ("no memory", ["memory-frames": "0"], nil),
        ("one trust", ["memory-trust": "fixed"], nil),
        ("masks, too", [:], .affinity),
    ]

    func run() throws {
        print("| | mIoU | worst | accuracy | mVC8 | targets |\n| --- | --- | --- | --- | --- | --- |")
        for part in Self.parts {
            let method = try MethodChoice.ditta(.balanced, settings: part.settings, teacher: part.teacher)
            var table = MatrixTable()
            try matrix.forEach { table.add(try scoring.row($0, method), $0.corruption) }
            print(table.line(part.name))
            fflush(nil)
        }
    }
}
