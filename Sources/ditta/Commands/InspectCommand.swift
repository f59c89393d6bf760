import ArgumentParser
import DittaKit
import Foundation
import Reports

/// `ditta inspect`: what a checkpoint is, and whether it fits.
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Tells what a checkpoint is, and whether it fits.",
        discussion: """
            MODEL is a Hugging Face folder, a safetensors file or one of torch.save (.pth, .pt, .bin). Only its \
            description is read, and nothing in it is run.
            """
    )

    @Argument(help: ArgumentHelp("A folder or a file.", valueName: "model"))
    var model: String

    @Flag(help: "Print JSON for programs instead of a table.")
    var json = false

    func run() throws {
        let inspection = try Inspection(path: model)
        if json {
            try printResult(String(decoding: try encodedJSON(inspection), as: UTF8.self))
        } else {
            try printResult(InspectionTable(inspection: inspection).description)
        }
    }
}
