import Clouds
import Foundation
import Raster

/// `report.html`: clouds to turn, pictures with labels, losses and scores, in one file that needs nothing else.
///
/// It is written scene by scene, so that one scene at a time is in memory.
package final class CloudPage {
    /// The most scenes that are shown, and the most points of one: what a browser still opens at once.
    private static let most = (scenes: 12, points: 60_000)

    private let file: FileHandle
    private let classes: [String]
    private var scenes = 0

    /// Begins a page.
    ///
    /// - Parameters:
    ///   - path: where it is to be.
    ///   - report: what is known before the first scene.
    /// - Throws: if it cannot be written.
    package init(at path: String, _ report: CloudReport) throws {
        classes = report.classes
        try Data().write(to: URL(fileURLWithPath: path))
        file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        let palette = Palette(classNames: classes)
        let colors = classes.indices.map { [palette[$0].red, palette[$0].green, palette[$0].blue].map(Int.init) }
        try write(
            """
            <!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>ditta cloud: \(escaped(report.data))</title><style>\(pageStyle)</style></head><body>
            <h1>\(escaped(report.data))</h1>
            <p>Labelled by <b>\(escaped(report.method))</b> with the model <code>\(escaped(report.model))</code>\(
                report.shift.map { ", scans changed by <code>\(escaped($0))</code>" } ?? "").</p>
            <script>const CLASSES = \(try script(classes)), COLORS = \(try script(colors));
            \(pageScript)</script>

            """)
    }

    /// Shows a scene, if not too many are shown yet.
    ///
    /// - Throws: if a picture cannot be read, or the page not be written.
    package func add(_ labelled: CloudRun.Labelled) throws {
        scenes += 1
        guard scenes <= Self.most.scenes else { return }
        let (cloud, report) = (labelled.cloud, labelled.report)
        let usable = (0..<cloud.count).filter(cloud.isUsable)
        let stride = (usable.count + Self.most.points - 1) / Self.most.points
        let shown = usable.indices.filter { $0 % max(stride, 1) == 0 }.map { usable[$0] }
        let left = stride > 1 ? "; \(shown.count) of them are shown" : ""
        try write(
            """
            <section><h2>\(escaped(report.name))</h2>
            <p>\(report.points) points\(left), \(report.paired) with a pixel. \(report.steps) steps.</p>
            \(table([("as trained", report.scoresAsTrained), ("now", report.scores)]))
            <div class="view"></div>
            \(lossCurve(report.losses, heldOut: report.heldOutLosses))
            <script>show(\(try script(payload(labelled, shown))))</script></section>

            """)
    }

    /// Ends the page with the scores of all scenes, which are shown first.
    ///
    /// - Throws: if it cannot be written.
    package func finish(_ report: CloudReport) throws {
        let hidden =
            scenes > Self.most.scenes ? "<p>The first \(Self.most.scenes) of \(scenes) scenes are shown.</p>" : ""
        let perClass = report.scores.map { scores in
            let rows = classes.filter { scores.all.classes[$0] != nil }.map { name in
                func cell(_ scores: CloudReport.Scores?) -> String {
                    scores?.all.classes[name].map { String(format: "%.1f", $0) } ?? ""
                }
                return "<tr><td>\(escaped(name))<td>\(cell(report.scoresAsTrained))<td>\(cell(report.scores))"
            }
            return "<table><tr><th>IoU, %<th>as trained<th>now\(rows.joined())</table>"
        }
        try write(
            """
            <header>\(table([("as trained", report.scoresAsTrained), ("now", report.scores)]))\(perClass ?? "")\(hidden)</header>
            <script>ready()</script></body></html>

            """)
        try file.close()
    }

    /// What the script draws of a scene.
    private struct Payload: Encodable {
        var low, step: [Float]
        /// 16-bit places on a grid of `step` from `low` on, x, y, z of each point.
        var places: Data
        /// Classes of each point, 255 for none.
        var now: Data
        var asTrained, truth: Data?
        var pictures: [Picture] = []

        struct Picture: Encodable {
            var name, image: String
            var width, height: Int
            /// 16-bit column and row of each point in view.
            var pixels: Data
            var now: Data
            var asTrained: Data?
        }
    }

    private func payload(_ labelled: CloudRun.Labelled, _ shown: [Int]) throws -> Payload {
        let positions = labelled.cloud.positions
        let axes = (0..<3).map { axis in shown.map { positions[3 * $0 + axis] } }
        let low = axes.map { $0.min() ?? 0 }
        let step = zip(axes, low).map { max((($0.max() ?? 0) - $1) / 65535, 1e-6) }
        var places: [UInt16] = []
        for point in shown {
            for axis in 0..<3 {
                let place = (positions[3 * point + axis] - low[axis]) / step[axis]
                places.append(UInt16(min(max(place, 0), 65535)))
            }
        }
        func bytes(_ labels: [UInt16], of points: [Int]) -> Data {
            Data(points.map { UInt8(clamping: labels[$0]) })
        }
        let now = labelled.cloud.labels ?? []
        var payload = Payload(
            low: low, step: step, places: littleEndian(places), now: bytes(now, of: shown),
            asTrained: labelled.asTrained.map { bytes($0, of: shown) },
            truth: labelled.truth.map { bytes($0, of: shown) })
        for pairs in labelled.pictures where pairs.scene == labelled.report.name {
            let (camera, seen) = (pairs.camera, pairs.views.seen)
            let image = try Data(contentsOf: URL(fileURLWithPath: camera.image))
            let kind = image.starts(with: [0xFF, 0xD8]) ? "jpeg" : "png"
            let points = seen.points.map(Int.init)
            payload.pictures.append(
                Payload.Picture(
                    name: camera.name, image: "data:image/\(kind);base64,\(image.base64EncodedString())",
                    width: camera.width, height: camera.height,
                    pixels: littleEndian(
                        zip(seen.u, seen.v).flatMap { [UInt16(clamping: Int($0)), UInt16(clamping: Int($1))] }),
                    now: bytes(now, of: points), asTrained: labelled.asTrained.map { bytes($0, of: points) }))
        }
        return payload
    }

    private func littleEndian(_ values: [UInt16]) -> Data {
        Data(values.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] })
    }

    private func write(_ text: String) throws { try file.write(contentsOf: Data(text.utf8)) }

    /// A value as the script's literal; no text in it ends the script.
    private func script(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self).replacing("<", with: "\\u003c")
    }

    /// mIoU and accuracy of all points, of those with a pixel and of the others.
    private func table(_ rows: [(String, CloudReport.Scores?)]) -> String {
        let known = rows.compactMap { name, scores in scores.map { (name, $0) } }
        guard !known.isEmpty else { return "" }
        func cells(_ score: CloudReport.Score) -> String {
            [score.meanIoU, score.accuracy].map { "<td>" + ($0.map { String(format: "%.1f", $0) } ?? "") }.joined()
        }
        return "<table><tr><th>mIoU, right, in %<th colspan=2>all points<th colspan=2>with a pixel<th colspan=2>without"
            + known.map { "<tr><td>\($0)\(cells($1.all))\(cells($1.paired))\(cells($1.unpaired))" }.joined()
            + "</table>"
    }
}

