import Foundation

/// The project's root folder.
public let projectRoot = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

/// The default model.
public let shippedModel = projectRoot + "/weights/segformer-b0-street11"

/// Real clips with labels, which the project may use but not ship: `../shared/data`, or where `DITTA_SHARED_DATA` says.
///
/// Nil where they are not; tests that need them are then skipped.
public let sharedData: String? = {
    let path = ProcessInfo.processInfo.environment["DITTA_SHARED_DATA"] ?? projectRoot + "/../shared/data"
    return FileManager.default.fileExists(atPath: path) ? path : nil
}()
