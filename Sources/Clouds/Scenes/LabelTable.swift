import Raster

/// Which classes there are, and which number stands for each in files of labels.
package struct LabelTable: Sendable, Equatable {
    /// The names of the classes, in the order of their ids.
    package let names: [String]
    /// The number that is written for each class.
    package let stored: [UInt16]
    /// The number that is written for a point without a class.
    package let storedNone: UInt16
    /// The class of every number, `[65536]`; `noLabel` for those of none.
    private let classes: [UInt16]
    /// The numbers that are known to mean no class.
    private let none: Set<UInt16>

    /// Takes classes in the order of their ids: the name, and the numbers that mean it, of which the first is written.
    ///
    /// - Parameters:
    ///   - classes: At least one number each, no number twice.
    ///   - none: The numbers that mean no class, of which the first is written.
    package init(_ classes: [(name: String, stored: [UInt16])], none: [UInt16]) {
        var table = [UInt16](repeating: noLabel, count: 1 << 16)
        for (id, entry) in classes.enumerated() {
            for number in entry.stored { table[Int(number)] = UInt16(id) }
        }
        names = classes.map(\.name)
        stored = classes.map { $0.stored[0] }
        storedNone = none[0]
        self.classes = table
        self.none = Set(none)
    }

    /// The class of a stored number; `noLabel` for none.
    package subscript(stored number: UInt16) -> UInt16 { classes[Int(number)] }

    /// The classes of stored numbers, and how many points have a number that means nothing here, with the smallest such.
    package func classes(of stored: [UInt16]) -> (labels: [UInt16], strange: Int, example: UInt16?) {
        let labels = stored.map { classes[Int($0)] }
        let strange = zip(stored, labels).filter { $1 == noLabel && !none.contains($0) }.map(\.0)
        return (labels, strange.count, strange.min())
    }

    /// The numbers that are stored for classes, ids that are no class's as none.
    package func stored(for labels: [UInt16]) -> [UInt16] {
        labels.map { stored.indices.contains(Int($0)) ? stored[Int($0)] : storedNone }
    }
}
