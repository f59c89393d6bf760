import ArgumentParser
import DittaKit
import Media
import Methods

extension DiTTASchema.Preset: ExpressibleByArgument {}
extension MethodName: ExpressibleByArgument {}

/// What is done with the video.
struct MethodArguments: ParsableArguments {
    @Option(help: "ditta adapts; iss is the plain model, frame by frame.")
    var method = MethodName.ditta

    @Option(help: "balanced keeps rare classes; reference follows the released code, paper the equations.")
    var preset = DiTTASchema.Preset.balanced

    @Option(
        name: .customLong("warmup"),
        help: ArgumentHelp(
            "What to adapt on: a share of the frames (0.1), so many frames (48f) or seconds (3s) from the first. (default: "
                + "0.1; 48f for a stream)", valueName: "length"))
    var length: WarmUpLength?

    @Option(
        name: .customLong("warmup-max"),
        help: ArgumentHelp(
            "The most frames to adapt on; of a longer warm-up that many are taken, evenly.", valueName: "n"))
    var maximum = 128

    func validate() throws {
        do {
            _ = try warmUp(ofStream: false)
        } catch {
            throw ValidationError("\(error)")
        }
    }

    /// The warm-up of a video; nobody knows how long a stream is.
    func warmUp(ofStream isStream: Bool) throws -> WarmUpPlan {
        switch length ?? (isStream ? .span(.frames(48)) : .share(0.1)) {
        case .share(let share):
            if isStream {
                throw DittaError(
                    "--warmup \(share): nobody knows how long a stream is; expected frames (48f) or seconds (3s)")
            }
            return try WarmUpPlan(share: share, maximum: maximum)
        case .span(let span): return try WarmUpPlan(span, maximum: maximum)
        }
    }
}
