import DittaKit
import Foundation
import TestSupport
import Testing

/// The version, which stands in several places.
struct VersionTests {
    private func text(_ path: String) throws -> String {
        try String(contentsOfFile: projectRoot + "/" + path, encoding: .utf8)
    }

    @Test("the code, the newest section of the changelog and the example have one version")
    func sameVersion() throws {
        let newest = try text("CHANGELOG.md").firstMatch(of: /\n## ([0-9.]+)/)
        #expect(newest.map { String($0.1) } == dittaVersion)
        let example = try text("Examples/LabelVideo/Package.swift").firstMatch(of: /from: "([0-9.]+)"/)
        #expect(example.map { String($0.1) } == dittaVersion)
    }
}
