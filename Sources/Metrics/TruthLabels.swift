/// How the ids stored in truth files become classes or void.
///
/// A stored id is void when it is one of the ignored ids, or when it lies outside `0..<classes` after `offset` is added
/// to it. All void pixels get one common id, as in the evaluation code of CFFM; the first VSPW code compares stored ids
/// there, so that a pixel going from one kind of void to another counts as a change.
///
/// Example: VSPW and ADE20K store 0 for "no label" and classes from 1, which is an offset of -1.
package struct TruthLabels: Sendable, Equatable {
    /// The id of every void pixel, outside every permitted class count.
    package static let void = UInt16.max
    /// The class counts that can be evaluated: the confusion matrix of the largest takes 128 MiB.
    package static let permittedClasses = 1...4096

    /// The number of classes.
    package let classes: Int
    /// Ids, as stored, that are void though they may lie among the classes.
    package let ignoring: Set<Int>
    /// What is added to a stored id to give its class.
    package let offset: Int
    /// What each of the 65,536 storable ids becomes.
    private let table: [UInt16]

    /// Makes the mapping from stored ids to classes.
    ///
    /// - Parameters:
    ///   - classes: the number of classes, in ``permittedClasses``.
    ///   - ignoring: ids, as stored in the files, that are void.
    ///   - offset: what is added to a stored id to give its class, -65,535...65,535.
    /// - Throws: when the class count or the offset is out of range.
    package init(classes: Int, ignoring: Set<Int> = [255], offset: Int = 0) throws(EvaluationError) {
        guard Self.permittedClasses.contains(classes) else {
            throw EvaluationError(
                "the number of classes is \(classes), but it must be from \(Self.permittedClasses.lowerBound) "
                    + "to \(Self.permittedClasses.upperBound)")
        }
        let largest = Int(UInt16.max)
        guard (-largest...largest).contains(offset) else {
            throw EvaluationError(
                "the label offset is \(offset), but labels have 16 bits: expected -\(largest) to \(largest)")
        }
        (self.classes, self.ignoring, self.offset) = (classes, ignoring, offset)
        table = (0...largest).map { stored in
            let shifted = stored + offset
            let isClass = (0..<classes).contains(shifted) && !ignoring.contains(stored)
            return isClass ? UInt16(shifted) : Self.void
        }
    }

    /// The class, or ``void``, of a stored id.
    package subscript(stored: UInt16) -> UInt16 { table[Int(stored)] }

    /// Maps stored ids to classes and ``void``, pixel by pixel.
    func map(_ stored: [UInt16]) -> [UInt16] {
        stored.map { table[Int($0)] }
    }
}
