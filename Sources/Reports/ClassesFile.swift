import Foundation
package import Raster

/// `classes.json`: what the ids in label PNGs mean.
package struct ClassesFile: Codable, Equatable, Sendable {
    /// The name of the file.
    package static let name = "classes.json"
    /// The id that stands for no label in PNGs, in `classes.json` and in targets, unless it is a class's.
    package static let noLabel = 255

    /// The names, in the order of the ids.
    package let classes: [String]
    /// Red, green and blue of each class, 0...255; a list of classes alone will do to be read.
    package let colors: [[Int]]?
    /// The id of pixels without a label.
    package let ignore: Int?

    /// Describes classes in a palette's colours.
    package init(classes: [String], palette: Palette) {
        self.classes = classes
        colors = classes.indices.map { id in
            let color = palette[id]
            return [Int(color.red), Int(color.green), Int(color.blue)]
        }
        ignore = Int(TargetsReport.noLabel(besides: classes.count))
    }

    /// Reads a file.
    ///
    /// - Throws: a sentence, if it is no list of classes.
    package init(path: String) throws(ReportError) {
        do {
            self = try decodedJSON(Self.self, fromFileAt: path)
        } catch let error as ReportError {
            throw error
        } catch {
            throw ReportError("\(path) is no list of classes: expected {\"classes\": [names in id order]}")
        }
    }
}

/// What is wrong with a file of ours that is read back, as one sentence.
package struct ReportError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
