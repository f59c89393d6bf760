import Clouds

/// Which points may have moved between two pictures, by their classes' names; all others stand still.
///
/// - Parameters:
///   - labels: class ids `[P]`.
///   - names: the names of the classes.
/// - Returns: whether each point may have moved.
func mayMove(_ labels: [UInt16], _ names: [String]) -> [Bool] {
    let moving = names.map(movingClasses.contains)
    return labels.map { Int($0) < moving.count && moving[Int($0)] }
}

/// SemanticKITTI's, of 19 or 10 classes, and what others call the same.
private let movingClasses: Set<String> = [
    "car", "bicycle", "motorcycle", "truck", "bus", "other-vehicle", "person", "bicyclist", "motorcyclist",
    "person-rider-cycle", "pedestrian", "rider",
]
