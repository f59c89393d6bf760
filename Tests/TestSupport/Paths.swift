import Foundation

/// The project's root folder.
package let projectRoot = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

/// The default model.
package let shippedModel = projectRoot + "/weights/segformer-b0-street11"

/// The shipped border network.
package let shippedBorders = projectRoot + "/weights/borders"

/// A rendered clip with labels of every frame: 40 frames of 192×108, from frame 28 on another street after a hard cut.
///
/// `world/seed.py --recipe meta.json` made it from the meta.json beside it.
package let renderedStreet = projectRoot + "/Tests/Fixtures/street"

/// Real clips with labels, which the project may use but not ship: `../shared/data`, or where `DITTA_SHARED_DATA` says.
///
/// Nil where they are not; tests that need them are then skipped.
package let sharedData: String? = {
    let path = ProcessInfo.processInfo.environment["DITTA_SHARED_DATA"] ?? projectRoot + "/../shared/data"
    return FileManager.default.fileExists(atPath: path) ? path : nil
}()
