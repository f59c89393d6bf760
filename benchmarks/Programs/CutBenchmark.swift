import ArgumentParser
import DittaKit
import Foundation
import Methods
import Raster

/// How many hard cuts are found, and how many are that are none.
struct CutBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cuts",
        abstract: "Joins every two of some clips and prints how many cuts are found, and the alarms within the clips.")

    @Argument(help: "Videos or folders of pictures; a name may be followed by =30,76 for the cuts that it has itself.")
    var clips: [String]

    @Option(help: "The most frames of a clip.")
    var count = 150

    @Option(help: "How many places of each two clips are joined.")
    var joins = 8

    @Option(help: "What is wrong with the pictures.")
    var corruption = Corruption.clean

    /// Frames before a join that are seen, and frames behind it.
    private static let (before, behind) = (9, 4)

    func run() throws {
        var (found, cuts, alarms) = (0, 0, 0)
        var (looking, looked) = (0.0, 0)
        print("| clip | frames | cuts | found | alarms |\n| --- | --- | --- | --- | --- |")
        let views = try clips.map { clip -> [CutDetector.View] in
            let parts = clip.split(separator: "=").map(String.init)
            let own = parts.count > 1 ? Set(parts[1].split(separator: ",").compactMap { Int($0) }) : []
            let frames = try allFrames(parts[0], atMost: count)
            let changed = frames.map { corruption($0) }
            var views: [CutDetector.View] = []
            looking += seconds { views = changed.map { CutDetector.View($0.image) } }
            looked += views.count
            let found = Self.cuts(in: views)
            print(
                "| \(parts[0]) | \(views.count) | \(own.count) | \(found.intersection(own).count) | "
                    + "\(found.subtracting(own).sorted().map(String.init).joined(separator: " ")) |")
            fflush(nil)
            return views
        }
        for (a, first) in views.enumerated() {
            for (b, second) in views.enumerated() where a != b {
                // Spread by the golden ratio, so that both places go their own way.
                for join in 0..<joins {
                    let place = (Double(join) + 0.5) / Double(joins)
                    let end = Self.before + Int(place * Double(first.count - Self.before))
                    let turn = (place + Double(join) * 0.618).truncatingRemainder(dividingBy: 1)
                    let start = Int(turn * Double(second.count - Self.behind))
                    let joined = first[end - Self.before..<end] + second[start..<start + Self.behind]
                    let said = Self.cuts(in: Array(joined))
                    cuts += 1
                    found += said.contains(Self.before) ? 1 : 0
                    alarms += said.contains { $0 > Self.before } ? 1 : 0
                }
            }
        }
        print(String(format: "%.2f ms a frame", 1000 * looking / Double(max(looked, 1))))
        print("\(found) of \(cuts) joins found, \(alarms) with another alarm in the frames behind")
    }

    /// The frames that a detector says scenes begin with.
    private static func cuts(in views: [CutDetector.View]) -> Set<Int> {
        var detector = CutDetector()
        return Set(views.indices.filter { detector.isCut(views[$0]) })
    }
}
