import Foundation
import Reports

/// A run's output: it grows in a folder named `<name>.partial` and gets its own name when it is complete.
package struct OutputFolder {
    /// The folder's final path.
    let path: String
    /// Where files are written until then.
    let partial: String
    private let force: Bool

    /// The default: beside the video, named for it.
    package static func besideVideo(_ video: String) -> String {
        var isFolder: ObjCBool = false
        let url = URL(fileURLWithPath: video)
        _ = unsafe FileManager.default.fileExists(atPath: video, isDirectory: &isFolder)
        return (isFolder.boolValue ? url : url.deletingPathExtension()).path + "-ditta"
    }

    /// Prepares an empty folder.
    ///
    /// - Throws: if the output is there and `force` is not given, if what is there is no output of ditta, or if the folder
    ///   cannot be made.
    init(_ path: String, force: Bool) throws {
        // Completion in a shell leaves a slash, after which ".partial" would be a name within.
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.path = path
        self.force = force
        partial = path + ".partial"
        let files = FileManager.default
        for existing in [path, partial] where files.fileExists(atPath: existing) {
            guard force else {
                throw DittaError(
                    "\(existing): is there already; choose another output with -o, or replace it with --force")
            }
            // Refuse to replace a folder that ditta did not write: the path may be mistyped.
            guard Self.isReplaceable(existing, complete: existing == path) else {
                throw DittaError(
                    "\(existing): holds something else than an output of ditta; --force does not replace that")
            }
        }
        do {
            if files.fileExists(atPath: partial) { try files.removeItem(atPath: partial) }
            try files.createDirectory(atPath: partial + "/labels", withIntermediateDirectories: true)
        } catch {
            throw DittaError("\(path): the output folder cannot be made; expected a place that can be written to")
        }
    }

    /// Whether a folder is empty or was written by an earlier run: labels, and a report when it is complete.
    private static func isReplaceable(_ folder: String, complete: Bool) -> Bool {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return false }
        return names.isEmpty || names.contains("labels") && (!complete || names.contains("report.json"))
    }

    /// Makes a folder within, and gives its path.
    func makeFolder(_ name: String) throws -> String {
        let folder = partial + "/" + name
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw DittaError("\(folder): cannot be made")
        }
        return folder
    }

    /// Writes a JSON file.
    func write(_ value: some Encodable, to name: String) throws {
        do {
            try encodedJSON(value).write(to: URL(fileURLWithPath: partial + "/" + name))
        } catch {
            throw DittaError("\(partial)/\(name): cannot be written")
        }
    }

    /// Gives the folder its name; what had it before is replaced only now.
    ///
    /// - Throws: if something else has come there in the meantime, or the folder cannot be renamed.
    func complete() throws {
        let files = FileManager.default
        let isThere = files.fileExists(atPath: path)
        guard !isThere || force && Self.isReplaceable(path, complete: true) else {
            throw DittaError("\(path): is there by now; the run is complete in \(partial)")
        }
        do {
            if isThere { try files.removeItem(atPath: path) }
            try files.moveItem(atPath: partial, toPath: path)
        } catch {
            throw DittaError("\(partial): is complete but could not be renamed to \(path)")
        }
    }

    /// Removes the folder if it holds no label.
    func discardIfEmpty() {
        let labels = (try? FileManager.default.contentsOfDirectory(atPath: partial + "/labels")) ?? []
        if labels.isEmpty { try? FileManager.default.removeItem(atPath: partial) }
    }
}
