import Checkpoints
import DittaKit
import Foundation

/// An inspection for people: one line for each thing known.
struct InspectionTable: CustomStringConvertible {
    let inspection: Inspection

    var description: String {
        let width = lines.map(\.name.count).max() ?? 0
        return lines.map { $0.name.padding(toLength: width + 2, withPad: " ", startingAt: 0) + $0.text.printable }
            .joined(separator: "\n")
    }

    private var lines: [(name: String, text: String)] {
        var lines = [("model", inspection.architecture ?? "unknown")]
        if let layout = inspection.layout { lines.append(("layout", layout)) }
        lines.append(("file", "\(inspection.path): \(inspection.container), \(size)"))
        let types = inspection.types.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        lines.append(
            ("tensors", "\(inspection.tensors): " + types.map { "\($0.value) of \($0.key)" }.joined(separator: ", ")))
        lines.append(("parameters", String(format: "%.2f M", Double(inspection.parameters) / 1e6)))
        if let input = inspection.input {
            lines.append(("input", "\(input.width)×\(input.height), as published"))
        } else if inspection.architecture != nil {
            lines.append(("input", "any size, in multiples of 32"))
        }
        if !inspection.classes.isEmpty {
            let first = inspection.classes.prefix(6).joined(separator: ", ")
            lines.append(
                ("classes", "\(inspection.classes.count): \(first)" + (inspection.classes.count > 6 ? ", …" : "")))
        }
        if let names = inspection.names, !names.isEmpty {
            lines.append(("names", names.joined(separator: ", ") + (inspection.tensors > names.count ? ", …" : "")))
        }
        for note in inspection.notes { lines.append(("note", note)) }
        lines.append(("fits", fit))
        return lines
    }

    private var fit: String {
        inspection.fits ? "as \(inspection.option ?? "")" : "no: \(inspection.reason ?? "")"
    }

    private var size: String {
        inspection.bytes < 1_000_000
            ? "\(inspection.bytes / 1000) kB" : String(format: "%.1f MB", Double(inspection.bytes) / 1e6)
    }
}
