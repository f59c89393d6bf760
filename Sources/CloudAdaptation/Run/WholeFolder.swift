package import Clouds
import Foundation

/// Makes a folder, whole or not at all: it grows beside its place under another name and is then renamed.
///
/// - Parameters:
///   - path: where the folder is to be; an empty one may be there.
///   - fill: writes into the folder whose path it is given.
/// - Throws: a sentence, if there is something at the path or it cannot be made; and what `fill` throws, after which nothing is left.
package func makeFolder(at path: String, _ fill: (String) throws -> Void) throws {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    let (manager, partial) = (FileManager.default, path + ".partial")
    guard !path.isEmpty else { throw CloudError("the output has no name: expected that of a folder") }
    try checkIsFree(path)
    guard !manager.fileExists(atPath: partial) else {
        throw CloudError(
            "\(partial): is there, of a run that was stopped or is at work; remove it, or choose another output")
    }
    do {
        try manager.createDirectory(atPath: partial, withIntermediateDirectories: true)
    } catch {
        throw CloudError("\(path): the output folder cannot be made; expected a place that can be written to")
    }
    do {
        try fill(partial)
        // An empty folder is in the way of the new name.
        if manager.fileExists(atPath: path) { try manager.removeItem(atPath: path) }
        try manager.moveItem(atPath: partial, toPath: path)
    } catch {
        try? manager.removeItem(atPath: partial)
        throw error
    }
}

/// Refuses a path at which there is something, before the work begins.
///
/// - Throws: a sentence, if there is anything but an empty folder.
package func checkIsFree(_ path: String) throws(CloudError) {
    guard FileManager.default.fileExists(atPath: path) else { return }
    guard let inside = try? FileManager.default.contentsOfDirectory(atPath: path), inside.isEmpty else {
        throw CloudError("\(path): is there and not empty; choose another output with -o")
    }
}
