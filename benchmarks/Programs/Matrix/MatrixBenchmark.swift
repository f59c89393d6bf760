import ArgumentParser
import Compiled
import Dense
import DittaKit
import Foundation
import Methods
import Metrics
import Networks
import Raster

/// Models on clips whose pictures are corrupted: what adaptation brings, cell by cell.
struct MatrixBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "matrix",
        abstract: "Runs clips × corruptions × models and prints scores of the plain model and of ditta as Markdown.")

    @OptionGroup var matrix: MatrixArguments

    @OptionGroup var scoring: MatrixScoring

    @OptionGroup var given: SettingArguments

    @Option(help: "The preset.")
    var preset = "balanced"

    func run() throws {
        guard let preset = MethodChoice.Preset(rawValue: preset) else { throw ValidationError("no preset \(preset)") }
        let method = try MethodChoice.ditta(preset, settings: try given.settings)
        print("| clip | pictures | model | mIoU | accuracy | mVC8 | targets right | plain there | bound | s |")
        print("|" + String(repeating: " --- |", count: 10))
        var table = MatrixTable()
        try matrix.forEach { cell in
            let row = try scoring.row(cell, method)
            table.add(row, cell.corruption)
            print("| \(cell.name) | \(row.text) |")
        }
        print(table.text)
    }
}