/// Text in HTML, in attributes, too.
func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
        .replacing("\"", with: "&quot;").replacing("'", with: "&#39;")
}

/// The losses of steps as a drawing, those of held-out voxels dashed; nothing, if there are less than two.
func lossCurve(_ losses: [Double], heldOut: [Double]) -> String {
    let all = (losses + heldOut).filter(\.isFinite)
    guard losses.count > 1, let low = all.min(), let high = all.max() else { return "" }
    func line(_ values: [Double], _ style: String) -> String {
        guard values.count > 1 else { return "" }
        // Held-out voxels are looked at in the last steps.
        let first = losses.count - values.count
        let points = values.enumerated().map { index, value in
            let x = 40 + 350 * Double(first + index) / Double(losses.count - 1)
            let y = 10 + 90 * (high - value) / max(high - low, 1e-9)
            return String(format: "%.1f,%.1f", x, y)
        }
        return "<polyline class=\"\(style)\" points=\"\(points.joined(separator: " "))\"/>"
    }
    return """
        <svg viewBox="0 0 400 120" role="img" aria-label="loss of each step"><text x="36" y="14">\(
            String(format: "%.2f", high))</text><text x="36" y="104">\(String(format: "%.2f", low))</text>
        <text class="end" x="390" y="117">loss of features, \(losses.count) steps\(heldOut.isEmpty ? "" : "; dashed: held out")</text>
        \(line(losses, "own"))\(line(heldOut, "held"))</svg>
        """
}
