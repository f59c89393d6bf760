public import ArgumentParser
public import Media

/// The length of a warm-up as it is typed: `0.1`, `48f`, `3s`.
enum WarmUpLength: ExpressibleByArgument {
    case share(Double)
    case span(VideoSpan)

    init?(argument: String) {
        if let share = Double(argument) {
            self = .share(share)
        } else if let span = VideoSpan(argument: argument) {
            self = .span(span)
        } else {
            return nil
        }
    }
}

/// A place or length in a video as it is typed: `300f`, `12.5s`.
extension VideoSpan: ExpressibleByArgument {
    /// Reads what was typed; nil if it is none.
    public init?(argument: String) {
        let number = String(argument.dropLast())
        switch argument.last {
        case "f": if let frames = Int(number), frames >= 0 { self = .frames(frames) } else { return nil }
        case "s":
            guard let seconds = Double(number), seconds >= 0, seconds.isFinite else { return nil }
            self = .seconds(seconds)
        default: return nil
        }
    }
}
