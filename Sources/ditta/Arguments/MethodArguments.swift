import ArgumentParser
import DittaKit
import Methods

extension DiTTASchema.Preset: ExpressibleByArgument {}
extension MethodName: ExpressibleByArgument {}

/// What is done with the video.
struct MethodArguments: ParsableArguments {
    @Option(help: "ditta adapts; iss is the plain model, frame by frame.")
    var method = MethodName.ditta

    @Option(help: "balanced keeps rare classes; reference follows the released code, paper the equations.")
    var preset = DiTTASchema.Preset.balanced

    @Option(name: .customLong("warmup"), help: ArgumentHelp("The share of the frames to adapt on.", valueName: "share"))
    var share = 0.1

    @Option(
        name: .customLong("warmup-max"),
        help: ArgumentHelp(
            "The most frames to adapt on; of a longer warm-up that many are taken, evenly.", valueName: "n"))
    var maximum = 128

    func validate() throws {
        do {
            _ = try warmUp()
        } catch {
            throw ValidationError("\(error)")
        }
    }

    func warmUp() throws -> WarmUpPlan { try WarmUpPlan(share: share, maximum: maximum) }
}
