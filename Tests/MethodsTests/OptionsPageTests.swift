import Foundation
import TestSupport
import Testing

/// docs/options.md says what the code says.
struct OptionsPageTests {
    @Test("the page is that of the schemas")
    func page() throws {
        let path = projectRoot + "/docs/options.md"
        if ProcessInfo.processInfo.environment["DITTA_RENEW_DOCS"] != nil {
            try Data(optionsPage.utf8).write(to: URL(fileURLWithPath: path))
        }
        let committed = try String(contentsOf: URL(fileURLWithPath: path), encoding: .utf8)
        #expect(committed == optionsPage, "docs/options.md is out of date: 'make docs-options' renews it")
    }
}
