import ArgumentParser
import Dense
import Methods

extension DiTTASchema.Preset: ExpressibleByArgument {}

/// What is done with the video.
struct MethodArguments: ParsableArguments {
    /// The methods that share options and outputs.
    enum Method: String, ExpressibleByArgument, CaseIterable, Codable {
        /// Adapt on the warm-up, freeze, label.
        case ditta
        /// The plain model, frame by frame.
        case iss
    }

    @Option(help: "ditta adapts; iss is the plain model, frame by frame.")
    var method = Method.ditta

    @Option(help: "balanced keeps rare classes; reference follows the released code, paper the equations.")
    var preset = DiTTASchema.defaultPreset

    @Option(name: .customLong("warmup"), help: ArgumentHelp("The share of the frames to adapt on.", valueName: "share"))
    var share = 0.1

    @Option(
        name: .customLong("warmup-max"),
        help: ArgumentHelp(
            "The most frames to adapt on; of a longer warm-up that many are taken, evenly.", valueName: "n"))
    var maximum = 128

    var warmUp: WarmUpPlan { WarmUpPlan(share: share, maximum: maximum) }

    func validate() throws {
        guard share > 0, share <= 1 else {
            throw ValidationError("--warmup is \(share): expected a share of the frames above 0, at most 1")
        }
        guard (1...10_000).contains(maximum) else {
            throw ValidationError("--warmup-max is \(maximum): expected 1 to 10000 frames")
        }
    }
}

/// Which frames are adapted on.
struct WarmUpPlan {
    /// The share of the video's frames.
    let share: Double
    /// The most frames taken.
    let maximum: Int

    /// The frames of the warm-up in a video of so many: max(⌊N · q⌋, 1).
    func length(of frames: Int) -> Int { max(Int(Double(frames) * share), 1) }

    /// Every which frame of the warm-up is taken.
    func stride(of frames: Int) -> Int { (length(of: frames) + maximum - 1) / maximum }
}
