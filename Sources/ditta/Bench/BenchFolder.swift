import CloudAdaptation
import DittaKit
import Foundation
import Reports

/// The output of a benchmark: `plan.json`, what is compared; `cells/`, a report of each finished cell; and the table, `bench.json` and
/// `bench.md`.
struct BenchFolder {
    private let path: String

    /// Makes the folder, or goes on with one of the same plan.
    ///
    /// - Parameters:
    ///   - path: where it is.
    ///   - plan: what the numbers of each cell depend on, by name; what an earlier one did not name is added.
    /// - Throws: a sentence, if something else is there, or it cannot be made.
    init(at path: String, plan: [String: String]) throws {
        self.path = path
        let file = path + "/plan.json"
        var found: [String: String] = [:]
        if FileManager.default.fileExists(atPath: file) {
            do {
                found = try decodedJSON([String: String].self, fromFileAt: file)
            } catch {
                throw DittaError("\(file): is no plan of a benchmark; choose another output with -o")
            }
        } else {
            try checkIsFree(path)
        }
        for (name, expected) in plan.sorted(by: { $0.key < $1.key }) {
            guard let other = found[name], other != expected else { continue }
            throw DittaError(
                "\(path): is of a benchmark with another \(name), expected \(expected), found \(other); choose another output with -o"
            )
        }
        do {
            try FileManager.default.createDirectory(atPath: path + "/cells", withIntermediateDirectories: true)
        } catch {
            throw DittaError("\(path): the output folder cannot be made; expected a place that can be written to")
        }
        try write(try encodedJSON(plan.merging(found) { $1 }), to: "plan.json")
    }

    /// The report of a finished cell.
    ///
    /// - Throws: a sentence, if it is damaged.
    func report(_ row: String, _ shift: String) throws -> CloudReport? {
        let file = "\(path)/\(name(row, shift))"
        guard FileManager.default.fileExists(atPath: file) else { return nil }
        guard let report = try? decodedJSON(CloudReport.self, fromFileAt: file) else {
            throw DittaError("\(file): is no report of a cell; remove it to have it made anew")
        }
        return report
    }

    /// Keeps the report of a cell, whole or not at all.
    func keep(_ report: CloudReport, _ row: String, _ shift: String) throws {
        try write(try encodedJSON(report), to: name(row, shift))
    }

    /// Writes the table.
    func write(_ report: BenchReport) throws {
        try write(try encodedJSON(report), to: "bench.json")
        try write(Data(report.markdown.utf8), to: "bench.md")
    }

    private func name(_ row: String, _ shift: String) -> String { "cells/\(row),\(shift).json" }

    private func write(_ data: Data, to name: String) throws(DittaError) {
        do {
            try data.write(to: URL(fileURLWithPath: "\(path)/\(name)"), options: .atomic)
        } catch {
            throw DittaError("\(path)/\(name): cannot be written; is the disk full, or may it not be written to?")
        }
    }
}
