import Media
import Methods
import Raster

/// Draws a frame of the warm-up with what is taught on it and why: objects in the colours of their classes, numbered, the
/// prompts that started them ringed, refused prompts crossed, and a legend.
struct TargetPicture {
    private let labels: PseudoLabels
    private let votes: [Int: Vote]
    private let classNames: [String]
    private let palette: Palette

    init(_ labels: PseudoLabels, classNames: [String], palette: Palette) {
        self.labels = labels
        votes = Dictionary(labels.votes.map { ($0.object, $0) }, uniquingKeysWith: { first, _ in first })
        self.classNames = classNames
        self.palette = palette
    }

    /// The picture of the warm-up frame of an index.
    func callAsFunction(_ index: Int, _ frame: Image) -> Image {
        let target = labels.targets[index]
        let masks = labels.tracks.masks[index].sorted { $0.key < $1.key }
        let refused = labels.tracks.refusals.map(\.prompt).filter { $0.frame == index }
        var canvas = Canvas(frame, legend: legend(index, target, masks.map(\.key), refused))
        canvas.tint(target.classes, palette, none: noLabel)
        for (object, mask) in masks { canvas.outline(mask.pixels, color(of: object)) }
        for prompt in labels.tracks.prompts where prompt.frame == index {
            canvas.ring(x: prompt.x, y: prompt.y, palette[prompt.classID])
        }
        for prompt in refused { canvas.cross(x: prompt.x, y: prompt.y) }
        for (object, mask) in masks {
            let visible = target.objects.labels.map { $0 == UInt16(object) }
            let shown = visible.contains(true) ? visible : mask.pixels
            guard let middle = innermostPixel(of: shown, width: frame.width, height: frame.height) else { continue }
            canvas.write("\(object)", x: middle.x, y: middle.y, room: middle.room)
        }
        return canvas.image
    }

    private func color(of object: Int) -> Canvas.Color {
        votes[object].map { palette[$0.classID] } ?? (128, 128, 128)
    }

    /// All objects, those on the frame first, then refused prompts.
    private func legend(
        _ index: Int, _ target: DistillationTarget, _ seen: [Int], _ refused: [Prompt]
    ) -> [(name: String, color: Canvas.Color)] {
        let painted = Set(target.objects.labels)
        let objects = labels.tracks.prompts.map { prompt in
            let name = "\(prompt.object) " + name(of: prompt)
            let isSeen = seen.contains(prompt.object)
            return (
                isSeen: isSeen, color: color(of: prompt.object),
                name: !isSeen
                    ? name + ", not found" : painted.contains(UInt16(prompt.object)) ? name : name + ", hidden"
            )
        }
        return (objects.filter(\.isSeen) + objects.filter { !$0.isSeen }).map { ($0.name, $0.color) }
            + refused.map { ("x \(classNames[$0.classID]), refused", palette[$0.classID]) }
    }

    /// The class an object got, and that of its prompt if it is another.
    private func name(of prompt: Prompt) -> String {
        let prompted = classNames[prompt.classID]
        guard let vote = votes[prompt.object] else { return "no class (prompt: \(prompted))" }
        return classNames[vote.classID] + (vote.classID == prompt.classID ? "" : " (prompt: \(prompted))")
    }
}
