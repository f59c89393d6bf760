import Media

// What readers of scenes share.

/// What is unusual about points, a sentence each.
func notes(on cloud: PointCloud, at path: String) -> [String] {
    if cloud.count == 0 { return ["\(path): has no point"] }
    guard cloud.unusable > 0 else { return [] }
    return [
        "\(path): \(cloud.unusable) of \(cloud.count) points are unusable, because their coordinates are no numbers or "
            + "beyond \(Int(PointCloud.farthest) / 1000) km"
    ]
}

extension PointCloud {
    /// The same with the classes of stored numbers; says how many mean nothing.
    func labelled(
        with stored: [UInt16], _ table: LabelTable, at path: String, _ notes: inout [String]
    ) -> PointCloud {
        let (labels, strange, example) = table.classes(of: stored)
        if strange > 0, let example {
            notes.append(
                "\(path): \(strange) of \(stored.count) labels are numbers without a class, such as \(example); they count "
                    + "as none")
        }
        return labelled(labels)
    }
}

/// Width and height of a picture.
///
/// - Throws: a sentence, if it is not there or is none.
func pictureExtents(at path: String) throws(CloudError) -> (width: Int, height: Int) {
    do {
        return try pictureSize(at: path)
    } catch {
        throw CloudError("\(error)")
    }
}
